namespace FalcoStreamer.Knowledge;

/// <summary>
/// One question about an alert and its subject. The answer is yes, no, or not known: an absent value neither matches nor contradicts.
/// </summary>
/// <param name="Weight">How much a yes counts; not negative.</param>
/// <param name="Says">What a yes says to people; null lets the engine say it from field and value.</param>
internal abstract record Predicate(double Weight, string? Says)
{
    /// <summary>The questions that it is made of: itself, or the members of a group.</summary>
    public abstract IReadOnlyList<FieldPredicate> Members { get; }
}

/// <summary>Several questions as one: yes if one is answered yes, no if all are answered no, else not known.</summary>
/// <param name="AnyOf">At least one.</param>
internal sealed record PredicateGroup(IReadOnlyList<FieldPredicate> AnyOf, double Weight, string? Says) : Predicate(Weight, Says)
{
    public override IReadOnlyList<FieldPredicate> Members => AnyOf;
}

/// <summary>How a <see cref="FieldPredicate"/> compares. Of a set any element counts, and for the negative ones none may be as they say.</summary>
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

    /// <summary>It ends with one of the values.</summary>
    EndsWith,

    /// <summary>A regular expression matches somewhere; matching takes linear time.</summary>
    Matches,

    /// <summary>A regular expression matches nowhere.</summary>
    NotMatches,

    /// <summary>A number or duration below the value.</summary>
    LessThan,

    /// <summary>A number or duration above the value.</summary>
    MoreThan,
}
