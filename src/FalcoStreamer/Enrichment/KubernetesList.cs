using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FalcoStreamer.Enrichment;

/// <summary>Something that should be a list of Kubernetes objects is none. The message is a sentence about it that goes on behind a file's name.</summary>
internal sealed class KubernetesListException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>It is JSON, but of another kind.</summary>
    public static KubernetesListException ForKind(string? kind, string remedy) =>
        new($"is {(kind is null ? "a JSON object without a kind" : $"a {Shortened(kind)}")}, not a List; write it with '{remedy}'");

    private static string Shortened(string kind) => kind.Length <= 64 ? kind : kind[..64];
}

/// <summary>Reads lists of any length item by item.</summary>
internal static class KubernetesList
{
    /// <summary>Reads <paramref name="stream"/>, which stays open, to its end.</summary>
    /// <exception cref="KubernetesListException">It is not a JSON object of that form.</exception>
    public static async Task<ListJson<TItem>> ReadAsync<TItem>(
        Stream stream,
        JsonTypeInfo<ListJson<TItem>> type,
        string remedy,
        CancellationToken cancellation)
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            var first = await PeekAsync(pipe, cancellation);
            if (first != '{')
            {
                var what = first switch { null => "empty", (byte)'[' => "a JSON array", _ => "not JSON" };
                throw new KubernetesListException($"is {what}, not a List; write it with '{remedy}'");
            }

            return await JsonSerializer.DeserializeAsync(pipe, type, cancellation) ?? new ListJson<TItem>();
        }
        catch (JsonException exception)
        {
            var place = exception.LineNumber is { } line ? $" at line {line + 1}" : "";
            throw new KubernetesListException($"is not a List that can be read{place} ({exception.Message}); write it with '{remedy}'", exception);
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    /// <summary>
    /// The member <c>kind</c> of the object that <paramref name="reader"/> stands at the start of, or null. A copy of the reader is used,
    /// because the member may stand behind the rest.
    /// </summary>
    public static string? KindOf(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKind = reader.ValueTextEquals("kind"u8);
            reader.Read();
            if (isKind)
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            if (!reader.TrySkip())
            {
                break;
            }
        }

        return null;
    }

    /// <summary>The first byte that is neither blank nor a byte order mark; null at the end.</summary>
    private static async Task<byte?> PeekAsync(PipeReader pipe, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await pipe.ReadAsync(cancellation);
            var reader = new SequenceReader<byte>(read.Buffer);
            reader.IsNext([0xEF, 0xBB, 0xBF], advancePast: true);
            reader.AdvancePastAny((byte)' ', (byte)'\t', (byte)'\r', (byte)'\n');
            var found = reader.TryPeek(out var first);
            pipe.AdvanceTo(reader.Position);
            if (found || read.IsCompleted)
            {
                return found ? first : null;
            }
        }
    }
}

/// <summary>An item of a list of pods: a pod, or something else.</summary>
[JsonConverter(typeof(PodItemConverter))]
internal readonly record struct PodItem(PodFacts? Pod);

/// <summary>Projects a pod as soon as it has been read, so that a list is never in memory as a whole.</summary>
internal sealed class PodItemConverter : JsonConverter<PodItem>
{
    public override PodItem Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An item of the list is not an object.");
        }

        // The API server leaves out the kind of a PodList's items; kubectl writes it.
        if (KubernetesList.KindOf(reader) is null or "Pod")
        {
            return new PodItem(PodProjection.Project(JsonSerializer.Deserialize(ref reader, KubernetesJsonContext.Default.PodJson)!));
        }

        reader.TrySkip();
        return default;
    }

    public override void Write(Utf8JsonWriter writer, PodItem value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Pods are only read.");
}
