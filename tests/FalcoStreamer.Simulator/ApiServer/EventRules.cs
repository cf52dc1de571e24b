using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>
/// What a core/v1 Event must fulfil (contracts/kubernetes.md; Recordings/kubernetes/events). An Event without <c>eventTime</c> is of the old kind,
/// and almost anything goes. All lengths are bytes, although the messages say characters.
/// </summary>
internal static partial class EventRules
{
    private const int MostBytesOfAnnotations = 256 * 1024;
    private const string NamePart =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    public static List<FieldError> Check(JsonObject checkedEvent)
    {
        var errors = new List<FieldError>();
        var ownNamespace = EventDecoding.Text(checkedEvent["metadata"], "namespace");
        var involvedNamespace = EventDecoding.Text(checkedEvent["involvedObject"], "namespace");
        if (checkedEvent["eventTime"] is null)
        {
            if (involvedNamespace.Length == 0 ? ownNamespace != "default" : involvedNamespace != ownNamespace)
            {
                errors.Add(FieldError.Invalid("involvedObject.namespace", involvedNamespace, "does not match event.namespace"));
            }
        }
        else
        {
            if (involvedNamespace.Length == 0 && ownNamespace is not ("default" or "kube-system"))
            {
                errors.Add(FieldError.Invalid("involvedObject.namespace", "", "does not match event.namespace"));
            }

            CheckComponent(errors, EventDecoding.Text(checkedEvent, "reportingComponent"));
            CheckText(errors, checkedEvent, "reportingInstance", 128, isRequired: true);
            CheckText(errors, checkedEvent, "action", 128, isRequired: true);
            CheckText(errors, checkedEvent, "reason", 128, isRequired: true);
            CheckText(errors, checkedEvent, "message", 1024, isRequired: false);
        }

        // Only events.k8s.io/v1 wants a DNS subdomain and one of two types; core/v1 takes any name that can stand in a path.
        CheckMetadata(errors, checkedEvent["metadata"] as JsonObject ?? []);
        return errors;
    }

    private static void CheckMetadata(List<FieldError> errors, JsonObject metadata)
    {
        var name = EventDecoding.Text(metadata, "name");
        if (name.Contains('/') || name.Contains('%'))
        {
            errors.Add(FieldError.Invalid("metadata.name", name, $"may not contain '{(name.Contains('/') ? '/' : '%')}'"));
        }

        foreach (var (key, value) in metadata["labels"] as JsonObject ?? [])
        {
            var text = value?.ToString() ?? "";
            if (!QualifiedName().IsMatch(key))
            {
                errors.Add(FieldError.Invalid("metadata.labels", key, $"name part {NamePart}"));
            }

            if (Encoding.UTF8.GetByteCount(text) > 63)
            {
                errors.Add(FieldError.Invalid("metadata.labels", text, "must be no more than 63 bytes"));
            }
            else if (!LabelValue().IsMatch(text))
            {
                errors.Add(FieldError.Invalid(
                    "metadata.labels",
                    text,
                    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"));
            }
        }

        var annotations = metadata["annotations"] as JsonObject ?? [];
        if (annotations.Sum(pair => (long)Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value?.ToString() ?? "")) > MostBytesOfAnnotations)
        {
            errors.Add(FieldError.TooLong("metadata.annotations", $"may not be more than {MostBytesOfAnnotations} bytes"));
        }
    }

    private static void CheckComponent(List<FieldError> errors, string component)
    {
        const string Field = "reportingComponent";
        if (component.Length == 0)
        {
            errors.Add(FieldError.Required(Field));
            errors.Add(FieldError.Invalid(Field, "", "name part must be non-empty"));
        }

        var name = component[(component.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (name.Length > 63)
        {
            errors.Add(FieldError.Invalid(Field, component, "name part must be no more than 63 bytes"));
        }
        else if (!QualifiedName().IsMatch(component))
        {
            errors.Add(FieldError.Invalid(Field, component, $"name part {NamePart}"));
        }
    }

    private static void CheckText(List<FieldError> errors, JsonObject checkedEvent, string name, int limit, bool isRequired)
    {
        var text = EventDecoding.Text(checkedEvent, name);
        if (isRequired && text.Length == 0)
        {
            errors.Add(FieldError.Required(name));
        }

        if (Encoding.UTF8.GetByteCount(text) > limit)
        {
            errors.Add(FieldError.Invalid(name, "", $"can have at most {limit} characters"));
        }
    }

    [GeneratedRegex(@"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$")]
    private static partial Regex LabelValue();
}
