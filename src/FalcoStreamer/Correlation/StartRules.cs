using System.Collections.Frozen;

namespace FalcoStreamer.Correlation;

/// <summary>
/// Falco's rules that fire when a container starts, because of what its specification gives it. They say nothing of what is done in it, so they are no
/// bad company: every privileged agent of a node sets them off.
/// </summary>
/// <remarks>Source: falcosecurity/rules, rules/falco-*_rules.yaml: those on <c>container_started</c> or on the container's first process.</remarks>
internal static class StartRules
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.Ordinal,
        "Launch Privileged Container",
        "Launch Excessively Capable Container",
        "Launch Sensitive Mount Container",
        "Launch Disallowed Container");

    public static bool Contains(string rule) => Names.Contains(rule);
}
