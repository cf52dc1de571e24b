using System.Runtime.CompilerServices;

namespace FalcoStreamer.Tests.Support;

/// <summary>
/// Compares a text with the one that a person has read and approved. <c>FALCOSTREAMER_APPROVE=1</c> writes what is received over the
/// approved files in the source: read them before you commit.
/// </summary>
internal static class GoldenFile
{
    /// <param name="name">The file in the folder <c>Golden</c> beside the test.</param>
    public static void Matches(string name, string received, [CallerFilePath] string test = "")
    {
        if (Environment.GetEnvironmentVariable("FALCOSTREAMER_APPROVE") == "1")
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(test)!, "Golden", name), received);
            return;
        }

        var approvedPath = Path.Combine(AppContext.BaseDirectory, "Reporting", "Golden", name);
        var approved = File.Exists(approvedPath) ? File.ReadAllText(approvedPath) : "";
        if (approved == received)
        {
            return;
        }

        var receivedPath = approvedPath + ".received";
        Directory.CreateDirectory(Path.GetDirectoryName(receivedPath)!);
        File.WriteAllText(receivedPath, received);
        Assert.Fail($"{FirstDifference(approved, received)}\nSee the whole: diff {approvedPath} {receivedPath}\nApprove it: FALCOSTREAMER_APPROVE=1");
    }

    private static string FirstDifference(string approved, string received)
    {
        var (expected, actual) = (approved.Split('\n'), received.Split('\n'));
        var line = 0;
        while (line < expected.Length && line < actual.Length && expected[line] == actual[line])
        {
            line++;
        }

        return $"Line {line + 1} differs.\n  approved: {expected.ElementAtOrDefault(line)}\n  received: {actual.ElementAtOrDefault(line)}";
    }
}
