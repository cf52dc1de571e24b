using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>The Events themselves and what may be done with them. Its owner locks it.</summary>
internal sealed class EventTable(TimeProvider clock)
{
    private const int MostBytesInEtcd = 3 * 512 * 1024;

    private readonly Dictionary<(string Namespace, string Name), JsonObject> _events = [];
    private readonly Dictionary<(string Namespace, string Name), List<JsonObject>> _histories = [];
    private int _version = 1000;

    public ConcurrentDictionary<string, bool> MissingNamespaces { get; } = new();

    public ConcurrentDictionary<string, bool> TerminatingNamespaces { get; } = new();

    public IReadOnlyList<JsonObject> All() => [.. _events.OrderBy(pair => pair.Key).Select(pair => (JsonObject)pair.Value.DeepClone())];

    public IReadOnlyList<JsonObject> History(string inNamespace, string name) =>
        _histories.TryGetValue((inNamespace, name), out var history) ? [.. history] : [];

    public bool Expire(string inNamespace, string name) => _events.Remove((inNamespace, name));

    public EventReply Create(string inNamespace, string mediaType, byte[] body)
    {
        if (mediaType is not ("application/json" or ""))
        {
            return EventStatus.UnknownFormat();
        }

        var read = EventDecoding.Read(body);
        var created = EventDecoding.Normalise(read);
        var metadata = (JsonObject)created["metadata"]!;
        var name = EventDecoding.Text(metadata, "name");
        if (EventDecoding.Text(metadata, "namespace") is { Length: > 0 } given && given != inNamespace)
        {
            return EventStatus.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        if (MissingNamespaces.ContainsKey(inNamespace))
        {
            return EventStatus.NotFound("namespaces", inNamespace);
        }

        if (TerminatingNamespaces.ContainsKey(inNamespace))
        {
            return EventStatus.Terminating(inNamespace, name);
        }

        metadata["namespace"] = inNamespace;
        if (name.Length == 0)
        {
            return EventStatus.Invalid("", [FieldError.Required("metadata.name", "name or generateName is required")]);
        }

        if (EventRules.Check(created) is { Count: > 0 } errors)
        {
            return EventStatus.Invalid(name, errors);
        }

        if (_events.ContainsKey((inNamespace, name)))
        {
            return EventStatus.AlreadyExists(name);
        }

        created["metadata"] = Metadata(metadata, new Guid(++_version, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]).ToString(), Now());
        return Keep(inNamespace, name, created, 201, EventDecoding.UnknownMember(read));
    }

    public EventReply Patch(string inNamespace, string name, string mediaType, byte[] body)
    {
        // The real one knows json-patch and apply patches too; the agent must not need them.
        if (mediaType is not ("application/merge-patch+json" or "application/strategic-merge-patch+json"))
        {
            return EventStatus.UnknownPatch();
        }

        if (!_events.TryGetValue((inNamespace, name), out var old))
        {
            return EventStatus.NotFound("events", name);
        }

        // An Event has no list, so the two kinds of merge are the same.
        var patch = EventDecoding.Read(body);
        var merged = (JsonObject)EventPatch.Merge(old, patch)!;
        var patched = EventDecoding.Normalise(merged);
        var (before, after) = ((JsonObject)old["metadata"]!, (JsonObject)patched["metadata"]!);
        if (EventDecoding.Text(after, "resourceVersion") != EventDecoding.Text(before, "resourceVersion"))
        {
            return EventStatus.Conflict(name);
        }

        var errors = EventPatch.Immutable(old, patched);
        errors.AddRange(EventRules.Check(patched));
        if (errors.Count > 0)
        {
            return EventStatus.Invalid(name, errors);
        }

        ++_version;
        patched["metadata"] = Metadata(after, EventDecoding.Text(before, "uid"), EventDecoding.Text(before, "creationTimestamp"));
        return Keep(inNamespace, name, patched, 200, EventDecoding.UnknownMember(patch));
    }

    public EventReply Get(string inNamespace, string name) => _events.TryGetValue((inNamespace, name), out var found)
        ? new EventReply(200, EventStatus.Text(found))
        : EventStatus.NotFound("events", name);

    /// <param name="inNamespace">Empty for all namespaces.</param>
    public EventReply List(string inNamespace, string fields, string labels)
    {
        if (EventSelector.UnknownField(fields) is { } unknown)
        {
            return EventStatus.BadRequest($"field label not supported: {unknown}");
        }

        var items = new JsonArray();
        foreach (var (key, found) in _events.OrderBy(pair => pair.Key))
        {
            if ((inNamespace.Length == 0 || key.Namespace == inNamespace)
                && EventSelector.MatchesFields(found, fields)
                && EventSelector.MatchesLabels(found, labels))
            {
                var item = (JsonObject)found.DeepClone();
                item.Remove("kind");
                item.Remove("apiVersion");
                items.Add(item);
            }
        }

        return new EventReply(200, EventStatus.Text(new JsonObject
        {
            ["kind"] = "EventList",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = $"{_version}" },
            ["items"] = items,
        }));
    }

    private EventReply Keep(string inNamespace, string name, JsonObject kept, int code, string? unknown)
    {
        var text = EventStatus.Text(kept);
        if (Encoding.UTF8.GetByteCount(text) > MostBytesInEtcd)
        {
            return EventStatus.InternalError("etcdserver: request is too large");
        }

        _events[(inNamespace, name)] = kept;
        if (!_histories.TryGetValue((inNamespace, name), out var history))
        {
            _histories[(inNamespace, name)] = history = [];
        }

        history.Add((JsonObject)kept.DeepClone());
        return new EventReply(code, text, Warning: unknown is null ? null : $"299 - \"unknown field \\\"{unknown}\\\"\"");
    }

    private JsonObject Metadata(JsonObject given, string uid, string created)
    {
        var metadata = new JsonObject
        {
            ["name"] = EventDecoding.Text(given, "name"),
            ["namespace"] = EventDecoding.Text(given, "namespace"),
            ["uid"] = uid,
            ["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture),
            ["creationTimestamp"] = created,
        };
        foreach (var name in (string[])["labels", "annotations"])
        {
            if (given[name] is JsonObject { Count: > 0 } map)
            {
                metadata[name] = map.DeepClone();
            }
        }

        return metadata;
    }

    private string Now() => clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
