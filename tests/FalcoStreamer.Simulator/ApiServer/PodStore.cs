using System.Globalization;
using System.Text.Json.Nodes;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>The pods of a cluster with their history, as the API server's watch cache keeps them.</summary>
internal sealed class PodStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, JsonObject> _pods = new(StringComparer.Ordinal);
    private readonly List<PodChange> _history = [];
    private readonly List<OpenWatch> _watches = [];
    private readonly List<(int Count, TaskCompletionSource Waiter)> _waiters = [];
    private long _compacted;

    /// <summary>What becomes of a watch that opens while the server goes away; null while it is there.</summary>
    private Action<OpenWatch>? _farewell;

    /// <summary>The newest resourceVersion.</summary>
    public long Revision { get; private set; } = 100;

    /// <summary>Takes over the items and the version of a PodList.</summary>
    public void Load(JsonNode list)
    {
        lock (_gate)
        {
            foreach (var item in list["items"]!.AsArray())
            {
                var pod = item!.DeepClone().AsObject();
                _pods[KeyOf(pod)] = pod;
            }

            Revision = long.Parse(list["metadata"]!["resourceVersion"]!.GetValue<string>(), CultureInfo.InvariantCulture);
            _compacted = 0;
        }
    }

    /// <summary>Creates or changes a pod; it gets a new resourceVersion.</summary>
    public void Set(JsonObject pod)
    {
        lock (_gate)
        {
            var now = pod.DeepClone().AsObject();
            now["metadata"]!["resourceVersion"] = (++Revision).ToString(CultureInfo.InvariantCulture);
            var before = _pods.GetValueOrDefault(KeyOf(now));
            _pods[KeyOf(now)] = now;
            Tell(new PodChange(Revision, before, now, null));
        }
    }

    /// <summary>Deletes a pod; the last thing that watches see of it has a new resourceVersion.</summary>
    public void Delete(string podNamespace, string name)
    {
        lock (_gate)
        {
            var key = $"{podNamespace}/{name}";
            var before = _pods[key];
            _pods.Remove(key);
            before["metadata"]!["resourceVersion"] = (++Revision).ToString(CultureInfo.InvariantCulture);
            Tell(new PodChange(Revision, before, null, null));
        }
    }

    /// <summary>Deletes a pod without any watch hearing of it, as when the event was in a gap.</summary>
    public void DeleteUnseen(string podNamespace, string name)
    {
        lock (_gate)
        {
            _pods.Remove($"{podNamespace}/{name}");
            Revision++;
        }
    }

    /// <summary>Does what a recorded line of a watch says, and sends just that line.</summary>
    public void Play(string line)
    {
        lock (_gate)
        {
            var change = JsonNode.Parse(line)!;
            var pod = change["object"]!.AsObject();
            Revision = Math.Max(Revision, long.Parse(pod["metadata"]!["resourceVersion"]!.GetValue<string>(), CultureInfo.InvariantCulture));
            var type = change["type"]!.GetValue<string>();
            if (type == "BOOKMARK")
            {
                _watches.ForEach(watch => watch.Send(line));
                return;
            }

            var before = _pods.GetValueOrDefault(KeyOf(pod));
            _pods.Remove(KeyOf(pod));
            if (type != "DELETED")
            {
                _pods[KeyOf(pod)] = pod.DeepClone().AsObject();
            }

            Tell(new PodChange(Revision, type == "DELETED" ? pod : before, type == "DELETED" ? null : pod, line));
        }
    }

    /// <summary>Forgets the history so far: whoever asks for it gets a 410.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            _history.Clear();
            _compacted = Revision;
        }
    }

    /// <summary>Goes back to an older version, as after a restored backup: what was handed out is now in the future.</summary>
    public void Restore(long revision)
    {
        lock (_gate)
        {
            _history.Clear();
            Revision = revision;
            _compacted = 0;
        }
    }

    /// <summary>The selected pods as a PodList; its items have no kind.</summary>
    public JsonObject List(PodSelector selector)
    {
        lock (_gate)
        {
            var items = new JsonArray();
            foreach (var pod in _pods.Values.Where(selector.Selects))
            {
                var item = pod.DeepClone().AsObject();
                item.Remove("kind");
                item.Remove("apiVersion");
                items.Add((JsonNode)item);
            }

            return new JsonObject
            {
                ["kind"] = "PodList",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject { ["resourceVersion"] = Revision.ToString(CultureInfo.InvariantCulture) },
                ["items"] = items,
            };
        }
    }

    /// <summary>Opens a watch and puts into it what it has to hear first.</summary>
    /// <param name="from">Null: everything and then a bookmark that says so; 0: everything; else the history since then.</param>
    public void Open(OpenWatch watch, long? from)
    {
        lock (_gate)
        {
            if (_farewell is { } farewell)
            {
                farewell(watch);
                return;
            }

            if (from is null or 0)
            {
                foreach (var pod in _pods.Values.Where(watch.Selector.Selects))
                {
                    watch.Send(PodChange.Line("ADDED", pod));
                }

                if (from is null)
                {
                    watch.SendBookmark(Revision, isInitialEnd: true);
                }
            }
            else if (from < _compacted)
            {
                var gone = ApiStatus.Body(410, "Expired", $"too old resource version: {from} ({_compacted})");
                watch.Send(new JsonObject { ["type"] = "ERROR", ["object"] = gone }.ToJsonString());
                watch.End();
                return;
            }
            else if (from > Revision)
            {
                // The server waits for a version that may never come, and says nothing.
                watch.Mute();
            }
            else
            {
                _history.Where(change => change.Revision > from).ToList().ForEach(watch.Send);
            }

            _watches.Add(watch);
            foreach (var waiting in _waiters.Where(waiting => waiting.Count <= _watches.Count).ToList())
            {
                waiting.Waiter.TrySetResult();
                _waiters.Remove(waiting);
            }
        }
    }

    /// <summary>Ends as soon as so many watches are open at once.</summary>
    public Task OpenedAsync(int count, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_watches.Count >= count)
            {
                return Task.CompletedTask;
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, waiter));
            return waiter.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>The server is back.</summary>
    public void Welcome()
    {
        lock (_gate)
        {
            _farewell = null;
        }
    }

    public void Close(OpenWatch watch)
    {
        lock (_gate)
        {
            _watches.Remove(watch);
        }
    }

    /// <summary>Does something to every open watch, and to every one that opens before the server is back.</summary>
    public void Part(Action<OpenWatch> farewell)
    {
        lock (_gate)
        {
            _farewell = farewell;
            _watches.ForEach(farewell);
        }
    }

    /// <summary>Does something to every open watch.</summary>
    public void ForEachWatch(Action<OpenWatch> action)
    {
        lock (_gate)
        {
            _watches.ForEach(action);
        }
    }

    /// <summary>Sends every open watch a bookmark, as the server does once a minute.</summary>
    public void Bookmark() => ForEachWatch(watch => watch.SendBookmark(Revision));

    private static string KeyOf(JsonObject pod) => $"{pod["metadata"]!["namespace"]}/{pod["metadata"]!["name"]}";

    private void Tell(PodChange change)
    {
        _history.Add(change);
        _watches.ForEach(watch => watch.Send(change));
    }
}
