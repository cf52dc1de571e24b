using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>LIST and WATCH of pods with the real server's answers to odd versions and selectors.</summary>
internal sealed class PodRoutes(PodStore store, TimeProvider clock)
{
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromMinutes(1);

    private int _mutedWatches;

    /// <summary>The next watch opens and says nothing, ever.</summary>
    public void MuteNextWatch() => Interlocked.Increment(ref _mutedWatches);

    public Task ListAsync(HttpContext context)
    {
        var selector = PodSelector.Parse(context.Request.Query["fieldSelector"].ToString());
        var version = context.Request.Query["resourceVersion"].ToString();
        if (selector.UnknownLabel is { } label)
        {
            return ApiStatus.SendAsync(context, 400, "BadRequest", $"field label not supported: {label}");
        }

        if (version.Length > 0 && !TryParse(version, out _))
        {
            return ApiStatus.SendAsync(context, 400, "BadRequest", $"invalid resource version: {Garbage(version)}");
        }

        if (version.Length > 0 && TryParse(version, out var wanted) && wanted > store.Revision)
        {
            context.Response.Headers.RetryAfter = "1";
            var details = new JsonObject
            {
                ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
                ["retryAfterSeconds"] = 1,
            };
            return ApiStatus.SendAsync(context, 504, "Timeout", $"Timeout: Too large resource version: {wanted}, current: {store.Revision}", details);
        }

        return ApiStatus.SendJsonAsync(context, 200, store.List(selector));
    }

    public async Task WatchAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var selector = PodSelector.Parse(query["fieldSelector"].ToString());
        var version = query["resourceVersion"].ToString();
        long? from = null;
        if (selector.UnknownLabel is { } label)
        {
            await ApiStatus.SendAsync(context, 400, "BadRequest", $"field label not supported: {label}");
            return;
        }

        if (version.Length > 0)
        {
            if (!TryParse(version, out var number))
            {
                await ApiStatus.SendAsync(context, 500, null, Garbage(version));
                return;
            }

            from = number;
        }

        var watch = new OpenWatch(selector, query["allowWatchBookmarks"].ToString() is "true" or "1", context.Abort);
        await ServeAsync(context, watch, from, query["timeoutSeconds"].ToString());
    }

    private async Task ServeAsync(HttpContext context, OpenWatch watch, long? from, string timeoutSeconds)
    {
        ApiStatus.AddHeaders(context);
        context.Response.StatusCode = 200;
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);

        var isMuted = Interlocked.Decrement(ref _mutedWatches) >= 0;
        if (!isMuted)
        {
            Interlocked.Exchange(ref _mutedWatches, 0);
        }
        else
        {
            watch.Mute();
        }

        store.Open(watch, from);
        using var bookmarks = clock.CreateTimer(_ => watch.SendBookmark(store.Revision), null, BookmarkEvery, BookmarkEvery);
        var seconds = int.TryParse(timeoutSeconds, out var given) ? given : 1800;
        using var timeout = isMuted ? null : clock.CreateTimer(_ => EndInTime(watch), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
        try
        {
            await foreach (var line in watch.Lines.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone, or the connection was broken on purpose.
        }
        finally
        {
            store.Close(watch);
        }
    }

    private void EndInTime(OpenWatch watch)
    {
        watch.SendBookmark(store.Revision);
        watch.End();
    }

    private static bool TryParse(string version, out long number) =>
        long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string Garbage(string version) =>
        $"resourceVersion: Invalid value: \"{version}\": strconv.ParseUint: parsing \"{version}\": invalid syntax";
}
