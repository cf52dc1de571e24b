using System.Text;

namespace FalcoStreamer.Tests.Support;

/// <summary>A request to a real API server with its answer, from a <c>.http</c> file.</summary>
internal sealed record RecordedCall(string Method, string Path, string MediaType, byte[] Body, int Code, string Answer, string AnswerMediaType)
{
    public static RecordedCall Read(string name)
    {
        // One character a byte, because some bodies are not UTF-8.
        var text = Encoding.Latin1.GetString(Recordings.Read($"kubernetes/{name}.http"));
        var parts = text.Split("\n----- response -----\n");
        var (requestHead, body) = Split(parts[0].TrimEnd('\n'));
        var (answerHead, answer) = Split(parts[1]);
        var requestLine = requestHead[0].Split(' ');
        return new RecordedCall(
            requestLine[0],
            requestLine[1],
            Header(requestHead, "Content-Type"),
            Encoding.Latin1.GetBytes(body),
            int.Parse(answerHead[0].Split(' ')[1], null),
            Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(answer)).TrimEnd('\n'),
            Header(answerHead, "Content-Type"));
    }

    private static (string[] Head, string Body) Split(string message)
    {
        var end = message.IndexOf("\n\n", StringComparison.Ordinal);
        return end < 0 ? (message.Split('\n'), "") : (message[..end].Split('\n'), message[(end + 2)..]);
    }

    private static string Header(string[] head, string name) =>
        head.FirstOrDefault(line => line.StartsWith($"{name}: ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..] ?? "";
}
