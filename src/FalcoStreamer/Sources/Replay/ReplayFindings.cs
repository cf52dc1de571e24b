namespace FalcoStreamer.Sources.Replay;

/// <summary>What was found in the files of a replay besides alerts. <paramref name="tell"/> is given each problem as one line.</summary>
internal sealed class ReplayFindings(Action<string> tell)
{
    // A file that is no alert file at all would otherwise print itself.
    private const int MostTold = 100;

    /// <summary>How many alerts were read.</summary>
    public long Alerts { get; set; }

    /// <summary>Lines without an object: other things that were logged.</summary>
    public long OtherLines { get; set; }

    /// <summary>Lines that should have been alerts.</summary>
    public long BadLines { get; private set; }

    /// <summary>A file holds no alert at all.</summary>
    public void Empty(string file) =>
        tell($"{file}: holds no alerts; Falco writes them one JSON object a line, with json_output: true");

    /// <summary>A line of a file is no alert.</summary>
    public void Bad(string file, long line, string problem)
    {
        BadLines++;
        if (BadLines <= MostTold)
        {
            tell($"{file}:{line}: {problem}");
        }
        else if (BadLines == MostTold + 1)
        {
            tell($"{file}: further lines that are no alerts are counted, not shown");
        }
    }
}
