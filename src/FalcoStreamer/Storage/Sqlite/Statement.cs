using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FalcoStreamer.Storage.Sqlite;

/// <summary>
/// A prepared statement that binds spans and reads spans. The library's own commands make objects of every parameter, which at tens of thousands of
/// alerts a second is most of what storage costs (contracts/dotnet.md, "The shipped form").
/// </summary>
/// <remarks>For one thread at a time, like its connection.</remarks>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <exception cref="SqliteException">The statement does not fit the database.</exception>
    public Statement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    /// <summary>Binds a number; parameters count from 1.</summary>
    public Statement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, parameter, value));
        return this;
    }

    /// <summary>Binds bytes, which are copied.</summary>
    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(_statement, parameter, value));
        return this;
    }

    /// <summary>Binds a text.</summary>
    public Statement Bind(int parameter, string value)
    {
        Check(raw.sqlite3_bind_text(_statement, parameter, value));
        return this;
    }

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="SqliteException">The database could not.</exception>
    public void Run()
    {
        while (Read())
        {
        }
    }

    /// <summary>Goes to the next row; at the end it is false, and the statement may be bound anew.</summary>
    /// <exception cref="SqliteException">The database could not.</exception>
    public bool Read()
    {
        var answer = raw.sqlite3_step(_statement);
        if (answer == raw.SQLITE_ROW)
        {
            return true;
        }

        Reset();
        if (answer != raw.SQLITE_DONE)
        {
            SqliteException.ThrowExceptionForRC(answer, _database);
        }

        return false;
    }

    /// <summary>The number of its first row, 0 where it has none; it is run to its end, because only then a statement that returns what it changed is done.</summary>
    public long Single()
    {
        if (!Read())
        {
            return 0;
        }

        var number = Int(0);
        Run();
        return number;
    }

    /// <summary>Leaves the rows that were not read.</summary>
    public void Reset() => _ = raw.sqlite3_reset(_statement);

    /// <summary>A number of the row; columns count from 0.</summary>
    public long Int(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>Bytes of the row, valid until the next call.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    /// <summary>A text of the row.</summary>
    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    public void Dispose() => _statement.Dispose();

    private void Check(int answer) => SqliteException.ThrowExceptionForRC(answer, _database);
}
