using System.Text;
using FalcoStreamer.Reporting;

namespace FalcoStreamer.Tests.Reporting;

public sealed class NeutralTextTests
{
    [Theory]
    [InlineData("a\0b", "a␀b")]
    [InlineData("\u001b[31mred\u001b[0m", "␛[31mred␛[0m")]
    [InlineData("\u001b]0;title\u0007", "␛]0;title␇")]
    [InlineData("\u009b31m", "\\u009B31m")]
    [InlineData("del\u007f", "del␡")]
    [InlineData("one\r\ntwo", "one␍␊two")]
    [InlineData("a\tb", "a b")]
    [InlineData("user\u202egnp.exe", "user\\u202Egnp.exe")]
    [InlineData("\u2066isolate\u2069", "\\u2066isolate\\u2069")]
    [InlineData("ad\u200bmin\ufeff", "ad\\u200Bmin\\uFEFF")]
    [InlineData("line\u2028end\u2029", "line\\u2028end\\u2029")]
    [InlineData("soft\u00adhyphen", "soft\\u00ADhyphen")]
    [InlineData("\U000e0041hidden", "\\U000E0041hidden")]
    [InlineData("v\ufe01", "v\\uFE01")]
    [InlineData("\u3164", "\\u3164")]
    public void OneLine_ShowsWhatIsHidden(string hostile, string visible)
    {
        Assert.Equal(visible, NeutralText.OneLine(hostile));
    }

    [Fact]
    public void OneLine_ShowsEveryControl()
    {
        for (var control = 0; control <= 0x9F; control = control == 0x1F ? 0x7F : control + 1)
        {
            var visible = NeutralText.OneLine($"a{(char)control}b");

            Assert.DoesNotContain(visible, char.IsControl);
        }
    }

    [Fact]
    public void OneLine_ShowsLoneSurrogates()
    {
        Assert.Equal("\\uD800a\\uDC00", NeutralText.OneLine("\ud800a\udc00"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sh -c ip link del calico_tmp_B || true")]
    [InlineData("naïve 日本語 عربي 🐳 ␛ \uFFFD")]
    public void OneLine_ReturnsTheSameInstance_WhenNothingIsHidden(string plain)
    {
        Assert.Same(plain, NeutralText.OneLine(plain));
    }

    [Fact]
    public void Lines_KeepsLineFeedsOnly()
    {
        Assert.Equal("one\ntwo␍\n three␛", NeutralText.Lines("one\ntwo\r\n\tthree\u001b"));
    }

    [Fact]
    public void Lines_ReturnsTheSameInstance_WhenOnlyLinesAreThere()
    {
        const string Plain = "one\ntwo é\n";

        Assert.Same(Plain, NeutralText.Lines(Plain));
    }

    [Fact]
    public void Cut_ReturnsTheSameInstance_AtTheExactBoundary()
    {
        var text = new string('é', 512);

        Assert.Same(text, Utf8Cut.To(text, 1024));
    }

    [Fact]
    public void Cut_SaysHowMuchIsMissing_OneCharacterLater()
    {
        var cut = Utf8Cut.To(new string('é', 513), 1024);

        // 1024 bytes less the mark's 21 leave room for 501 of 513.
        Assert.Equal(new string('é', 501) + "… [24 more bytes]", cut);
        Assert.InRange(Encoding.UTF8.GetByteCount(cut), 1019, 1024);
    }

    [Fact]
    public void Cut_NeverExceedsTheLimitNorSplitsACharacter()
    {
        var text = string.Concat(Enumerable.Repeat("aé日🐳\ud800", 40));
        for (var limit = 0; limit < 500; limit++)
        {
            var cut = Utf8Cut.To(text, limit);

            Assert.True(Encoding.UTF8.GetByteCount(cut) <= limit, $"{limit}: {cut}");
            Assert.False(cut.Length > 0 && char.IsHighSurrogate(cut[^1]) && cut[^1] != '\ud800', $"{limit}: {cut}");
        }
    }
}
