using System.Text;

namespace FalcoStreamer.Commands;

/// <summary>Finds the text of one entry in a knowledge file, of the program or of the user.</summary>
internal static class KnowledgeText
{
    /// <summary>Whether a file's name is that of a file inside the program.</summary>
    public static bool IsShipped(string file) => typeof(KnowledgeText).Assembly.GetManifestResourceInfo(file) is not null;

    /// <summary>The entry that begins in a line, counted from 1, with a comment before it that names the place.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string Of(string file, int line)
    {
        var lines = ReadAll(file).Split('\n');
        var text = new StringBuilder().Append("# ").Append(IsShipped(file) ? $"shipped, {file}" : $"{file}:{line}").Append('\n');
        var indent = IndentOf(lines[line - 1]);
        for (var next = line - 1; next < lines.Length; next++)
        {
            if (next >= line && lines[next].Trim().Length > 0 && IndentOf(lines[next]) <= indent)
            {
                break;
            }

            text.Append(lines[next].TrimEnd('\r')).Append('\n');
        }

        return text.ToString().TrimEnd('\n') + '\n';
    }

    private static int IndentOf(string line) => line.Length - line.TrimStart().Length;

    private static string ReadAll(string file)
    {
        using var stream = typeof(KnowledgeText).Assembly.GetManifestResourceStream(file) ?? File.OpenRead(file);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
