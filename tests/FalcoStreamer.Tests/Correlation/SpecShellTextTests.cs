using FalcoStreamer.Correlation;

namespace FalcoStreamer.Tests.Correlation;

public sealed class SpecShellTextTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["PORT"] = "8080", ["TWO"] = "a b" };

    [Theory]
    [InlineData("a -b c", "a|-b|c")]
    [InlineData("a 'b c' \"d  e\" f\\ g", "a|b c|d  e|f g")]
    [InlineData("a; b && c || d | e\nf & g", "a / b / c / d / e / f / g")]
    [InlineData("a 'x; y' \"p | q\"", "a|x; y|p | q")]
    [InlineData("a >/dev/null 2>&1 <in; b 2>>log c", "a / b|c")]
    [InlineData("A=1 B='2 3' a b", "a|b")]
    [InlineData("if ! a b; then c; else d; fi", "a|b / c / d")]
    [InlineData("while true; do a; sleep 5; done", "true / a / sleep|5")]
    [InlineData("(a b); { c d; }", "a|b / c|d")]
    [InlineData("a $PORT \"${PORT}\" \"$TWO\"", "a|8080|8080|a b")]
    [InlineData("a $TWO; a $HOME; a ${PORT:-1}; a $(b); a `b`; a *; a ~/x; a $$", "")]
    [InlineData("for i in 1 2; do a; done", "a")]
    [InlineData("a # b; c\nd", "a / d")]
    [InlineData("a x#y", "a|x#y")]
    [InlineData("cat <<EOF\nrm -rf /\nEOF", "")]
    [InlineData("find . -exec a {} ;", "find|.|-exec|a|{}")]
    [InlineData("'unfinished", "unfinished")]
    [InlineData("", "")]
    public void FindsTheCommandsThatAreCertain(string text, string commands) =>
        Assert.Equal(commands, string.Join(" / ", SpecShellText.Split(text, Variables).Select(command => string.Join('|', command.Words))));

    [Theory]
    [InlineData("a b", true, true)]
    [InlineData("exec a b", true, true)]
    [InlineData("a b >/dev/null", true, true)]
    [InlineData("X=1; a b", true, true)]
    [InlineData("cd /x && a b", false, true)]
    [InlineData("c | a b", false, false)]
    [InlineData("a b &", false, false)]
    [InlineData("(a b)", false, false)]
    [InlineData("if c; then a b; fi", false, false)]
    [InlineData("if c; then exec a b; fi", false, true)]
    public void KnowsWhatMayRunInTheShellsPlace(string text, bool isAlone, bool replaces)
    {
        var last = SpecShellText.Split(text, Variables)[^1];

        Assert.Equal((isAlone, replaces), (last.IsAlone, last.Replaces));
    }
}
