using FalcoStreamer.Alerts;
using FalcoStreamer.Knowledge;
using FalcoStreamer.Tests.Judging;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Knowledge;

public sealed class PatternLiteralsTests
{
    [Theory]
    [InlineData("(^|[ ;|&/])(curl|wget)( |$)", "curl|wget")]
    [InlineData("(nc|ncat|netcat)", "nc|netcat")]
    [InlineData("^sh -c [a-z]+ --data-dir=/var/lib/[a-z]+$", "sh -c & --data-dir=/var/lib/")]
    [InlineData("^/usr/bin/calico-node\\.real?$", "/usr/bin/calico-node.rea")]
    [InlineData("(^|/)(calico/node|hardened-calico)$", "calico/node|hardened-calico")]
    [InlineData(">/dev/(tcp|udp)/.*while read", ">/dev/tcp/|>/dev/udp/&while read")]
    [InlineData("abc|defg", "abc|defg")]
    [InlineData("ab+cde{2,3}fg", "ab&bcde&efg")]
    [InlineData("(?:abc)?defg(?:hijkl)+", "defghijkl&hijkl")]
    [InlineData("a(x?b)c", "abc|axbc")]
    [InlineData(".a(x?b)c", "abc|axbc")]
    [InlineData("a(b.c|d.e)f", "")]
    [InlineData("aa(bbb.c|ddd.e)ff", "aa&bbb|ddd&ff")]
    [InlineData("[]a]xyz[^]b]", "]xyz|axyz")]
    [InlineData("[\\]]xyz", "]xyz")]
    [InlineData("[a-f]xyz[-q]", "xyz-|xyzq")]
    [InlineData("a{b}c", "a{b}c")]
    [InlineData("\\bword\\b", "word")]
    [InlineData("(?s)^one.two", "one&two")]
    [InlineData("\\.cfg[0-9]+\\z", ".cfg")]
    public void AreFound(string pattern, string sets) =>
        Assert.Equal(sets, string.Join('&', PatternLiterals.Of(pattern).Select(texts => string.Join('|', texts.Order(StringComparer.Ordinal)))));

    [Theory]
    [InlineData(".*")]
    [InlineData("abc|.")]
    [InlineData("(abc)?")]
    [InlineData("(abc){0,2}")]
    [InlineData("(?i)abc")]
    [InlineData("(?i:abc)")]
    [InlineData("(?<name>abc)")]
    [InlineData("\\x41bc")]
    [InlineData("[a-z-[aeiou]]bc")]
    [InlineData("^[0-9]+$")]
    [InlineData("(a|b*)")]
    [InlineData("(abc|)")]
    public void AreNotGuessed_WhenNoneIsSure(string pattern) => Assert.Empty(PatternLiterals.Of(pattern));

    [Fact]
    public void AreInEverythingThatShippedPatternsMatch()
    {
        var patterns = Shipped.Behaviours.All.SelectMany(behaviour => behaviour.Questions())
            .Where(question => question.Operator is PredicateOperator.Matches or PredicateOperator.NotMatches)
            .SelectMany(question => question.Values).Distinct(StringComparer.Ordinal).ToList();
        var texts = Recordings.GrpcAlerts().SelectMany(TextsOf)
            .Concat(JudgementCases.All().SelectMany(judged => judged.Alerts).SelectMany(alert => alert["output_fields"]!.AsObject().Select(field => $"{field.Value}")))
            .Distinct(StringComparer.Ordinal).ToList();
        var matches = 0;
        foreach (var pattern in patterns)
        {
            var regex = FieldPredicate.Compile(pattern);
            var needed = PatternLiterals.Of(pattern);
            // Asking those that lack a needed text is what would show a mistake; the others are asked with the same expression anyway.
            foreach (var text in texts.Where(text => !needed.All(set => set.Any(part => text.Contains(part, StringComparison.Ordinal)))))
            {
                Assert.False(regex.IsMatch(text), $"{pattern} matches {text}");
            }

            var prepared = new TextPattern(pattern);
            matches += texts.Exists(text => prepared.IsMatch(text)) ? 1 : 0;
        }

        Assert.True(matches > patterns.Count / 4, $"only {matches} of {patterns.Count} patterns match anything");
    }

    private static List<string> TextsOf(FalcoAlert alert)
    {
        var texts = new List<string>();
        foreach (var field in alert.Fields)
        {
            texts.Add(field.Value.ToString());
        }

        return texts;
    }
}
