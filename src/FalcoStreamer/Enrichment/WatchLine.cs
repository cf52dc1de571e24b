using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace FalcoStreamer.Enrichment;

/// <summary>One line of a watch.</summary>
/// <param name="Type"><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c>, <c>BOOKMARK</c> or <c>ERROR</c>.</param>
/// <param name="ResourceVersion">From where to go on after this line.</param>
/// <param name="Pod">The pod of the first three.</param>
/// <param name="Error">What an ERROR says.</param>
internal sealed record WatchLine(string Type, string? ResourceVersion, PodFacts? Pod, StatusJson? Error)
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static WatchLine Read(ReadOnlySequence<byte> line)
    {
        string? type = null;
        var reader = new Utf8JsonReader(line);
        var body = default(Utf8JsonReader);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A line of the watch is not an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            type = isType ? reader.GetString() : type;
            body = isObject ? reader : body;
            reader.Skip();
        }

        return body.TokenType == JsonTokenType.StartObject ? Make(type ?? "", body) : throw new JsonException("A line of the watch has no object.");
    }

    private static WatchLine Make(string type, Utf8JsonReader body)
    {
        if (type == "ERROR")
        {
            return new WatchLine(type, null, null, JsonSerializer.Deserialize(ref body, KubernetesJsonContext.Default.StatusJson));
        }

        var pod = JsonSerializer.Deserialize(ref body, KubernetesJsonContext.Default.PodJson) ?? new PodJson();
        return type switch
        {
            "BOOKMARK" => new WatchLine(type, pod.Metadata?.ResourceVersion, null, null),
            "ADDED" or "MODIFIED" or "DELETED" => new WatchLine(type, pod.Metadata?.ResourceVersion, PodProjection.Project(pod), null),
            _ => throw new JsonException("A line of the watch is of an unknown type."),
        };
    }
}

/// <summary>Cuts the body of a watch into lines, which may be of several reads and must not be endless.</summary>
internal static class WatchBody
{
    /// <summary>Gives each line as soon as it is whole; one is valid until the next is asked for.</summary>
    /// <exception cref="WatchBrokenException">A line is longer than <paramref name="longest"/>, or the body ends within one.</exception>
    public static async IAsyncEnumerable<ReadOnlySequence<byte>> LinesAsync(
        Stream body,
        int longest,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var pipe = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await pipe.ReadAsync(cancellation);
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    var line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    if (line.Length > 0)
                    {
                        yield return line;
                    }
                }

                if (rest.Length > longest)
                {
                    throw new WatchBrokenException(WatchFault.LineTooLong, $"a line of the watch is longer than {longest} bytes");
                }

                if (read.IsCompleted)
                {
                    if (rest.Length > 0)
                    {
                        throw new WatchBrokenException(WatchFault.Interrupted, "the watch ended within a line");
                    }

                    yield break;
                }

                pipe.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }
}
