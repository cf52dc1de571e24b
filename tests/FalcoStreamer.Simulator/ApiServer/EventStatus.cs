using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>An answer of the API server.</summary>
/// <param name="Warning">The value of a Warning header, or null.</param>
/// <param name="RetryAfter">The value of a Retry-After header, or null.</param>
internal sealed record EventReply(int Code, string Body, string MediaType = "application/json", string? Warning = null, string? RetryAfter = null);

/// <summary>A field that is wrong.</summary>
internal sealed record FieldError(string Field, string Reason, string Message)
{
    public static FieldError Required(string field, string detail = "") =>
        new(field, "FieldValueRequired", detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public static FieldError Invalid(string field, string value, string detail) =>
        new(field, "FieldValueInvalid", $"Invalid value: \"{value}\": {detail}");

    public static FieldError TooLong(string field, string detail) => new(field, "FieldValueTooLong", $"Too long: {detail}");
}

/// <summary>The Status objects that the API server answers with, byte for byte as recorded (Recordings/kubernetes).</summary>
internal static class EventStatus
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static EventReply BadRequest(string message) => Status(400, "BadRequest", message);

    public static EventReply Unauthorized() => Status(401, "Unauthorized", "Unauthorized");

    public static EventReply Forbidden(string user, string verb, string inNamespace, string? name) => Status(
        403,
        "Forbidden",
        $"events {(name is null ? "" : $"\"{name}\" ")}is forbidden: User \"{user}\" cannot {verb} resource \"events\" in API group \"\" in the namespace \"{inNamespace}\"",
        Details(name, "events"));

    public static EventReply Terminating(string inNamespace, string name) => Status(
        403,
        "Forbidden",
        $"events \"{name}\" is forbidden: unable to create new content in namespace {inNamespace} because it is being terminated",
        Details(name, "events", [new FieldError("metadata.namespace", "NamespaceTerminating", $"namespace {inNamespace} is being terminated")]));

    public static EventReply NotFound(string kind, string name) => Status(404, "NotFound", $"{kind} \"{name}\" not found", Details(name, kind));

    public static EventReply AlreadyExists(string name) => Status(409, "AlreadyExists", $"events \"{name}\" already exists", Details(name, "events"));

    public static EventReply Conflict(string name) => Status(
        409,
        "Conflict",
        $"Operation cannot be fulfilled on events \"{name}\": the object has been modified; please apply your changes to the latest version and try again",
        Details(name, "events"));

    public static EventReply TooLarge(int limit) => Status(413, "RequestEntityTooLarge", $"Request entity too large: limit is {limit}");

    /// <summary>415 to a POST.</summary>
    public static EventReply UnknownFormat() => Status(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf");

    /// <summary>415 to a PATCH.</summary>
    public static EventReply UnknownPatch() => Status(415, "UnsupportedMediaType", "415: Unsupported Media Type", []);

    public static EventReply Invalid(string name, IReadOnlyList<FieldError> errors)
    {
        var texts = errors.Select(error => $"{error.Field}: {error.Message}").Distinct().ToList();
        var all = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        return Status(422, "Invalid", $"Event \"{name}\" is invalid: {all}", Details(name.Length == 0 ? null : name, "Event", errors));
    }

    public static EventReply InternalError(string message) => new(
        500, Text(new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Failure", ["message"] = message, ["code"] = 500 }));

    /// <summary>Priority and fairness answer with text, not with a Status.</summary>
    public static EventReply TooManyRequests(int seconds) => new(
        429, "Too many requests, please try again later.\n", "text/plain; charset=utf-8", RetryAfter: $"{seconds}");

    /// <summary>JSON as Go writes it.</summary>
    public static string Text(JsonNode node) => node.ToJsonString(Plain)
        .Replace("<", "\\u003c", StringComparison.Ordinal)
        .Replace(">", "\\u003e", StringComparison.Ordinal)
        .Replace("&", "\\u0026", StringComparison.Ordinal);

    private static JsonObject Details(string? name, string kind, IReadOnlyList<FieldError>? causes = null)
    {
        var details = new JsonObject();
        if (name is not null)
        {
            details["name"] = name;
        }

        details["kind"] = kind;
        if (causes is not null)
        {
            details["causes"] = new JsonArray([.. causes.Select(cause =>
                new JsonObject { ["reason"] = cause.Reason, ["message"] = cause.Message, ["field"] = cause.Field })]);
        }

        return details;
    }

    private static EventReply Status(int code, string reason, string message, JsonObject? details = null)
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = message,
            ["reason"] = reason,
        };
        if (details is not null)
        {
            status["details"] = details;
        }

        status["code"] = code;
        return new EventReply(code, Text(status));
    }
}
