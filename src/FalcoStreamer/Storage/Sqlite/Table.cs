using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>A table's statements, prepared once. For one thread at a time, like their connection; what they do is part of the transaction that is open.</summary>
internal abstract class Table(SqliteConnection connection) : IDisposable
{
    private readonly List<Statement> _statements = [];

    protected SqliteConnection Connection => connection;

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }
    }

    protected Statement Prepare(string sql)
    {
        var statement = new Statement(connection, sql);
        _statements.Add(statement);
        return statement;
    }
}
