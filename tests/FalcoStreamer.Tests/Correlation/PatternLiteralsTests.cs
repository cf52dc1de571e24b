using FalcoStreamer.Correlation;

namespace FalcoStreamer.Tests.Correlation;

public sealed class PatternLiteralsTests
{
    [Theory]
    [InlineData("(^|[ ;|&/])(curl|wget|nc)( |$)", "curl,wget,nc")]
    [InlineData("^sh -c [a-z]+ --data-dir=/var/lib/[a-z]+$", " --data-dir=/var/lib/")]
    [InlineData("^/usr/bin/calico-node\\.real?$", "/usr/bin/calico-node.rea")]
    [InlineData("(^|/)(calico/node|hardened-calico)$", "calico/node,hardened-calico")]
    [InlineData("abc|defg", "abc,defg")]
    [InlineData("ab+cde{2,3}f", "cde")]
    [InlineData("(?:abc)?defg(?:hijkl)+", "hijkl")]
    [InlineData("[]a]xyz[^]b]", "xyz")]
    [InlineData("[\\]]xyz", "xyz")]
    [InlineData("a{b}c", "a{b}c")]
    [InlineData("\\bword\\b", "word")]
    public void AreFound(string pattern, string literals) => Assert.Equal(literals, string.Join(',', PatternLiterals.Of(pattern)!));

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
    public void AreNotGuessed_WhenNoneIsSure(string pattern) => Assert.Null(PatternLiterals.Of(pattern));
}
