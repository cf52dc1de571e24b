using System.Text;
using System.Text.RegularExpressions;

namespace FalcoStreamer.Knowledge;

/// <summary>A question about one value, made ready to be asked often.</summary>
/// <param name="Field">What is asked about; docs/knowledge.md lists the names.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Values">With what.</param>
internal sealed partial record FieldPredicate(
    string Field,
    PredicateOperator Operator,
    IReadOnlyList<string> Values,
    double Weight,
    string? Says) : Predicate(Weight, Says)
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    /// <summary><see cref="Field"/> without the key that it may hold: <c>pod.labels</c> of <c>pod.labels[app]</c>.</summary>
    public string Name { get; } = FactNames.NameOf(Field);

    /// <summary>The key in <see cref="Field"/>, or null.</summary>
    public string? Key { get; } = FactNames.KeyOf(Field);

    /// <summary>The name of the Falco field that is asked about, or null for something else.</summary>
    public byte[]? AlertField { get; } = FactNames.IsFalcoField(Field) ? Encoding.UTF8.GetBytes(Field[FactNames.AlertPrefix.Length..]) : null;

    /// <summary><see cref="Values"/> as Falco sends text.</summary>
    public byte[][] Utf8Values { get; } = [.. Values.Select(Encoding.UTF8.GetBytes)];

    /// <summary><see cref="Values"/> as patterns, where the operator wants them.</summary>
    public TextPattern[] Patterns { get; } =
        Operator is PredicateOperator.Matches or PredicateOperator.NotMatches ? [.. Values.Select(pattern => new TextPattern(pattern))] : [];

    /// <summary>The limit, in seconds where it is a duration; NaN where the operator wants none.</summary>
    public double Limit { get; } =
        Operator is PredicateOperator.LessThan or PredicateOperator.MoreThan && Quantity.TryRead(Values[0], out var limit) ? limit : double.NaN;

    /// <summary>Whether a yes means that nothing was as <see cref="Values"/> say.</summary>
    public bool IsNegative => Operator is PredicateOperator.NotIn or PredicateOperator.NotMatches;

    public override IReadOnlyList<FieldPredicate> Members => [this];

    /// <summary>Sees whether <see cref="Compile"/> takes a pattern, without its price where nothing in the pattern could need backtracking.</summary>
    /// <inheritdoc cref="Compile"/>
    public static void Check(string pattern) =>
        _ = MayNeedBacktracking().IsMatch(pattern) ? Compile(pattern) : new Regex(pattern, RegexOptions.CultureInvariant, PatternTimeout);

    /// <summary>Compiles a pattern so that hostile text cannot make it slow.</summary>
    /// <exception cref="RegexParseException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking.</exception>
    public static Regex Compile(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, PatternTimeout);

    /// <summary>Look-around, atomic groups, conditions, back references, and repetitions that may be too large.</summary>
    [GeneratedRegex(@"\(\?(?!:)|\\[1-9k]|\{", RegexOptions.CultureInvariant)]
    private static partial Regex MayNeedBacktracking();
}
