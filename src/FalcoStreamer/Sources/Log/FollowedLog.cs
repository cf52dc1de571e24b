using FalcoStreamer.Alerts;

namespace FalcoStreamer.Sources.Log;

/// <summary>
/// One log: the file that is written to now, and those that rotation has made of it, which are read first.
/// </summary>
/// <remarks>
/// Every file that was met has a place. A file without one is new, unless it is a known one under another name, number or form. That is all
/// there is to rotation: a renamed file keeps its number, a copied or compressed one its beginning.
/// </remarks>
internal sealed class FollowedLog(string path, LogFindings findings, LogLedger ledger, TimeProvider clock) : IDisposable
{
    /// <summary>
    /// How long a renamed file must have been quiet before it counts as finished: the container runtime goes on writing to it until it has opened
    /// the new one. Also how long a file must be missing, since a directory that is read while names change may not show it.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Oldest first.
    private readonly List<FollowedFile> _files = [];
    private readonly LogDirectory _directory = new(path, findings);
    private bool _canLook;

    public string Path => path;

    public IReadOnlyList<FollowedFile> Files => _files;

    /// <summary>Whether a file was found to be another one, so that only a look can say what became of it.</summary>
    public bool NeedsLook { get; private set; }

    /// <summary>
    /// A file that was read before. One that was not begun is as good as new, and nothing shows which it was. The place is given again, so that
    /// it is kept where this agent keeps its own.
    /// </summary>
    public void Remember(LogPlace place)
    {
        ledger.Set(place with { IsGone = place.Offset == 0 }, isUrgent: true);
        if (place.Offset > 0)
        {
            _files.Add(new FollowedFile(place, path, findings));
        }
    }

    /// <summary>Looks which files there are now.</summary>
    /// <param name="passesOverRotated">Whether rotated files that are not known were there before we came.</param>
    public void Look(bool passesOverRotated)
    {
        NeedsLook = false;
        if ((_canLook = _directory.List(out var entries)) is false)
        {
            return;
        }

        _files.ForEach(file => file.IsNamed = false);
        var strangers = entries.Where(entry => !IsKnown(entry)).ToList();
        Miss();
        strangers.ForEach(entry => Meet(entry, passesOverRotated));
        var order = entries.Select((entry, index) => (entry.Facts.Inode, index)).ToDictionary(pair => pair.Inode, pair => pair.index);
        _files.Sort((left, right) => Order(left).CompareTo(Order(right)));
        ForgetMissing();
        SeeWhichMayEnd();

        int Order(FollowedFile file) => file.IsNamed && order.TryGetValue(file.Inode, out var index) ? index : -1;
    }

    /// <summary>The next alerts; null when there are none now.</summary>
    /// <param name="block">Where to read into.</param>
    /// <param name="isEnding">Whether to read only what was there at the last look.</param>
    public AlertBatch? Read(byte[] block, bool isEnding)
    {
        List<FalcoAlert> alerts = [];
        foreach (var file in _files)
        {
            while (file.IsOpen && !(isEnding && file.CanGrow && file.Offset >= file.Length) && TryRead(file, block, alerts))
            {
                file.GrewAt = clock.GetTimestamp();
                ledger.Set(file.Place, isUrgent: false);
                if (alerts.Count > 0)
                {
                    findings.Received(alerts.Count);
                    return new AlertBatch(alerts, ledger.TakeAll());
                }
            }
        }

        return null;
    }

    public void Dispose() => _files.ForEach(file => file.Close());

    /// <summary>Whether the entry is a file that we know by its number.</summary>
    private bool IsKnown(LogEntry entry)
    {
        if (_files.Find(file => file.Inode == entry.Facts.Inode) is not { } file)
        {
            return false;
        }

        if (!IsThisFile(file, entry))
        {
            LoseInode(file);
            return false;
        }

        (file.IsNamed, file.Path, file.MissingSince, file.Modified) = (true, entry.Path, null, entry.Facts.Modified);
        return true;
    }

    private void Miss()
    {
        foreach (var file in _files.Where(file => !file.IsNamed).ToList())
        {
            file.MissingSince ??= clock.GetTimestamp();
            if (file.IsOpen && !file.IsStillItself())
            {
                LoseInode(file);
            }
        }
    }

    private void LoseInode(FollowedFile file)
    {
        ledger.Set(file.Place with { IsGone = true }, isUrgent: true);
        file.LoseInode();
        if (file.Offset > 0)
        {
            ledger.Set(file.Place, isUrgent: true);
        }
        else
        {
            _files.Remove(file);
        }
    }

    private bool IsThisFile(FollowedFile file, LogEntry entry)
    {
        if (file.IsOpen)
        {
            return file.IsStillItself();
        }

        if (file.IsUnchanged(entry.Facts) || _directory.TryOpen(entry) is not (var content, var beginning))
        {
            return true;
        }

        if (!file.Fits(beginning) || (!content.IsClosed && content.Length < file.Offset))
        {
            content.Dispose();
            return false;
        }

        file.Open(content, beginning, entry.Facts.Inode, clock.GetTimestamp());
        if (file.IsOpen)
        {
            findings.Following(entry.Path, file.Offset);
        }

        return true;
    }

    /// <summary>Finds out what a file is that we do not know by its number.</summary>
    private void Meet(LogEntry entry, bool passesOverRotated)
    {
        if (_directory.TryOpen(entry) is not (var content, var beginning))
        {
            return;
        }

        var isLog = entry.Path == path;
        if (_files.Find(file => !file.IsNamed && !file.IsOpen && file.Fits(beginning)) is { } copied)
        {
            ledger.Set(copied.Place with { IsGone = true }, isUrgent: true);
            copied.Open(content, beginning, entry.Facts.Inode, clock.GetTimestamp());
            Name(copied, entry);
            return;
        }

        if ((beginning.Length == 0 && !isLog) || _files.Exists(file => (file.IsNamed || file.IsOpen) && file.IsCopiedBy(beginning)))
        {
            content.Dispose();
            return;
        }

        var met = new FollowedFile(new LogPlace(path, entry.Facts.Inode, 0, beginning.Fingerprint(0)), entry.Path, findings);
        met.Open(content, beginning, entry.Facts.Inode, clock.GetTimestamp());
        _files.Add(met);
        if (passesOverRotated && !isLog)
        {
            met.PassOver();
        }
        else
        {
            findings.Following(entry.Path, 0);
        }

        Name(met, entry);
    }

    private void Name(FollowedFile file, LogEntry entry)
    {
        (file.IsNamed, file.Path, file.MissingSince, file.Modified) = (true, entry.Path, null, entry.Facts.Modified);
        ledger.Set(file.Place, isUrgent: true);
    }

    private void ForgetMissing()
    {
        foreach (var file in _files.Where(file => !file.IsOpen && IsMissing(file)).ToList())
        {
            if (!file.IsFinished && file.Length - file.Offset is not 0)
            {
                findings.Lost(file.Path, file.Offset, file.Length - file.Offset);
            }

            _files.Remove(file);
            ledger.Set(file.Place with { IsGone = true }, isUrgent: true);
        }
    }

    private bool IsMissing(FollowedFile file) => file.MissingSince is { } since && clock.GetElapsedTime(since) >= Patience;

    private void SeeWhichMayEnd()
    {
        var hasSuccessor = new Lazy<bool>(() => LogNames.HasSuccessor(System.IO.Path.GetFileName(path), _directory.Names()));
        for (var i = 0; i < _files.Count; i++)
        {
            var file = _files[i];
            if (file.CanGrow)
            {
                file.MayEnd = clock.GetElapsedTime(file.GrewAt) >= Patience && (!file.IsNamed ? IsMissing(file)
                    : file.Path == path ? hasSuccessor.Value
                    : _files.Skip(i + 1).Any(newer => newer.Length > 0));
            }
        }
    }

    /// <summary>Reads a file on; false when there is nothing to read.</summary>
    private bool TryRead(FollowedFile file, byte[] block, List<FalcoAlert> alerts)
    {
        try
        {
            switch (file.Read(block, alerts))
            {
                case FileReading.Some:
                    return true;
                case FileReading.Replaced:
                    NeedsLook = _canLook;
                    return false;
                default:
                    if (file.MayEnd)
                    {
                        file.Finish();
                        ledger.Set(file.Place, isUrgent: true);
                    }

                    return false;
            }
        }
        catch (InvalidDataException exception)
        {
            findings.Failed(file.Path, exception);
            findings.Lost(file.Path, file.Offset, rest: null);
            file.Finish();
            ledger.Set(file.Place, isUrgent: true);
        }
        catch (IOException exception)
        {
            findings.Failed(file.Path, exception);
            file.Close();
        }

        return false;
    }
}
