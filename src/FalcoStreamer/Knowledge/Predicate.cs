using System.Text;
using System.Text.RegularExpressions;

namespace FalcoStreamer.Knowledge;

/// <summary>How a <see cref="Predicate"/> compares.</summary>
internal enum PredicateOperator
{
    /// <summary>Equal to one of the values.</summary>
    In,

    /// <summary>Equal to none of the values.</summary>
    NotIn,

    /// <summary>One of the values lies within it.</summary>
    Contains,

    /// <summary>It begins with one of the values.</summary>
    StartsWith,

    /// <summary>A regular expression matches somewhere; matching takes linear time.</summary>
    Matches,

    /// <summary>A regular expression matches nowhere.</summary>
    NotMatches,

    /// <summary>A number or duration below the value.</summary>
    LessThan,

    /// <summary>A number or duration above the value.</summary>
    MoreThan,
}

/// <summary>
/// One question about an alert and its subject. The answer is yes, no, or not known: an absent value neither matches nor contradicts.
/// </summary>
/// <param name="Field">What is asked about; docs/knowledge.md lists the names.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Values">With what.</param>
/// <param name="Weight">How much a yes counts; not negative.</param>
/// <param name="Says">What a yes says to people; null lets the engine say it from field and value.</param>
internal sealed record Predicate(
    string Field,
    PredicateOperator Operator,
    IReadOnlyList<string> Values,
    double Weight,
    string? Says)
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The name of the Falco field that is asked about, or null for something else.</summary>
    public byte[]? AlertField { get; } = Field.StartsWith(FactNames.AlertPrefix, StringComparison.Ordinal)
        ? Encoding.UTF8.GetBytes(Field[FactNames.AlertPrefix.Length..])
        : null;

    /// <summary><see cref="Values"/> as Falco sends text.</summary>
    public byte[][] Utf8Values { get; } = [.. Values.Select(Encoding.UTF8.GetBytes)];

    /// <summary><see cref="Values"/> as patterns, where the operator wants them.</summary>
    public Regex[] Patterns { get; } =
        Operator is PredicateOperator.Matches or PredicateOperator.NotMatches ? [.. Values.Select(Compile)] : [];

    /// <summary>The limit, in seconds where it is a duration; NaN where the operator wants none.</summary>
    public double Limit { get; } =
        Operator is PredicateOperator.LessThan or PredicateOperator.MoreThan && Quantity.TryRead(Values[0], out var limit) ? limit : double.NaN;

    /// <summary>Compiles a pattern so that hostile text cannot make it slow.</summary>
    /// <exception cref="RegexParseException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking.</exception>
    public static Regex Compile(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, PatternTimeout);
}
