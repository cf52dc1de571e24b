using System.Text;
using FalcoStreamer.Sinks.Otlp;

namespace FalcoStreamer.Tests.Sinks.Otlp;

public sealed class OtlpTextTests
{
    private readonly OtlpText _text = new();

    [Fact]
    public void ReplacesEachBadSequence()
    {
        byte[] bytes = [(byte)'a', 0xFF, (byte)'b', 0xE6, 0xBC, (byte)'c', 0xED, 0xA0, 0x80];

        var clean = _text.Clean(bytes, 100, TextForm.Exact);

        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(clean));
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void NeverGoesBeyondItsLimit_WhereverTheCutFalls(int length)
    {
        foreach (var unit in new[] { "x", "é", "漢", "😀", "\u001b", "\xFFFD" })
        {
            for (var offset = 0; offset < 8; offset++)
            {
                var source = new string('-', offset) + string.Concat(Enumerable.Repeat(unit, length));

                var clean = Encoding.UTF8.GetString(_text.Clean(source, 64, TextForm.Visible));

                Assert.InRange(Encoding.UTF8.GetByteCount(clean), 1, 64);
                Assert.DoesNotContain(clean, character => char.IsControl(character));
                Assert.Equal(unit == "\xFFFD", clean.Contains('\uFFFD', StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void CutsNothing_WhenTheTextHasExactlyItsLimit() => Assert.Equal(new string('x', 64), Clean(new string('x', 64)));

    [Fact]
    public void CountsTheBytesOfTheSource_WhenEscapesMadeItLonger() => Assert.EndsWith("… [55 bytes cut]", Clean(new string('\u001b', 60)), StringComparison.Ordinal);

    private string Clean(string source) => Encoding.UTF8.GetString(_text.Clean(source, 64, TextForm.Visible));
}
