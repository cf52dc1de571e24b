using System.Runtime.CompilerServices;

namespace FalcoStreamer.Sources.Replay;

/// <summary>Cuts a stream into its lines.</summary>
internal static class LineItems
{
    /// <summary>The lines; one that is longer than an alert may be is read past and says so.</summary>
    public static async IAsyncEnumerable<FileItem> ReadAsync(
        FileWindow window, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var line = 0L;
        while (true)
        {
            line++;
            int length;
            var searched = 0;
            var isTooLong = false;
            while ((length = window.Unread.Span[searched..].IndexOf((byte)'\n')) < 0)
            {
                if (window.IsFull)
                {
                    isTooLong = true;
                    window.Take(window.Unread.Length);
                }

                searched = window.Unread.Length;
                if (!await window.FillAsync(cancellation))
                {
                    if (isTooLong)
                    {
                        yield return TooLong(line);
                    }
                    else if (searched > 0)
                    {
                        yield return new FileItem(line, window.Unread);
                    }

                    yield break;
                }
            }

            length += searched;
            yield return isTooLong ? TooLong(line) : new FileItem(line, window.Unread[..length]);
            window.Take(length + 1);
        }
    }

    private static FileItem TooLong(long line) => new(line, default, ReplayLimits.TooLong);
}
