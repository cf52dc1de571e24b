namespace FalcoStreamer.Sources.Log;

/// <summary>Follows all logs that the patterns stand for, wherever they come and go.</summary>
/// <param name="places">Where an agent before this one had read to.</param>
internal sealed class LogFollower(
    LogPaths paths, IReadOnlyList<LogPlace> places, LogFindings findings, LogChanges changes, TimeProvider clock) : IDisposable
{
    /// <summary>How many logs are followed: a node has one Falco, and two while it is replaced.</summary>
    public const int MostLogs = 256;

    private const int BlockBytes = 128 * 1024;

    private readonly List<FollowedLog> _logs = [];
    private readonly LogLedger _ledger = new();
    private readonly byte[] _block = new byte[BlockBytes];
    private readonly List<IGrouping<string, LogPlace>> _undecided = [.. places.Where(place => !place.IsGone).GroupBy(place => place.Path)];
    private readonly bool _isFirstStart = places.Count == 0;
    private readonly long _began = clock.GetTimestamp();
    private bool _hasLooked;
    private int _turn;

    /// <summary>Whether all that is followed was read by an agent before or is read from its beginning, as far as it can be read.</summary>
    public bool CanRead => _hasLooked && (!findings.HasFailures || _logs.Exists(log => log.Files.Any(file => file.IsOpen)));

    /// <summary>Whether a file turned out to be another one.</summary>
    public bool NeedsLook => _logs.Exists(log => log.NeedsLook);

    /// <summary>The open files, and how far they were read.</summary>
    public IReadOnlyList<LogProgress> Progress =>
        [.. from log in _logs from file in log.Files where file.IsOpen select new LogProgress(file.Path, file.Inode, file.Offset, file.Length ?? 0)];

    /// <summary>Looks which logs and files there are.</summary>
    public void Look()
    {
        findings.BeginLook();
        var found = paths.Find(findings.Failed);
        Remember(found);
        foreach (var path in found.Where(path => !_logs.Exists(log => log.Path == path || IsSame(log.Path, path)) && Exists(Path.GetDirectoryName(path)!)))
        {
            if (_logs.Count == MostLogs)
            {
                findings.Failed(path, new IOException($"more than {MostLogs} files match sources.log.paths, and only so many are followed"));
                break;
            }

            _logs.Add(new FollowedLog(path, findings, _ledger, clock));
        }

        foreach (var log in _logs)
        {
            log.Look(passesOverRotated: _isFirstStart && !_hasLooked);
            Watch(log);
        }

        _hasLooked = true;
        _logs.RemoveAll(log => log.Files.Count == 0 && !found.Contains(log.Path));
    }

    /// <summary>The next alerts, from each log in turn; null when there are none now.</summary>
    /// <param name="isEnding">Whether to read only what was there at the last look.</param>
    public AlertBatch? Read(bool isEnding)
    {
        for (var i = 0; i < _logs.Count; i++)
        {
            _turn = (_turn + 1) % _logs.Count;
            if (_logs[_turn].Read(_block, isEnding) is { } batch)
            {
                return batch;
            }
        }

        return _ledger.IsUrgent ? new AlertBatch([], _ledger.TakeAll()) : null;
    }

    public void Dispose() => _logs.ForEach(log => log.Dispose());

    /// <summary>
    /// Goes on where the last agent was. A log that is still there, but that nobody asks for any more, is forgotten: after a while, because a log
    /// that is just being rotated is not found either, and where links lead its path does not tell.
    /// </summary>
    private void Remember(IReadOnlyList<string> found)
    {
        foreach (var known in _undecided.ToList())
        {
            var isWanted = paths.Covers(known.Key) || found.Any(path => IsSame(path, known.Key)) || findings.HasFailures || !Exists(known.Key);
            if (isWanted)
            {
                var log = new FollowedLog(known.Key, findings, _ledger, clock);
                _logs.Add(log);
                foreach (var place in known)
                {
                    log.Remember(place);
                }
            }
            else if (clock.GetElapsedTime(_began) >= FollowedLog.Patience)
            {
                foreach (var place in known)
                {
                    _ledger.Set(place with { IsGone = true }, isUrgent: true);
                }
            }
            else
            {
                continue;
            }

            _undecided.Remove(known);
        }
    }

    private bool Exists(string path)
    {
        try
        {
            return FileFacts.Of(path) is not null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            findings.Failed(path, exception);
            return false;
        }
    }

    /// <summary>Whether two paths lead to the same log.</summary>
    private bool IsSame(string left, string right)
    {
        try
        {
            return Path.GetFileName(left) == Path.GetFileName(right)
                && FileFacts.Of(Path.GetDirectoryName(left)!) is { } one
                && FileFacts.Of(Path.GetDirectoryName(right)!) is { } other
                && (one.Device, one.Inode) == (other.Device, other.Inode);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            findings.Failed(right, exception);
            return false;
        }
    }

    private void Watch(FollowedLog log)
    {
        changes.WatchDirectory(Path.GetDirectoryName(log.Path)!);
        foreach (var file in log.Files)
        {
            if (file.IsOpen && file.IsNamed)
            {
                changes.WatchFile(file.Path);
            }
        }
    }
}

/// <summary>How far an open file was read.</summary>
/// <param name="Length">Its length when it was looked at last.</param>
internal readonly record struct LogProgress(string Path, ulong Inode, long Offset, long Length)
{
    /// <summary>How many bytes wait in it now.</summary>
    public long Behind()
    {
        try
        {
            var length = !LogNames.IsCompressed(Path) && FileFacts.Of(Path) is { } facts && facts.Inode == Inode ? facts.Length : Length;
            return Math.Max(0, length - Offset);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The source says so; a metric need not.
            return Math.Max(0, Length - Offset);
        }
    }
}
