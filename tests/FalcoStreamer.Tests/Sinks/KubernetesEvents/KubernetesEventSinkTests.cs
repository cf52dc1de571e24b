using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Simulator.ApiServer;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.KubernetesEvents;
using FalcoStreamer.Telemetry;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Sinks.KubernetesEvents;

public sealed class KubernetesEventSinkTests : IAsyncLifetime
{
    private const string Name = "web-7d4b9-x2x9p.0123456789abcdef";

    private readonly FakeTimeProvider _clock = new(Some.Time.ToDateTimeOffset());
    private readonly FakeLogger<AgentTelemetry> _log = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly AgentTelemetry _telemetry;
    private readonly MetricCollector<long> _outcomes;
    private readonly List<string> _ended = [];
    private EventServer _server = null!;
    private KubernetesEventSink _sink = null!;

    public KubernetesEventSinkTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _telemetry = new AgentTelemetry(_log, meters);
        _outcomes = new MetricCollector<long>(meters, AgentTelemetry.MeterName, "falcostreamer.kubernetes.events");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private EventStore Store => _server.Store;

    public async ValueTask InitializeAsync()
    {
        _server = await EventServer.StartAsync(Cancellation);
        _sink = NewSink();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _outcomes.Dispose();
        _telemetry.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task CreatesOnce_ThenPatchesCountTypeReasonAndMessage()
    {
        await SendAsync(SomeReport.Record(SomeReport.Of(verdict: Verdict.Benign, headline: "Harmless")));
        await SendAsync(SomeReport.Record(
            SomeReport.Of(verdict: Verdict.Suspicious, headline: "An imitation", count: 7, lasting: TimeSpan.FromSeconds(30)), IncidentChangeKind.Rejudged));

        var written = Assert.Single(Store.Events);
        Assert.Equal((1, 1), (Store.Posts, Store.Patches));
        Assert.Equal("application/merge-patch+json", Store.Requests[^1].MediaType);
        Assert.Equal("Harmless", Store.History("shop", Name)[0]["message"]!.GetValue<string>());
        Assert.Equal("An imitation", written["message"]!.GetValue<string>());
        Assert.Equal("Warning", written["type"]!.GetValue<string>());
        Assert.Equal("FalcoSuspicious", written["reason"]!.GetValue<string>());
        Assert.Equal(7, written["count"]!.GetValue<int>());
        Assert.Equal("2025-01-01T10:00:30Z", written["lastTimestamp"]!.GetValue<string>());
        Assert.Equal("2025-01-01T10:00:00.000000Z", written["eventTime"]!.GetValue<string>());
        Assert.Equal("suspicious", written["metadata"]!["labels"]!["falcostreamer.io/verdict"]!.GetValue<string>());
        Assert.Equal("# An imitation", written["metadata"]!["annotations"]!["falcostreamer.io/report"]!.GetValue<string>());
    }

    [Fact]
    public async Task WritesTheLatestOnly_WhenOneBatchHasSeveralStates()
    {
        await SendAsync([.. Enumerable.Range(1, 5).Select(count => SomeReport.Record(SomeReport.Of(count: count)))]);

        Assert.Equal((1, 0), (Store.Posts, Store.Patches));
        Assert.Equal(5, Assert.Single(Store.Events)["count"]!.GetValue<int>());
        Assert.Equal(4, Counted("superseded"));
    }

    [Fact]
    public async Task WritesNothing_WhenTheSameIsSentAgain()
    {
        var record = SomeReport.Record(SomeReport.Of());
        await SendAsync(record);

        await SendAsync(record);

        Assert.Equal((1, 0), (Store.Posts, Store.Patches));
        Assert.Equal(1, Counted("unchanged"));
    }

    [Fact]
    public async Task PutsEventsWhereKubectlDescribeLooks()
    {
        var node = new Subject { Kind = SubjectKind.Node, Resolution = Resolution.None, Name = "node-1" };
        await SendAsync(SomeReport.Record(SomeReport.Of()), SomeReport.Record(SomeReport.Of(SomeReport.IdOf(2), subject: node)));

        var ofPod = await ListAsync($"involvedObject.name={SomeReport.Pod.Name},involvedObject.namespace=shop,involvedObject.kind=Pod,involvedObject.uid={SomeReport.Pod.Uid}");
        var ofNode = await ListAsync("involvedObject.name=node-1,involvedObject.namespace=,involvedObject.kind=Node,involvedObject.uid=node-1");

        Assert.Single(ofPod);
        Assert.Equal("default", Assert.Single(ofNode)!["metadata"]!["namespace"]!.GetValue<string>());
    }

    [Fact]
    public async Task PatchesToTheTruth_WhenTheEventExistsFromBefore()
    {
        await SendAsync(SomeReport.Record(SomeReport.Of(headline: "old")));
        _sink = NewSink();

        await SendAsync(SomeReport.Record(SomeReport.Of(headline: "new", count: 3)));

        Assert.Equal((2, 1), (Store.Posts, Store.Patches));
        Assert.Equal("new", Assert.Single(Store.Events)["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task PatchesToTheTruth_WhenTheAnswerToTheCreateWasLost()
    {
        var record = SomeReport.Record(SomeReport.Of());
        Store.Fail(EventFault.DropAfter);

        await Assert.ThrowsAsync<SinkException>(() => SendAsync(record));
        await SendAsync(record);

        Assert.Single(Store.Events);
        Assert.Equal(409, Store.Requests[1].Answer);
    }

    [Fact]
    public async Task CreatesAgain_WhenTheEventHasExpired()
    {
        await SendAsync(SomeReport.Record(SomeReport.Of()));
        Store.Expire("shop", Name);

        await SendAsync(SomeReport.Record(SomeReport.Of(count: 9)));

        Assert.Equal((2, 1), (Store.Posts, Store.Patches));
        Assert.Equal(9, Assert.Single(Store.Events)["count"]!.GetValue<int>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GoesOnQuietly_WhenTheNamespaceIsGoneOrGoing(bool isTerminating)
    {
        (isTerminating ? Store.TerminatingNamespaces : Store.MissingNamespaces)["shop"] = true;

        await SendAsync(SomeReport.Record(SomeReport.Of()), OnNode(2));

        Assert.Single(Store.Events);
        Assert.Equal(1, Counted("namespace_gone"));
        Assert.DoesNotContain(_log.Collector.GetSnapshot(), line => line.Level > LogLevel.Debug);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("patch")]
    public async Task NamesTheMissingVerbOnce_AndGoesOn_WhenTheRoleLacksIt(string verb)
    {
        await SendAsync(SomeReport.Record(SomeReport.Of()));
        Store.ForbiddenVerbs[verb] = true;

        await SendAsync(SomeReport.Record(SomeReport.Of(count: 2)), OnNode(2));
        await SendAsync(SomeReport.Record(SomeReport.Of(count: 3)), OnNode(3));

        Assert.Equal(2, Counted("forbidden"));
        Assert.Equal(verb == "create" ? 1 : 3, Store.Events.Count);
        var line = Assert.Single(_log.Collector.GetSnapshot(), line => line.Level == LogLevel.Error);
        Assert.Contains($"lacks the verb {verb} on events", line.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EventFaultName.TooManyRequests, 1)]
    [InlineData(EventFaultName.InternalError, 0)]
    [InlineData(EventFaultName.Unauthorized, 0)]
    [InlineData(EventFaultName.Drop, 0)]
    public async Task IsTransient_WhenTheServerMayAnswerLater(EventFaultName fault, int retryAfter)
    {
        Store.Fail(Enum.Parse<EventFault>(fault.ToString()));
        var record = SomeReport.Record(SomeReport.Of());

        var exception = await Assert.ThrowsAsync<SinkException>(() => SendAsync(record));
        await SendAsync(record);

        Assert.True(exception.IsTransient);
        Assert.Equal(retryAfter == 0 ? null : TimeSpan.FromSeconds(retryAfter), exception.RetryAfter);
        Assert.Single(Store.Events);
    }

    [Fact]
    public async Task IsTransient_WhenNobodyListens()
    {
        await _server.StopAsync(Cancellation);

        var exception = await Assert.ThrowsAsync<SinkException>(() => SendAsync(SomeReport.Record(SomeReport.Of())));

        Assert.True(exception.IsTransient);
    }

    [Fact]
    public async Task IsTransient_WhenTheServerIsSilent()
    {
        Store.Fail(EventFault.Hang);

        var sending = SendAsync(SomeReport.Record(SomeReport.Of()));
        while (!sending.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        Assert.True((await Assert.ThrowsAsync<SinkException>(() => sending)).IsTransient);
    }

    [Fact]
    public async Task UsesNoBudgetUp_WhileTheServerIsAway()
    {
        Store.Outage = EventFault.InternalError;
        var record = SomeReport.Record(SomeReport.Of());
        for (var attempt = 0; attempt < 100; attempt++)
        {
            await Assert.ThrowsAsync<SinkException>(() => SendAsync(record));
        }

        Store.Outage = null;
        await SendAsync(record);

        Assert.Single(Store.Events);
    }

    [Fact]
    public async Task LogsTheServersWords_WhenItRefusesForGood()
    {
        _sink = NewSink(api: new RenamingApi(_server));

        await SendAsync(SomeReport.Record(SomeReport.Of()), OnNode(2));

        Assert.Single(Store.Events);
        Assert.Equal(1, Counted("refused"));
        var line = Assert.Single(_log.Collector.GetSnapshot(), line => line.Level == LogLevel.Error);
        Assert.Contains("the namespace of the provided object does not match", line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangesOnlyTheCount_WhenABenignIncidentComesAgain()
    {
        await SendAsync(Benign(1, 2, IncidentChangeKind.Closed));

        await SendAsync(Benign(2, 1, IncidentChangeKind.Opened));
        await SendAsync(Benign(2, 3, IncidentChangeKind.Closed));
        await SendAsync(Benign(3, 1, IncidentChangeKind.Opened));

        Assert.Equal(6, Assert.Single(Store.Events)["count"]!.GetValue<int>());
        Assert.Equal((1, 3), (Store.Posts, Store.Patches));
        Assert.All(Store.Requests.Skip(1), request => Assert.Equal(["lastTimestamp", "count"], JsonNode.Parse(request.Body)!.AsObject().Select(member => member.Key)));
    }

    [Fact]
    public async Task GivesARepeatItsOwnEvent_WhenItIsNotBenignAfterAll()
    {
        await SendAsync(Benign(1, 2, IncidentChangeKind.Closed));
        await SendAsync(Benign(2, 5, IncidentChangeKind.Opened));

        await SendAsync(SomeReport.Record(SomeReport.Of(SomeReport.IdOf(2), Verdict.Suspicious, 6), IncidentChangeKind.Rejudged));

        Assert.Equal([(2, "FalcoBenign"), (6, "FalcoSuspicious")], Store.Events.Select(found => (found["count"]!.GetValue<int>(), found["reason"]!.GetValue<string>())));
    }

    [Fact]
    public async Task WritesNothingAboutItself()
    {
        await SendAsync(SomeReport.Record(SomeReport.Of(subject: SomeReport.Pod with { Namespace = "falco", Name = "agent-1" })));

        Assert.Empty(Store.Requests);
        Assert.Equal(1, Counted("own_pod"));
    }

    [Fact]
    public async Task HoldsBack_WhatIsOverAnObjectsBudget_AndWritesItLater()
    {
        // The clock runs on while real requests are on their way.
        _sink = NewSink(timeout: TimeSpan.FromDays(1));
        await SendAsync([.. Enumerable.Range(0, 100).Select(number => SomeReport.Record(SomeReport.Of(SomeReport.IdOf(number))))]);
        Assert.Equal(25, Store.Events.Count);
        Assert.Equal(75, Counted("held_back"));
        Assert.Equal(TimeSpan.FromMinutes(5), _sink.DueIn);

        _clock.Advance(TimeSpan.FromMinutes(5));
        await SendAsync();
        Assert.Equal(26, Store.Events.Count);

        var flush = _sink.FlushAsync(Cancellation);
        while (!flush.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }

        await flush;
        Assert.Equal(100, Store.Events.Count);
        Assert.Null(_sink.DueIn);
    }

    [Fact]
    public async Task WritesTheLatestState_AfterHoldingBack()
    {
        for (var count = 1; count <= 40; count++)
        {
            await SendAsync(SomeReport.Record(SomeReport.Of(count: count)));
        }

        Assert.Equal(25, Assert.Single(Store.Events)["count"]!.GetValue<int>());
        _clock.Advance(TimeSpan.FromMinutes(5));
        await SendAsync();

        Assert.Equal(40, Assert.Single(Store.Events)["count"]!.GetValue<int>());
        Assert.Equal(26, Store.Requests.Count);
    }

    [Fact]
    public async Task UsesTheReserve_WhenSomethingTurnsSuspicious()
    {
        await SendAsync([.. Enumerable.Range(0, 30).Select(number => SomeReport.Record(SomeReport.Of(SomeReport.IdOf(number))))]);

        await SendAsync(SomeReport.Record(SomeReport.Of(SomeReport.IdOf(0), Verdict.Suspicious, 2), IncidentChangeKind.Rejudged));

        Assert.Equal("FalcoSuspicious", Store.Events[0]["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task CountsWhatItLeaves_WhenTheEndComesTooEarly()
    {
        await SendAsync([.. Enumerable.Range(0, 30).Select(number => SomeReport.Record(SomeReport.Of(SomeReport.IdOf(number))))]);
        Store.Outage = EventFault.InternalError;

        await Assert.ThrowsAsync<SinkException>(() => _sink.FlushAsync(Cancellation));

        Assert.Equal(5, Counted("never_written"));
    }

    [Fact]
    public async Task BoundsWhatWaits_AndDropsTheLeastSerious()
    {
        await SendAsync([.. Enumerable.Range(0, 25).Select(number => SomeReport.Record(SomeReport.Of(SomeReport.IdOf(number))))]);

        await SendAsync([.. Enumerable.Range(100, 520).Select(number => SomeReport.Record(SomeReport.Of(
            SomeReport.IdOf(number), priority: number < 110 ? Priority.Debug : Priority.Warning)))]);

        Assert.Equal(8, Counted("dropped"));
        Assert.Equal(512, Counted("held_back"));
        Assert.Single(_log.Collector.GetSnapshot(), line => line.Level == LogLevel.Error);
    }

    [Fact]
    public async Task TellsThatAnIncidentIsOver_OnlyWhenItsLastEventIsWritten()
    {
        await SendAsync(SomeReport.Record(SomeReport.Of()));
        Assert.Empty(_ended);

        Store.Outage = EventFault.InternalError;
        await Assert.ThrowsAsync<SinkException>(() => SendAsync(SomeReport.Record(SomeReport.Of(count: 5), IncidentChangeKind.Closed)));
        Assert.Empty(_ended);

        Store.Outage = null;
        await SendAsync();
        Assert.Equal([SomeReport.Of().Incident.Id], _ended);
    }

    [Fact]
    public async Task TellsThatAnIncidentIsOver_WhenItGetsNoEvent()
    {
        var ownPod = SomeReport.Pod with { Namespace = "falco", Name = "agent-1" };
        await SendAsync(SomeReport.Record(SomeReport.Of(subject: ownPod)));
        Assert.Empty(_ended);

        await SendAsync(SomeReport.Record(SomeReport.Of(subject: ownPod), IncidentChangeKind.Closed));

        Assert.Single(_ended);
        Assert.Empty(Store.Events);
    }

    private KubernetesEventSink NewSink(IKubernetesApi? api = null, TimeSpan? timeout = null) => new(
        api ?? _server,
        report => report.Headline,
        report => $"# {report.Headline}",
        ended =>
        {
            _ended.AddRange(ended);
            return ValueTask.CompletedTask;
        },
        new KubernetesEventOptions { PodName = "agent-1", PodNamespace = "falco", NodeName = "node-1", RequestTimeout = timeout ?? TimeSpan.FromSeconds(10) },
        _clock,
        _telemetry);

    private Task SendAsync(params SinkRecord[] records) => _sink.SendAsync(records, Cancellation);

    private static ReportRecord OnNode(int number) => SomeReport.Record(SomeReport.Of(
        SomeReport.IdOf(number), subject: new Subject { Kind = SubjectKind.Node, Resolution = Resolution.None, Name = "node-1" }));

    private static ReportRecord Benign(int number, long count, IncidentChangeKind change) =>
        SomeReport.Record(SomeReport.Of(SomeReport.IdOf(number), Verdict.Benign, count, lasting: TimeSpan.FromMinutes(number)), change);

    private async Task<JsonArray> ListAsync(string fields) => JsonNode.Parse(
        await _server.Client.GetStringAsync($"/api/v1/events?fieldSelector={Uri.EscapeDataString(fields)}", Cancellation))!["items"]!.AsArray();

    private long Counted(string outcome) => _outcomes.GetMeasurementSnapshot()
        .Where(measurement => Equals(measurement.Tags["outcome"], outcome))
        .Sum(measurement => measurement.Value);

    /// <summary>Sends what is meant for one namespace to another, which the server can never take.</summary>
    private sealed class RenamingApi(IKubernetesApi api) : IKubernetesApi
    {
        public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            request.RequestUri = new Uri(request.RequestUri!.OriginalString.Replace("/shop/", "/other/", StringComparison.Ordinal), UriKind.Relative);
            return api.SendAsync(request, cancellation);
        }
    }
}

/// <summary>The faults' names, since a public test cannot take an internal type.</summary>
public enum EventFaultName
{
    TooManyRequests,
    InternalError,
    Unauthorized,
    Drop,
}
