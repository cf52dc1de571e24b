using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FalcoStreamer.Alerts;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Otlp;
using FalcoStreamer.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Commands;

/// <summary>
/// Shows what waits on this node, one JSON object a line, also beside a running agent: the way to get data from a node that cannot reach its collector.
/// </summary>
internal sealed class InboxCommand(TextWriter output, TextWriter errors)
{
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.Default, SkipValidation = true };

    /// <summary>What waits, without its content, and the files that were set aside.</summary>
    public Task<int> ListAsync(string? path)
    {
        var problems = WriteAll(path, whole: false);
        foreach (var damaged in new StorageReader(path!).Damaged())
        {
            WriteLine(json =>
            {
                json.WriteStartObject();
                json.WriteNull("id"u8);
                json.WriteString("kind"u8, "damaged database"u8);
                json.WriteString("state"u8, "set aside"u8);
                json.WriteString("file"u8, damaged);
                json.WriteEndObject();
            });
        }

        return DoneAsync(problems);
    }

    /// <summary>All that waits, whole.</summary>
    public Task<int> ExportAsync(string? path) => DoneAsync(WriteAll(path, whole: true));

    /// <summary>What has that ID, whole.</summary>
    public Task<int> ShowAsync(string? path, string id)
    {
        var found = 0;
        var problems = ForEach(path, item =>
        {
            if (item.Id == id)
            {
                found++;
                WriteLine(json => item.WriteTo(json, whole: true));
            }
        });
        return found > 0
            ? DoneAsync(problems)
            : throw new CommandException(ExitCode.Usage, $"nothing that waits has the ID {id}. See: falcostreamer inbox list");
    }

    private int WriteAll(string? path, bool whole) => ForEach(path, item => WriteLine(json => item.WriteTo(json, whole)));

    /// <returns>How much could not be read; each is named.</returns>
    private int ForEach(string? path, Action<InboxItem> take)
    {
        if (path is null)
        {
            throw new CommandException(ExitCode.Configuration, "storage.path is not set, so nothing waits on the disk; give the agent's own --config, or --storage DIR");
        }

        if (!Directory.Exists(path))
        {
            throw new CommandException(ExitCode.NoInput, $"{path}: there is no such directory");
        }

        var problems = 0;
        foreach (var file in new StorageReader(path).Files())
        {
            try
            {
                foreach (var alert in StorageReader.Alerts(file))
                {
                    take(InboxItem.Of(alert));
                }

                foreach (var chunk in StorageReader.Chunks(file))
                {
                    foreach (var item in InboxItem.Of(chunk))
                    {
                        take(item);
                    }
                }
            }
            catch (Exception exception) when (exception is SqliteException or OtlpFormatException or SinkException or AlertFormatException)
            {
                problems++;
                errors.WriteLine($"falcostreamer: {file}: {exception.Message}");
            }
        }

        return problems;
    }

    private void WriteLine(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, OneLine))
        {
            write(json);
        }

        // An alert may have come with line breaks between its members; within its texts they are escaped.
        output.WriteLine(Encoding.UTF8.GetString(bytes.ToArray()).ReplaceLineEndings(" "));
    }

    private async Task<int> DoneAsync(int problems)
    {
        await output.FlushAsync();
        return problems > 0 ? ExitCode.BadInput : ExitCode.Done;
    }
}
