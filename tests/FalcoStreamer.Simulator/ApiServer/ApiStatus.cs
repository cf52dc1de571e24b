using System.Text.Json.Nodes;

namespace FalcoStreamer.Simulator.ApiServer;

/// <summary>Answers that the real API server gives in its own words (recordings/kubernetes/errors).</summary>
internal static class ApiStatus
{
    public static Task UnauthorizedAsync(HttpContext context) => SendAsync(context, 401, "Unauthorized", "Unauthorized");

    /// <summary>RBAC does not let <paramref name="user"/>.</summary>
    public static Task ForbiddenAsync(HttpContext context, ApiRequest request, string user)
    {
        var where = request.Namespace is { } space ? $"in the namespace \"{space}\"" : "at the cluster scope";
        var group = request.Group.Length == 0 ? request.Resource : $"{request.Resource}.{request.Group}";
        var what = request.Name is { } name ? $"{group} \"{name}\"" : group;
        var message = $"{what} is forbidden: User \"{user}\" cannot {request.Verb} resource \"{request.Resource}\" in API group \"{request.Group}\" {where}";
        var details = new JsonObject();
        if (request.Name is not null)
        {
            details["name"] = request.Name;
        }

        details["kind"] = request.Resource;
        return SendAsync(context, 403, "Forbidden", message, details);
    }

    public static Task NotFoundAsync(HttpContext context, ApiRequest request)
    {
        var group = request.Group.Length == 0 ? request.Resource : $"{request.Resource}.{request.Group}";
        return request.Name is null
            ? SendAsync(context, 404, "NotFound", "the server could not find the requested resource", [])
            : SendAsync(context, 404, "NotFound", $"{group} \"{request.Name}\" not found", new JsonObject { ["name"] = request.Name, ["kind"] = request.Resource });
    }

    public static async Task SendAsync(HttpContext context, int code, string? reason, string message, JsonObject? details = null)
    {
        var status = Body(code, reason, message, details);
        await SendJsonAsync(context, code, status);
    }

    /// <summary>The headers of every answer.</summary>
    public static void AddHeaders(HttpContext context)
    {
        context.Response.Headers["Audit-Id"] = Guid.NewGuid().ToString();
        context.Response.Headers.CacheControl = "no-cache, private";
        context.Response.ContentType = "application/json";
    }

    public static async Task SendJsonAsync(HttpContext context, int code, JsonNode body)
    {
        AddHeaders(context);
        context.Response.StatusCode = code;
        await context.Response.WriteAsync(body.ToJsonString() + "\n", context.RequestAborted);
    }

    public static JsonObject Body(int code, string? reason, string message, JsonObject? details = null)
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = message,
        };
        if (reason is not null)
        {
            status["reason"] = reason;
        }

        if (details is not null)
        {
            status["details"] = details;
        }

        status["code"] = code;
        return status;
    }
}
