using System.Diagnostics.Metrics;

namespace FalcoStreamer.Telemetry;

/// <content>Enrichment: 2xx.</content>
internal sealed partial class AgentTelemetry
{
    private Counter<long> _podLookups = null!;
    private Counter<long> _podRequests = null!;
    private Counter<long> _ownerRequests = null!;
    private Counter<long> _forgotten = null!;

    private partial void CreateEnrichmentInstruments()
    {
        _podLookups = _meter.CreateCounter<long>("falcostreamer.pods.lookups", "{alert}", "Alerts by how their pod was found.");
        _podRequests = _meter.CreateCounter<long>("falcostreamer.pods.requests", "{request}", "Lists and watches of pods by how they ended.");
        _ownerRequests = _meter.CreateCounter<long>("falcostreamer.owners.requests", "{request}", "Questions for owners and their revisions by their answer.");
        _forgotten = _meter.CreateCounter<long>("falcostreamer.pods.forgotten", "{object}", "Things that were forgotten before their time because a limit was reached.");
    }

    /// <summary>An alert's subject was decided; <paramref name="outcome"/> is <c>live</c>, <c>deleted</c>, <c>falco</c>, <c>none</c> or <c>node</c>.</summary>
    public void PodLookedUp(string outcome) => _podLookups.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>The pods of the node are known; that is news the first time and after trouble.</summary>
    public void PodsListed(string node, int count, bool isNews)
    {
        PodRequest("list", "ok");
        LogPodsListed(_logger, isNews ? LogLevel.Information : LogLevel.Debug, count, node);
    }

    /// <summary>A list or watch has ended; <paramref name="outcome"/> is one of a closed set.</summary>
    public void PodRequest(string verb, string outcome) => _podRequests.Add(
        1,
        new KeyValuePair<string, object?>("verb", verb),
        new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>The pods cannot be followed for a moment; it is said once per streak of failures and counted every time.</summary>
    public void PodsNotFollowed(string verb, string outcome, string reason, TimeSpan pause, bool isFirst)
    {
        PodRequest(verb, outcome);
        LogPodsNotFollowed(_logger, isFirst ? LogLevel.Warning : LogLevel.Debug, reason, pause.TotalSeconds);
    }

    /// <summary>Something was forgotten before its time; <paramref name="what"/> is one of a closed set.</summary>
    public void Forgotten(string what) => _forgotten.Add(1, new KeyValuePair<string, object?>("what", what));

    /// <summary>A controller or a revision was asked for; <paramref name="outcome"/> is <c>found</c>, <c>absent</c>, <c>failed</c>, <c>forbidden</c> or <c>postponed</c>.</summary>
    public void OwnerAsked(string outcome)
    {
        _ownerRequests.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        LogOwnerAsked(_logger, outcome);
    }

    /// <summary>The agent may not read a controller or a revision: what it would tell, such as an owner, stays unknown. Said once a kind.</summary>
    public void OwnerForbidden(string kind, string reason, bool isFirst)
    {
        OwnerAsked("forbidden");
        LogOwnerForbidden(_logger, isFirst ? LogLevel.Warning : LogLevel.Debug, kind, reason);
    }

    /// <summary>A client for the API server was made, the first one or a new one.</summary>
    public void ApiClientMade() => LogApiClientMade(_logger);

    /// <summary>A client for the API server could not be made.</summary>
    public void ApiClientNotMade(string reason) => LogApiClientNotMade(_logger, reason);

    /// <summary>The agent may not read the node or the namespace kube-system: their UIDs stay unknown.</summary>
    public void IdentityForbidden(string reason, bool isFirst) => LogIdentityForbidden(_logger, isFirst ? LogLevel.Warning : LogLevel.Debug, reason);

    /// <summary>The node's or the cluster's UID could not be asked for; it is tried again.</summary>
    public void IdentityNotKnown(string reason) => LogIdentityNotKnown(_logger, reason);

    [LoggerMessage(EventId = 201, Message = "{Count} pods of node {Node} are known.")]
    private static partial void LogPodsListed(ILogger logger, LogLevel level, int count, string node);

    [LoggerMessage(EventId = 202, Message = "The pods cannot be followed, the next try is in {Seconds:0.0} s: {Reason}")]
    private static partial void LogPodsNotFollowed(ILogger logger, LogLevel level, string reason, double seconds);

    [LoggerMessage(EventId = 203, Message = "The agent may not read a {Kind}, what it would tell of its pods stays unknown: {Reason}")]
    private static partial void LogOwnerForbidden(ILogger logger, LogLevel level, string kind, string reason);

    [LoggerMessage(204, LogLevel.Debug, "A client for the API server was made.")]
    private static partial void LogApiClientMade(ILogger logger);

    [LoggerMessage(205, LogLevel.Warning, "A client for the API server cannot be made: {Reason}")]
    private static partial void LogApiClientNotMade(ILogger logger, string reason);

    [LoggerMessage(EventId = 206, Message = "The agent may not read what it wants to name by UID (verb \"get\" for \"nodes\" and \"namespaces\"): {Reason}")]
    private static partial void LogIdentityForbidden(ILogger logger, LogLevel level, string reason);

    [LoggerMessage(207, LogLevel.Debug, "The UID of the node or the cluster is not known yet: {Reason}")]
    private static partial void LogIdentityNotKnown(ILogger logger, string reason);

    [LoggerMessage(208, LogLevel.Debug, "A controller or a revision was asked for: {Outcome}.")]
    private static partial void LogOwnerAsked(ILogger logger, string outcome);
}
