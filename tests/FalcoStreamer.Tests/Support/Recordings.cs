using System.Text;
using System.Text.Json.Nodes;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Tests.Support;

/// <summary>What a real Falco and a real API server sent; tests/FalcoStreamer.Tests/Recordings says what each file is.</summary>
internal static class Recordings
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Recordings");

    public static string PathOf(string name) => Path.Combine(Root, name);

    public static byte[] Read(string name) => File.ReadAllBytes(PathOf(name));

    /// <summary>The protobuf messages of a <c>.raw.hex</c> file, one a line.</summary>
    public static IReadOnlyList<byte[]> Messages(string name) =>
        [.. File.ReadLines(PathOf(name)).Where(line => line.Length > 0).Select(Convert.FromHexString)];

    /// <summary>The lines of a <c>.jsonl</c> file.</summary>
    public static IReadOnlyList<JsonNode> Lines(string name) =>
        [.. File.ReadLines(PathOf(name)).Where(line => line.Length > 0).Select(line => JsonNode.Parse(line)!)];

    /// <summary>The bodies that Falco posted over HTTP, as the recorder saw them.</summary>
    public static IReadOnlyList<byte[]> HttpBodies() =>
        [.. Lines("falco/http-0.43.1.jsonl").Select(line => Encoding.UTF8.GetBytes(line["body"]!.ToJsonString()))];

    public static IReadOnlyList<FalcoAlert> GrpcAlerts() =>
        [.. Messages("falco/grpc-0.43.1.raw.hex").Select(message => FalcoAlert.FromProtobuf(message))];

    public static IReadOnlyList<FalcoAlert> HttpAlerts() => [.. HttpBodies().Select(body => FalcoAlert.FromJson(body))];
}
