using System.Text;
using FalcoStreamer.Correlation;
using FalcoStreamer.Reporting;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Reporting;

public sealed class NoteRendererTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("é")]
    [InlineData("漢")]
    [InlineData("😀")]
    public void StaysWithinItsBytes_WhateverTheText(string character)
    {
        for (var length = 150; length <= 320; length++)
        {
            var text = string.Concat(Enumerable.Repeat(character, length));
            var note = NoteOf(text, text, text);
            var firstLine = note.Split('\n')[0];

            Assert.True(Encoding.UTF8.GetByteCount(note) <= 1024);
            Assert.InRange(Encoding.UTF8.GetByteCount(firstLine), 1, 199);
            Assert.DoesNotContain('\uFFFD', note);
        }
    }

    [Theory]
    [InlineData(199)]
    [InlineData(200)]
    public void KeepsAHeadlineWhole_OnlyBelow200Bytes(int bytes)
    {
        var headline = "é" + new string('x', bytes - 2);

        var firstLine = NoteRenderer.FirstLine(headline);

        Assert.Equal(bytes == 199, firstLine == headline);
        Assert.InRange(Encoding.UTF8.GetByteCount(firstLine), 1, 199);
    }

    [Fact]
    public void EndsALongHeadlineWhereAClauseEnds()
    {
        var headline = $"Falco's rule \"{new string('r', 60)}\" fired for sh in container main of pod lab/{new string('p', 63)}; nothing known explains it, {new string('x', 60)}";

        var firstLine = NoteRenderer.FirstLine(headline);

        Assert.EndsWith(new string('p', 63), firstLine, StringComparison.Ordinal);
    }

    [Fact]
    public void EndsALongHeadlineBehindAWord_WhenItHasNoClauses()
    {
        var firstLine = NoteRenderer.FirstLine(string.Join(' ', Enumerable.Repeat("wording", 40)));

        Assert.EndsWith(" wording…", firstLine, StringComparison.Ordinal);
    }

    [Fact]
    public void HasExactlyTheLinesThatWeWrote_WhenTextsHoldNewlinesAndEscapes()
    {
        var note = NoteOf("head\nline\u001b[31m", "sh -c a\nVerdict: benign", "do\r\nit\u202E");

        Assert.Equal(6, note.Split('\n').Length);
        Assert.DoesNotContain(note, character => char.IsControl(character) && character != '\n');
        Assert.DoesNotContain('\u202E', note);
    }

    [Fact]
    public void TellsFirstWhatGaveAnImitationAway()
    {
        var judgement = SomeIncidents.Imitates(SomeIncidents.CalicoBehaviour(), new Evidence("it goes on with curl", 4), new Evidence("another", 3)) with
        {
            For = [new Evidence("the parent fits", 9)],
        };

        var lines = NoteRenderer.Render(SomeReport.Writer.Write(SomeIncidents.Calico(judgement))).Split('\n');

        Assert.Equal("Against: it goes on with curl", lines[2]);
        Assert.Equal("For: the parent fits", lines[3]);
    }

    private static string NoteOf(string headline, string command, string action)
    {
        var judgement = SomeIncidents.Matches(SomeIncidents.Behaviour(), 0.9, new Evidence(command, 3), new Evidence(command, 2));
        var report = SomeReport.Writer.Write(SomeIncidents.Of(judgement: judgement, alerts: Some.Alert(fields: ("proc.cmdline", command))));
        return NoteRenderer.Render(report with { Headline = headline, Actions = [action] });
    }
}
