using System.Runtime.CompilerServices;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Sinks.Otlp;

/// <summary>
/// Makes <c>ExportLogsServiceRequest</c>s of records: one <c>ResourceLogs</c> per subject, and as many requests as the size limit wants.
/// The same records give the same requests.
/// </summary>
/// <param name="version">The agent's version, which is the scope's.</param>
internal sealed class OtlpRequests(OtlpResource resource, OtlpRecords records, string version)
{
    /// <summary>The largest request before compression (contracts/otlp.md, "Wire").</summary>
    public const int MaxRequest = 3 * 1024 * 1024;

    private const int ResourceLogs = 1;
    private const int Resource = 1;
    private const int ScopeLogs = 2;
    private const int Scope = 1;
    private const int LogRecords = 2;
    private const int ScopeName = 1;
    private const int ScopeVersion = 2;

    private readonly ProtobufWriter _request = new();
    private readonly ProtobufWriter _record = new();
    private readonly Dictionary<Subject, List<SinkRecord>> _bySubject = new(ReferenceEqualityComparer.Instance);
    private ConditionalWeakTable<Subject, byte[]> _resources = [];
    private string? _resourcesOfCluster;

    /// <summary>Gives each request to <paramref name="send"/>, which must be done with it before the next one is made.</summary>
    public async Task MakeAsync(IReadOnlyList<SinkRecord> batch, Func<ReadOnlyMemory<byte>, Task> send)
    {
        ForgetResourcesOfUnknownCluster();
        Group(batch);
        _request.Clear();
        foreach (var (subject, ofSubject) in _bySubject)
        {
            var encoded = _resources.GetValue(subject, resource.Encode);
            for (var next = 0; next < ofSubject.Count;)
            {
                next = WriteGroup(encoded, ofSubject, next);
                if (next < ofSubject.Count)
                {
                    await send(_request.Written);
                    _request.Clear();
                }
            }
        }

        if (_request.Length > 0)
        {
            await send(_request.Written);
        }
    }

    private static Subject SubjectOf(SinkRecord record) => record switch
    {
        AlertRecord alert => alert.Subject,
        ReportRecord report => report.Report.Incident.Subject,
        _ => throw new ArgumentException($"A {record.GetType().Name} has no subject.", nameof(record)),
    };

    private void Group(IReadOnlyList<SinkRecord> batch)
    {
        _bySubject.Clear();
        foreach (var record in batch)
        {
            var subject = SubjectOf(record);
            if (!_bySubject.TryGetValue(subject, out var ofSubject))
            {
                _bySubject[subject] = ofSubject = [];
            }

            ofSubject.Add(record);
        }
    }

    /// <summary>Writes records of one subject as long as the request has room, and at least one into an empty request; returns the next.</summary>
    private int WriteGroup(byte[] encodedResource, List<SinkRecord> ofSubject, int next)
    {
        var isEmpty = _request.Length == 0;
        var start = _request.Length;
        var group = _request.Begin(ResourceLogs);
        _request.Bytes(Resource, encodedResource);
        var scopeLogs = _request.Begin(ScopeLogs);
        var scope = _request.Begin(Scope);
        _request.Bytes(ScopeName, "falcostreamer"u8);
        _request.Text(ScopeVersion, version);
        _request.End(scope);
        var first = next;
        for (; next < ofSubject.Count; next++)
        {
            _record.Clear();
            records.Write(_record, ofSubject[next]);
            if (_request.Length + _record.Length + 32 > MaxRequest && !(isEmpty && next == first))
            {
                break;
            }

            _request.Bytes(LogRecords, _record.Written.Span);
        }

        _request.End(scopeLogs);
        _request.End(group);
        if (next == first)
        {
            _request.Truncate(start);
        }

        return next;
    }

    /// <summary>The cluster's UID is learnt after the first alerts; what was encoded without it must not stay so.</summary>
    private void ForgetResourcesOfUnknownCluster()
    {
        if (resource.ClusterUid is { } uid && uid != _resourcesOfCluster)
        {
            _resourcesOfCluster = uid;
            _resources = [];
        }
    }
}
