using System.Text;
using FalcoStreamer.Commands;

namespace FalcoStreamer;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        // UTF-8 whatever the locale says: the same input gives the same bytes.
        await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        return await new CommandLine(output, Console.Error, isTerminal: !Console.IsOutputRedirected).InvokeAsync(args);
    }
}
