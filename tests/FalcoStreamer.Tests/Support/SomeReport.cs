using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Reporting;
using FalcoStreamer.Sinks;

namespace FalcoStreamer.Tests.Support;

/// <summary>Reports whose other values a test does not care about.</summary>
internal static class SomeReport
{
    public const string Id = "0123456789abcdef0123456789abcdef";

    public static readonly Subject Pod = new()
    {
        Kind = SubjectKind.Pod,
        Resolution = Resolution.Live,
        Namespace = "shop",
        Name = "web-7d4b9-x2x9p",
        Uid = "5f2c7d2e-0000-4000-8000-000000000001",
        Container = "main",
        ContainerType = ContainerType.Container,
        ContainerId = "64fac540e48f",
        Node = "node-1",
    };

    /// <summary>Writes reports with what the program knows of rules.</summary>
    public static ReportWriter Writer { get; } = new(RuleLibrary.Load());

    public static IncidentReport Of(
        string id = Id,
        Verdict verdict = Verdict.Undetermined,
        long count = 1,
        Subject? subject = null,
        Priority priority = Priority.Warning,
        string headline = "Something ran",
        TimeSpan lasting = default,
        string rule = "Detect Shell in Container") => new()
        {
            Incident = new Incident
            {
                Id = id,
                Subject = subject ?? Pod,
                Judgement = new Judgement { Verdict = verdict, Confidence = 0.5 },
                First = Some.Alert(rule: rule),
                Rules = [rule],
                Priority = priority,
                Count = count,
                FirstTime = Some.Time,
                LastTime = Some.Time + lasting,
                Samples = [],
                Alerts = [],
            },
            Headline = headline,
            Explanation = "",
            Actions = [],
            Commands = [],
            Hardening = [],
            Exception = null,
            Attack = [],
        };

    public static ReportRecord Record(IncidentReport report, IncidentChangeKind change = IncidentChangeKind.Opened) =>
        new(report, change, report.Incident.LastTime);

    /// <summary>An ID made of a number, different from the others in its first 16 digits.</summary>
    public static string IdOf(int number) => $"{number:x16}{number:x16}";
}
