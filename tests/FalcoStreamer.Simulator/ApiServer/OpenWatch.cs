using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>A change of a pod.</summary>
/// <param name="Verbatim">The line that was recorded of it, or null.</param>
internal sealed record PodChange(long Revision, JsonObject? Before, JsonObject? Now, string? Verbatim)
{
    /// <summary>What a watch with <paramref name="selector"/> hears: a pod that comes into its view is ADDED, one that leaves it DELETED.</summary>
    public string? LineFor(PodSelector selector) => (selector.Selects(Before), selector.Selects(Now)) switch
    {
        (false, false) => null,
        _ when Verbatim is not null => Verbatim,
        (false, true) => Line("ADDED", Now!),
        (true, true) => Line("MODIFIED", Now!),
        (true, false) => Line("DELETED", Now ?? Before!),
    };

    public static string Line(string type, JsonObject pod)
    {
        // In a watch, unlike in a list, each object says its kind.
        var body = new JsonObject { ["kind"] = "Pod", ["apiVersion"] = "v1" };
        foreach (var (name, value) in pod.Where(member => member.Key is not ("kind" or "apiVersion")))
        {
            body[name] = value?.DeepClone();
        }

        return new JsonObject { ["type"] = type, ["object"] = body }.ToJsonString();
    }
}

/// <summary>One watch that a client holds open.</summary>
internal sealed class OpenWatch(PodSelector selector, bool wantsBookmarks, Action abort)
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private bool _isMuted;

    public PodSelector Selector { get; } = selector;

    public ChannelReader<string> Lines => _lines.Reader;

    public void Send(PodChange change)
    {
        if (change.LineFor(Selector) is { } line)
        {
            Send(line);
        }
    }

    public void Send(string line)
    {
        if (!_isMuted)
        {
            _lines.Writer.TryWrite(line + "\n");
        }
    }

    /// <summary>Sends bytes that need not be a line.</summary>
    public void SendRaw(string text) => _lines.Writer.TryWrite(text);

    public void SendBookmark(long revision, bool isInitialEnd = false)
    {
        if (!wantsBookmarks)
        {
            return;
        }

        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };
        if (isInitialEnd)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        var body = new JsonObject
        {
            ["kind"] = "Pod",
            ["apiVersion"] = "v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["containers"] = null },
            ["status"] = new JsonObject(),
        };
        Send(new JsonObject { ["type"] = "BOOKMARK", ["object"] = body }.ToJsonString());
    }

    /// <summary>From now on nothing comes, as on a connection that a firewall has forgotten.</summary>
    public void Mute() => _isMuted = true;

    /// <summary>Ends the watch as the server does when its time is over.</summary>
    public void End() => _lines.Writer.TryComplete();

    /// <summary>Breaks the connection.</summary>
    public void Abort() => abort();
}
