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
    string? Says);
