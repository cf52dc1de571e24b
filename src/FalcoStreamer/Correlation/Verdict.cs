namespace FalcoStreamer.Correlation;

/// <summary>What an incident most probably is. The order is from the least to the most worrying.</summary>
internal enum Verdict
{
    /// <summary>A known harmless behaviour, proven.</summary>
    Benign,

    /// <summary>A known harmless behaviour, with something left to prove.</summary>
    LikelyBenign,

    /// <summary>Nobody can tell from what is known; the report says what would decide it.</summary>
    Undetermined,

    /// <summary>An attack's pattern, or an imitation of something harmless.</summary>
    Suspicious,
}

/// <summary>The verdicts' names in JSON, labels and on the command line.</summary>
internal static class VerdictWords
{
    /// <summary>E.g. <c>likely-benign</c>.</summary>
    public static string Word(this Verdict verdict) => verdict switch
    {
        Verdict.Benign => "benign",
        Verdict.LikelyBenign => "likely-benign",
        Verdict.Suspicious => "suspicious",
        _ => "undetermined",
    };

    /// <summary>The verdict of that name.</summary>
    public static Verdict Read(string word) => Enum.GetValues<Verdict>().First(verdict => verdict.Word() == word);
}
