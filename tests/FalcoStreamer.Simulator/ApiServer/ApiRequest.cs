namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>A request as the API server's authorizer sees it.</summary>
/// <param name="Verb"><c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>update</c>, <c>patch</c> or <c>delete</c>.</param>
/// <param name="Resource">E.g. <c>pods</c>.</param>
/// <param name="Name">The object's name; null for a collection.</param>
/// <param name="Query">The query string.</param>
/// <param name="Protocol">E.g. <c>HTTP/2</c>.</param>
/// <param name="Time">When it came, by the double's clock.</param>
internal sealed record ApiRequest(string Verb, string Group, string Resource, string? Namespace, string? Name, string Path, string Query, string Protocol, DateTimeOffset Time)
{
    public static ApiRequest From(HttpRequest request, DateTimeOffset time)
    {
        var parts = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        var isGrouped = parts.Length > 0 && parts[0] == "apis";
        var group = isGrouped && parts.Length > 1 ? parts[1] : "";
        var rest = parts.Skip(isGrouped ? 3 : 2).ToArray();
        string? space = null;
        if (rest.Length > 2 && rest[0] == "namespaces")
        {
            space = rest[1];
            rest = rest[2..];
        }

        var name = rest.Length > 1 ? rest[1] : null;
        var verb = request.Method switch
        {
            "GET" when name is not null => "get",
            "GET" => request.Query["watch"].ToString() is "1" or "true" ? "watch" : "list",
            "POST" => "create",
            "PUT" => "update",
            var method => method.ToLowerInvariant(),
        };
        return new ApiRequest(verb, group, rest.Length > 0 ? rest[0] : "", space, name, request.Path, request.QueryString.Value ?? "", request.Protocol, time);
    }
}

/// <summary>Every request that came, and a way to wait for one.</summary>
internal sealed class RequestLog
{
    private readonly Lock _gate = new();
    private readonly List<ApiRequest> _requests = [];
    private readonly List<(Func<bool> IsReached, TaskCompletionSource Waiter)> _waiters = [];

    public IReadOnlyList<ApiRequest> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    public int Count(string verb, string resource)
    {
        lock (_gate)
        {
            return _requests.Count(request => request.Verb == verb && request.Resource == resource);
        }
    }

    /// <summary>Ends as soon as so many of such requests have come, counted from the start.</summary>
    public Task WaitForAsync(string verb, string resource, int count, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (Count(verb, resource) >= count)
            {
                return Task.CompletedTask;
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((() => Count(verb, resource) >= count, waiter));
            return waiter.Task.WaitAsync(cancellation);
        }
    }

    public void Add(ApiRequest request)
    {
        lock (_gate)
        {
            _requests.Add(request);
            foreach (var (isReached, waiter) in _waiters.Where(waiting => waiting.IsReached()).ToList())
            {
                waiter.TrySetResult();
                _waiters.Remove((isReached, waiter));
            }
        }
    }
}
