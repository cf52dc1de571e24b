using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FalcoStreamer.Simulator.ApiServer;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Simulator;

/// <summary>The double must answer as the recordings of the real server do.</summary>
public sealed class ApiServerDoubleTests : IAsyncLifetime
{
    private readonly ApiServerDouble _api = new();
    private readonly HttpClient _client = new();

    public async ValueTask InitializeAsync()
    {
        await _api.StartAsync();
        _client.BaseAddress = _api.Address;
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _api.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    [Theory]
    [InlineData("list-rv-garbage", "api/v1/pods?resourceVersion=abc")]
    [InlineData("watch-rv-garbage", "api/v1/pods?watch=1&resourceVersion=abc&timeoutSeconds=2")]
    [InlineData("list-rv-future", "api/v1/pods?resourceVersion=999999999&timeoutSeconds=4")]
    public async Task AnswersAsTheRealOneDid(string recording, string uri)
    {
        var recorded = RecordedAnswer.Parse(Recordings.Read($"kubernetes/errors/{recording}.http"));
        _api.Pods.Restore(310);

        using var response = await _client.GetAsync(uri, TestContext.Current.CancellationToken);

        Assert.Equal(recorded.Status, (int)response.StatusCode);
        Assert.Equal(JsonNode.Parse(recorded.Body)!.ToJsonString(), JsonNode.Parse(await BodyAsync(response))!.ToJsonString());
        Assert.Equal(recorded.Headers.Any(header => header.Key == "Retry-After"), response.Headers.RetryAfter is not null);
    }

    [Fact]
    public async Task SendsARecordedAnswerAsItIs()
    {
        var recorded = RecordedAnswer.Parse(Recordings.Read("kubernetes/errors/429-list-pods.http"));
        _api.Answer("list", "pods", recorded);

        using var response = await _client.GetAsync("api/v1/pods", TestContext.Current.CancellationToken);

        Assert.Equal((429, "Too Many Requests"), ((int)response.StatusCode, response.ReasonPhrase));
        Assert.Equal("Too many requests, please try again later.\n", await BodyAsync(response));
        Assert.Equal(
            recorded.Headers.Select(header => $"{header.Key}: {header.Value}").Order(),
            response.Headers.Concat(response.Content.Headers).Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order());
    }

    [Theory]
    [InlineData("Bearer", "stale", 401)]
    [InlineData(null, null, 403)]
    public async Task LetsNobodyElseIn(string? scheme, string? token, int status)
    {
        _client.DefaultRequestHeaders.Authorization = scheme is null ? null : new AuthenticationHeaderValue(scheme, token);

        using var response = await _client.GetAsync("api/v1/pods", TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task ForbidsInTheRealOnesWords()
    {
        _api.Forbidden[("list", "pods")] = true;

        using var response = await _client.GetAsync("api/v1/pods", TestContext.Current.CancellationToken);

        var message = JsonNode.Parse(await BodyAsync(response))!["message"]!.GetValue<string>();
        Assert.Equal("pods is forbidden: User \"system:serviceaccount:falcostreamer:falcostreamer\" cannot list resource \"pods\" in API group \"\" at the cluster scope", message);
    }

    [Fact]
    public async Task TellsAWatchThatItsVersionIsForgotten_InA200()
    {
        _api.Pods.Restore(354);
        _api.Pods.Compact();

        using var response = await _client.GetAsync("api/v1/pods?watch=1&allowWatchBookmarks=true&resourceVersion=1&timeoutSeconds=3", TestContext.Current.CancellationToken);

        var recorded = RecordedAnswer.Parse(Recordings.Read("kubernetes/errors/410-watch-rv1-nodeselector-bookmarks.http"));
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(JsonNode.Parse(recorded.Body)!.ToJsonString(), JsonNode.Parse(await BodyAsync(response))!.ToJsonString());
    }

    [Fact]
    public async Task BeginsAWatchWithoutAVersionWithEverythingAndABookmark()
    {
        var recorded = RecordedAnswer.Parse(Recordings.Read("kubernetes/pods/watchlist-sendInitialEvents.http"));
        _api.Pods.Set(PodJsons.Pod("web"));

        using var response = await _client.GetAsync(
            "api/v1/pods?watch=1&allowWatchBookmarks=true&fieldSelector=spec.nodeName%3Dnode-1",
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var added = JsonNode.Parse((await reader.ReadLineAsync(TestContext.Current.CancellationToken))!)!;
        var bookmark = await reader.ReadLineAsync(TestContext.Current.CancellationToken);

        Assert.Equal(("ADDED", "Pod"), (added["type"]!.GetValue<string>(), added["object"]!["kind"]!.GetValue<string>()));
        var expected = System.Text.Encoding.UTF8.GetString(recorded.Body).Split('\n')[2].Replace("306", "101", StringComparison.Ordinal);
        Assert.Equal(expected, bookmark);
    }

    [Theory]
    [InlineData("spec.bogus%3Dx", 400)]
    [InlineData("spec.nodeName%3Dnode-2", 200)]
    public async Task SelectsByTheFieldsThatTheRealOneKnows(string selector, int status)
    {
        _api.Pods.Set(PodJsons.Pod("web"));

        using var response = await _client.GetAsync($"api/v1/pods?fieldSelector={selector}", TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.DoesNotContain("\"web\"", await BodyAsync(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ComesBackOnTheSamePort()
    {
        var address = _api.Address;

        await _api.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetAsync("api/v1/pods", TestContext.Current.CancellationToken));
        await _api.StartAsync();

        Assert.Equal(address, _api.Address);
        using var response = await _client.GetAsync("api/v1/pods", TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)response.StatusCode);
    }

    private static Task<string> BodyAsync(HttpResponseMessage response) => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
