using FalcoStreamer.Alerts;

namespace FalcoStreamer.Sources.Log;

/// <summary>What reading a file came to.</summary>
internal enum FileReading
{
    /// <summary>There is no whole line to read.</summary>
    Nothing,

    /// <summary>It was read on.</summary>
    Some,

    /// <summary>It was truncated and is another file by now.</summary>
    Replaced,
}

/// <summary>One file of a log, and how far it has been read. A file that was read keeps its place until it is deleted, so that one without a place is new.</summary>
internal sealed class FollowedFile
{
    // An alert of the longest kind, with what the container runtime puts before each 16 KiB, and lines of standard error in between.
    private const int MostBytes = 2 * LogLines.MaxAlertBytes;

    private readonly string _log;
    private readonly LogFindings _findings;
    private readonly LogLines _lines;
    private FileBeginning _beginning = new([]);
    private ILogContent? _content;
    private ulong _fingerprint;

    public FollowedFile(LogPlace place, string path, LogFindings findings)
    {
        (_log, _findings) = (place.Path, findings);
        _lines = new LogLines((begin, reason) => findings.Bad(Path!, Offset + begin, reason));
        (Path, Inode, Offset, _fingerprint, IsFinished) = (path, place.Inode, place.Offset, place.Fingerprint, place.IsFinished);
    }

    /// <summary>Its name when it was seen last.</summary>
    public string Path { get; set; }

    /// <summary>Its number in the file system; made up while another file has got that.</summary>
    public ulong Inode { get; private set; }

    public long Offset { get; private set; }

    /// <inheritdoc cref="LogPlace.IsFinished"/>
    public bool IsFinished { get; private set; }

    public bool IsOpen => _content is not null;

    /// <summary>Whether the last look found it.</summary>
    public bool IsNamed { get; set; }

    /// <summary>Since when looks have not found it, by the clock's timestamp.</summary>
    public long? MissingSince { get; set; }

    /// <summary>When it was opened or grew last, by the clock's timestamp.</summary>
    public long GrewAt { get; set; }

    /// <summary>When it was written to last, when it was looked at last.</summary>
    public long Modified { get; set; }

    /// <summary>Whether nobody writes to it any more: read to its end it is finished.</summary>
    public bool MayEnd { get; set; }

    /// <summary>Whether it is open and may be written to.</summary>
    public bool CanGrow => _content is { IsClosed: false };

    /// <summary>Its length when it was looked at last; null when it never was.</summary>
    public long? Length { get; private set; }

    public LogPlace Place => new(_log, Inode, Offset, _fingerprint, IsFinished);

    /// <summary>Whether the file with these facts need not be opened: it was seen to be this one, and was not written to since.</summary>
    public bool IsUnchanged(FileFacts facts) =>
        IsFinished && Length is not null && facts.Modified == Modified && (facts.Length == Offset || LogNames.IsCompressed(Path));

    /// <summary>Whether a file that begins so is this one, renamed, copied or compressed. Of one that was not begun nobody knows.</summary>
    public bool Fits(FileBeginning beginning) => Offset > 0 && beginning.Fits(Offset, _fingerprint);

    /// <summary>Whether a file that begins so is only a copy of this one, which still is there.</summary>
    public bool IsCopiedBy(FileBeginning beginning) => IsOpen ? _beginning.IsCopiedBy(beginning) : Fits(beginning);

    /// <summary>Whether the open file still is the one that was opened, and looks at its length.</summary>
    public bool IsStillItself()
    {
        var length = _content!.Length;
        var isItself = _content.IsClosed || (TryKeepBeginning(_content) && length >= Offset);
        Length = isItself ? length : Length;
        return isItself;
    }

    /// <summary>Reads on from here, where the file is by this number and name.</summary>
    public void Open(ILogContent content, FileBeginning beginning, ulong inode, long now)
    {
        (_content, _beginning, Inode) = (content, beginning, inode);
        (Length, GrewAt, MayEnd) = (content.Length, now, content.IsClosed);
        _fingerprint = beginning.Fingerprint(Offset);
        var isRead = IsFinished && (content.IsClosed || Length == Offset);
        IsFinished = isRead;
        if (isRead)
        {
            Close();
        }
    }

    /// <summary>Passes over what is there: it is not ours.</summary>
    public void PassOver()
    {
        (Offset, IsFinished) = (_content!.IsClosed ? _beginning.Length : _content.Length, true);
        _fingerprint = _beginning.Fingerprint(Offset);
        Close();
    }

    /// <summary>It was read to its end, and nothing comes any more.</summary>
    public void Finish()
    {
        IsFinished = true;
        Close();
    }

    /// <summary>Another file has got its number. Its place needs one of its own until the file is found elsewhere, and gets one that no file has.</summary>
    public void LoseInode()
    {
        Inode = _fingerprint | (1UL << 63);
        Close();
    }

    public void Close()
    {
        _content?.Dispose();
        _content = null;
    }

    /// <summary>Reads the next lines, into <paramref name="alerts"/>.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The compressed data is damaged.</exception>
    public FileReading Read(byte[] block, List<FalcoAlert> alerts)
    {
        var content = _content!;
        while (true)
        {
            var count = content.Read(Offset, block);
            // Looked at after reading: what was read from a file that is another one by now is thrown away.
            if (!TryKeepBeginning(content) || (count == 0 && !content.IsClosed && content.Length < Offset))
            {
                return FileReading.Replaced;
            }

            var done = _lines.Read(block.AsMemory(0, count), MayEnd && count < block.Length, alerts);
            if (done == 0 && count == block.Length && count < MostBytes)
            {
                block = new byte[count * 2];
                continue;
            }

            if (done == 0 && count == block.Length)
            {
                done = _lines.GiveUp(block);
            }

            if (done == 0)
            {
                return FileReading.Nothing;
            }

            _findings.Others(_lines.OtherLines);
            Advance(done);
            return FileReading.Some;
        }
    }

    private bool TryKeepBeginning(ILogContent content)
    {
        if (_beginning.Length == FileBeginning.MostBytes)
        {
            return content.StillBeginsWith(_beginning);
        }

        var now = content.ReadBeginning();
        var isSame = _beginning.IsContinuedBy(now);
        _beginning = isSame ? now : _beginning;
        return isSame;
    }

    private void Advance(int count)
    {
        var isKnown = Offset >= FileBeginning.MostBytes;
        Offset += count;
        Length = Math.Max(Length ?? 0, Offset);
        if (!isKnown)
        {
            _fingerprint = _beginning.Fingerprint(Offset);
        }
    }
}
