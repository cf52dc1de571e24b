using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FalcoStreamer.Alerts;
using FalcoStreamer.Correlation;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Reporting;

/// <summary>A report as one line of JSON, in the public form of contracts/cli.md: the order of the members is part of it.</summary>
internal static class IncidentJson
{
    private const string Schema = "falcostreamer/incident/v1";

    /// <summary>
    /// Control characters, quotes and backslashes are escaped, which is all that JSON asks for; a command line stays readable.
    /// The output is never put into HTML, for which this encoder is not meant.
    /// </summary>
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the object, without a newline behind it.</summary>
    public static void Write(IBufferWriter<byte> output, IncidentReport report)
    {
        var (incident, judgement) = (report.Incident, report.Incident.Judgement);
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteString("id", incident.Id);
        json.WriteString("verdict", judgement.Verdict.Word());
        json.WriteNumber("confidence", judgement.Confidence);
        json.WriteString("behaviour", judgement.Behaviour?.Id);
        json.WriteString("headline", report.Headline);
        json.WriteString("rule", incident.First.Rule);
        WriteList(json, "rules", incident.Rules);
        json.WriteString("priority", incident.Priority.Word());
        json.WriteNumber("count", incident.Count);
        json.WriteString("firstTime", incident.FirstTime.ToString());
        json.WriteString("lastTime", incident.LastTime.ToString());
        WriteSubject(json, incident.Subject);
        json.WriteStartObject("evidence");
        WriteEvidence(json, "for", judgement.For);
        WriteEvidence(json, "against", judgement.Against);
        json.WriteEndObject();
        WriteList(json, "actions", report.Actions);
        WriteList(json, "commands", report.Commands);
        json.WriteString("exception", report.Exception);
        WriteList(json, "attack", report.Attack);
        WriteList(json, "alerts", incident.Alerts.Select(id => id.ToString()));
        json.WriteEndObject();
    }

    private static void WriteSubject(Utf8JsonWriter json, Subject subject)
    {
        json.WriteStartObject("subject");
        json.WriteString("kind", subject.Kind switch
        {
            SubjectKind.Pod => "Pod",
            SubjectKind.Node => "Node",
            _ => "Unresolved",
        });
        json.WriteString("namespace", subject.Namespace);
        json.WriteString("name", subject.Name ?? subject.Object?.Name);
        json.WriteString("uid", subject.Uid);
        json.WriteString("container", subject.Container);
        json.WriteString("containerType", subject.ContainerType switch
        {
            ContainerType.Container => "container",
            ContainerType.Init => "init",
            ContainerType.Ephemeral => "ephemeral",
            ContainerType.Sandbox => "sandbox",
            _ => null,
        });
        json.WriteString("containerId", subject.ContainerId);
        json.WriteString("image", subject.Image);
        json.WriteString("node", subject.Node);
        if (subject.Owner is { } owner)
        {
            json.WriteStartObject("owner");
            json.WriteString("kind", owner.Kind);
            json.WriteString("name", owner.Name);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("owner");
        }

        json.WriteString("resolution", subject.Resolution switch
        {
            Resolution.Live => "live",
            Resolution.Deleted => "deleted",
            Resolution.Falco => "falco",
            _ => "none",
        });
        if (subject.Source is not null)
        {
            json.WriteString("source", subject.Source);
            json.WriteString("resource", subject.Object?.Resource ?? (subject.Name is null ? null : "pods"));
        }

        json.WriteEndObject();
    }

    private static void WriteEvidence(Utf8JsonWriter json, string name, IReadOnlyList<Evidence> evidence)
    {
        json.WriteStartArray(name);
        foreach (var piece in evidence)
        {
            json.WriteStartObject();
            json.WriteString("text", piece.Text);
            json.WriteNumber("weight", piece.Weight);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
