using System.Runtime.CompilerServices;

namespace FalcoStreamer.Sources.Replay;

/// <summary>Cuts a top-level JSON list into its items without having the whole list in memory.</summary>
internal static class ListItems
{
    /// <summary>Whether a stream that begins so is a list: what looks like <c>[2025-01-01 …</c> is a log line.</summary>
    public static bool IsList(ReadOnlySpan<byte> beginning)
    {
        var text = beginning.TrimStart(" \t\r\n"u8);
        if (text.Length == 0 || text[0] != '[')
        {
            return false;
        }

        text = text[1..].TrimStart(" \t\r\n"u8);
        return text.Length > 0 && text[0] is (byte)'{' or (byte)']';
    }

    /// <summary>The items; a list that breaks off ends with one that says so.</summary>
    public static async IAsyncEnumerable<FileItem> ReadAsync(
        FileWindow window, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var scan = new Scan();
        do
        {
            while (scan.Next(window.Unread.Span[scan.Position..]))
            {
                yield return scan.IsTooLong
                    ? new FileItem(scan.ItemLine, default, ReplayLimits.TooLong)
                    : new FileItem(scan.ItemLine, window.Unread[scan.Start..scan.Position]);
                window.Take(scan.Position);
                scan.BeginItem();
            }

            if (!scan.IsInItem)
            {
                window.Take(window.Unread.Length);
                scan.BeginItem();
            }
            else if (window.IsFull)
            {
                scan.GiveUpItem();
                window.Take(window.Unread.Length);
            }
        }
        while (!scan.IsOver && await window.FillAsync(cancellation));

        if (!scan.IsOver)
        {
            yield return new FileItem(scan.Line, default, "the list breaks off here: the file is not whole");
        }
    }

    /// <summary>Where in the list the reading stands. It only finds where items end; whether they are JSON is seen when one is read.</summary>
    private sealed class Scan
    {
        private int _depth;
        private bool _isInText;
        private bool _isEscaped;

        public long Line { get; private set; } = 1;

        public long ItemLine { get; private set; } = 1;

        /// <summary>How many bytes of the window have been looked at.</summary>
        public int Position { get; private set; }

        /// <summary>Where in the window the item begins.</summary>
        public int Start { get; private set; }

        public bool IsInItem { get; private set; }

        public bool IsTooLong { get; private set; }

        /// <summary>The closing bracket has been read.</summary>
        public bool IsOver { get; private set; }

        public void BeginItem()
        {
            Position = 0;
            Start = 0;
            IsInItem = false;
            IsTooLong = false;
        }

        public void GiveUpItem()
        {
            Position = 0;
            Start = 0;
            IsTooLong = true;
        }

        /// <summary>Reads on; true at the end of an item, false at the end of what is there.</summary>
        public bool Next(ReadOnlySpan<byte> bytes)
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                if (_isInText && !_isEscaped)
                {
                    // Most of an alert is text; it is looked through at once.
                    var skipped = bytes[i..].IndexOfAny((byte)'"', (byte)'\\');
                    skipped = skipped < 0 ? bytes.Length - i : skipped;
                    i += skipped;
                    Position += skipped;
                    if (i == bytes.Length)
                    {
                        return false;
                    }
                }

                var current = bytes[i];
                if (!IsInItem && _depth > 0 && current is not ((byte)']' or (byte)',' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                {
                    IsInItem = true;
                    Start = Position;
                    ItemLine = Line;
                }

                if (EndsItem(current))
                {
                    return true;
                }

                Position++;
            }

            return false;
        }

        private bool EndsItem(byte current)
        {
            if (_isInText)
            {
                _isInText = _isEscaped || current != '"';
                _isEscaped = !_isEscaped && current == '\\';
                return false;
            }

            switch (current)
            {
                case (byte)'"':
                    _isInText = true;
                    return false;
                case (byte)'\n':
                    Line++;
                    return false;
                case (byte)'[' or (byte)'{':
                    _depth++;
                    return false;
                case (byte)'}' when _depth > 1:
                    _depth--;
                    return CloseItem(_depth == 1);
                case (byte)']' when _depth > 1:
                    _depth--;
                    return CloseItem(_depth == 1);
                case (byte)']':
                    IsOver = true;
                    return IsInItem;
                case (byte)',' when _depth == 1:
                    return IsInItem;
                default:
                    return false;
            }
        }

        private bool CloseItem(bool closes)
        {
            if (closes)
            {
                // The bracket belongs to the item.
                Position++;
            }

            return closes;
        }
    }
}
