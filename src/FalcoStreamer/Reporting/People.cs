using System.Globalization;
using FalcoStreamer.Alerts;

namespace FalcoStreamer.Reporting;

/// <summary>Says who was behind an incident, or how to find out.</summary>
internal static class People
{
    /// <summary>A request to the API server in a sentence.</summary>
    public static string Request(AuditRequest request)
    {
        var who = request.Impersonated is null ? request.User ?? "somebody" : $"{request.User ?? "somebody"}, acting as {request.Impersonated},";
        List<string> details = [];
        Add("groups ", request.Groups);
        Add("from ", request.SourceIps);
        Add("with ", request.UserAgent);
        var answer = request.IsRefused ? ", and was refused" : "";
        return $"{who}{(details.Count == 0 ? "" : $" ({string.Join(", ", details)})")} asked for {What(request)}{answer}.";

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                details.Add(name + Utf8Cut.To(value, 128));
            }
        }
    }

    private static string What(AuditRequest request) => (request.Verb, request.Resource, request.Subresource) switch
    {
        (_, { } resource, { } subresource) => $"{resource}/{subresource}",
        ({ } verb, { } resource, _) => string.Create(CultureInfo.InvariantCulture, $"{verb} on {resource}"),
        (_, { } resource, _) => resource,
        ({ } verb, _, _) => verb,
        _ => "something that the alert does not name",
    };
}
