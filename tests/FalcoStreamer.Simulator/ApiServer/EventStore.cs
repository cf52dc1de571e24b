using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>
/// The Events of an API server double: core/v1 create, patch, get and list with the rules, texts and refusals of a real v1.36.2
/// (Recordings/kubernetes). Where no recording tells, it is stricter than the real one, never kinder.
/// </summary>
internal sealed class EventStore(TimeProvider clock)
{
    private const int MostBytesOfBody = 3 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly EventTable _table = new(clock);
    private readonly ConcurrentQueue<EventRequest> _requests = new();
    private readonly ConcurrentQueue<EventFault> _faults = new();

    /// <summary>Namespaces that do not exist; all others do.</summary>
    public ConcurrentDictionary<string, bool> MissingNamespaces => _table.MissingNamespaces;

    /// <summary>Namespaces that are being deleted.</summary>
    public ConcurrentDictionary<string, bool> TerminatingNamespaces => _table.TerminatingNamespaces;

    /// <summary>Verbs (<c>create</c>, <c>patch</c>, <c>get</c>, <c>list</c>) that the caller's role lacks.</summary>
    public ConcurrentDictionary<string, bool> ForbiddenVerbs { get; } = new();

    /// <summary>What every request meets until it is null again.</summary>
    public EventFault? Outage { get; set; }

    /// <summary>Who the caller is in the texts of 403.</summary>
    public string User { get; set; } = "system:serviceaccount:falcostreamer:agent";

    /// <summary>Every request in the order of the answers.</summary>
    public IReadOnlyList<EventRequest> Requests => [.. _requests];

    public int Posts => _requests.Count(request => request.Method == "POST");

    public int Patches => _requests.Count(request => request.Method == "PATCH");

    public int Gets => _requests.Count(request => request.Method == "GET");

    /// <summary>The Events as they stand.</summary>
    public IReadOnlyList<JsonObject> Events
    {
        get
        {
            lock (_lock)
            {
                return _table.All();
            }
        }
    }

    /// <summary>The next request meets this.</summary>
    public void Fail(EventFault fault) => _faults.Enqueue(fault);

    /// <summary>Every state that an Event has had, the first first, also after it has expired.</summary>
    public IReadOnlyList<JsonObject> History(string inNamespace, string name)
    {
        lock (_lock)
        {
            return _table.History(inNamespace, name);
        }
    }

    /// <summary>Forgets an Event, as etcd does after an hour.</summary>
    public bool Expire(string inNamespace, string name)
    {
        lock (_lock)
        {
            return _table.Expire(inNamespace, name);
        }
    }

    /// <summary>Serves <c>/api/v1/namespaces/{namespace}/events</c> and <c>/api/v1/events</c>.</summary>
    public void MapTo(IEndpointRouteBuilder app)
    {
        const string All = "/api/v1/namespaces/{ns}/events";
        app.MapMethods(All, ["POST"], context => ServeAsync(context, "create", (call, body) => _table.Create(Value(call, "ns"), MediaType(call), body)));
        app.MapMethods($"{All}/{{name}}", ["PATCH"], context => ServeAsync(context, "patch", (call, body) => _table.Patch(Value(call, "ns"), Value(call, "name"), MediaType(call), body)));
        app.MapMethods($"{All}/{{name}}", ["GET"], context => ServeAsync(context, "get", (call, _) => _table.Get(Value(call, "ns"), Value(call, "name"))));
        app.MapMethods(All, ["GET"], context => ServeAsync(context, "list", (call, _) => List(call)));
        app.MapMethods("/api/v1/events", ["GET"], context => ServeAsync(context, "list", (call, _) => List(call)));
    }

    private EventReply List(HttpContext context) => _table.List(
        Value(context, "ns"), context.Request.Query["fieldSelector"].ToString(), context.Request.Query["labelSelector"].ToString());

    private async Task ServeAsync(HttpContext context, string verb, Func<HttpContext, byte[], EventReply> handle)
    {
        // Kestrel's own limit would answer a body over 30 MB in its own way.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var fault = _faults.TryDequeue(out var scripted) ? scripted : Outage;
        if (fault is EventFault.Hang)
        {
            Record(context, body, 0);
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        EventReply? reply = fault is EventFault.Drop ? null : Answer(context, verb, handle, body.ToArray(), fault);
        Record(context, body, fault is EventFault.DropAfter ? 0 : reply?.Code ?? 0);
        if (reply is null || fault is EventFault.DropAfter)
        {
            context.Abort();
            return;
        }

        await WriteAsync(context, reply);
    }

    private EventReply Answer(HttpContext context, string verb, Func<HttpContext, byte[], EventReply> handle, byte[] body, EventFault? fault)
    {
        var forbidden = EventStatus.Forbidden(User, verb, Value(context, "ns"), context.Request.RouteValues.ContainsKey("name") ? Value(context, "name") : null);
        switch (fault)
        {
            case EventFault.TooManyRequests:
                return EventStatus.TooManyRequests(1);
            case EventFault.Unauthorized:
                return EventStatus.Unauthorized();
            case EventFault.Forbidden:
                return forbidden;
            case EventFault.InternalError:
                return EventStatus.InternalError("etcdserver: request timed out");
            default:
                break;
        }

        if (ForbiddenVerbs.ContainsKey(verb))
        {
            return forbidden;
        }

        try
        {
            lock (_lock)
            {
                return body.Length > MostBytesOfBody ? EventStatus.TooLarge(MostBytesOfBody) : handle(context, body);
            }
        }
        catch (EventDecodingException exception)
        {
            return EventStatus.BadRequest(exception.Message);
        }
    }

    private void Record(HttpContext context, MemoryStream body, int answer) => _requests.Enqueue(new EventRequest(
        context.Request.Method, context.Request.Path, context.Request.ContentType ?? "", Encoding.UTF8.GetString(body.ToArray()), answer));

    private static async Task WriteAsync(HttpContext context, EventReply reply)
    {
        context.Response.StatusCode = reply.Code;
        context.Response.ContentType = reply.MediaType;
        context.Response.Headers.CacheControl = "no-cache, private";
        if (reply.Warning is not null)
        {
            context.Response.Headers.Warning = reply.Warning;
        }

        if (reply.RetryAfter is not null)
        {
            context.Response.Headers.RetryAfter = reply.RetryAfter;
        }

        await context.Response.WriteAsync(reply.Body, context.RequestAborted);
    }

    private static string MediaType(HttpContext context) => (context.Request.ContentType ?? "").Split(';')[0].Trim();

    private static string Value(HttpContext context, string name) => context.Request.RouteValues[name]?.ToString() ?? "";
}
