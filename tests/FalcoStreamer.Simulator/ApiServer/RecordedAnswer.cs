using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>An answer of a real API server: status line, headers and body as they were recorded.</summary>
internal sealed record RecordedAnswer(int Status, string Reason, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    private static readonly byte[] Separator = "----- response -----\n"u8.ToArray();

    /// <summary>Reads a <c>.http</c> file: the request, a line of dashes, the response.</summary>
    public static RecordedAnswer Parse(ReadOnlySpan<byte> recording)
    {
        var response = recording[(recording.IndexOf(Separator) + Separator.Length)..];
        var headEnd = response.IndexOf("\n\n"u8);
        var head = Encoding.UTF8.GetString(response[..headEnd]).Split('\n');
        var status = head[0].Split(' ', 3);
        var headers = head.Skip(1)
            .Select(line => line.Split(": ", 2))
            .Select(parts => KeyValuePair.Create(parts[0], parts[1]))
            .ToList();
        return new RecordedAnswer(int.Parse(status[1], System.Globalization.CultureInfo.InvariantCulture), status[2], headers, response[(headEnd + 2)..].ToArray());
    }

    /// <summary>Sends it. The framing of the body is the connection's own matter, everything else is as recorded.</summary>
    public async Task SendAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        if (context.Features.Get<IHttpResponseFeature>() is { } feature)
        {
            feature.ReasonPhrase = Reason;
        }

        foreach (var (name, value) in Headers.Where(header => !header.Key.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)))
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.WriteAsync(Body, context.RequestAborted);
    }
}
