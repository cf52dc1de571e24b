namespace FalcoStreamer.Tests.Support;

/// <summary>What a report must not say: sentences that fit every alert, and the faults of the report that it all began with.</summary>
internal static class GenericPhrases
{
    private static readonly string[] Banned =
    [
        "best practice", "security posture", "as soon as possible", "consider ", "may indicate", "might indicate", "could be indicative", "potentially malicious",
        "potential security", "ensure that", "make sure", "regularly", "continuously", "setenforce", "dropping -c", "remove the -c", "no_new_priv", "least privilege",
        "log aggregation", "monitoring and logging", "mandatory access control", "misconfigur", "suspicious activit", "malicious activit", "unauthorized access",
        "unauthorised access", "security event", "further investigation", "root cause", "and so on", "etc.", "various", "appropriate",
    ];

    /// <summary>The first of them in <paramref name="text"/>, or null.</summary>
    public static string? In(string text) => Banned.FirstOrDefault(phrase => text.Contains(phrase, StringComparison.OrdinalIgnoreCase));
}
