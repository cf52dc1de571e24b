namespace FalcoStreamer.Telemetry;

/// <content>Storage: 6xx.</content>
internal sealed partial class AgentTelemetry
{
    /// <summary>There is no storage: the agent goes on in memory until it is started again.</summary>
    public void StorageCannotBeOpened(string path, string reason) => LogStorageCannotBeOpened(_logger, path, reason);

    /// <summary>A database is open; <paramref name="alerts"/> and <paramref name="records"/> wait in it from before.</summary>
    public void StorageOpen(string file, long alerts, long records) => LogStorageOpen(_logger, file, alerts, records);

    /// <summary>What an agent left that has ended is now ours.</summary>
    public void StorageAdopted(string file, long alerts) => LogStorageAdopted(_logger, file, alerts);

    /// <summary>A database cannot be read and was moved away; what it held is not sent.</summary>
    public void StorageDamaged(string file, string reason, string setAside) => LogStorageDamaged(_logger, file, reason, setAside);

    /// <summary>A database of another agent cannot be adopted; it stays where it is.</summary>
    public void StorageNotAdopted(string file, string reason) => LogStorageNotAdopted(_logger, file, reason);

    /// <summary>The disk cannot take what must be kept: the agent goes on in memory, and tries again every second. Said once an outage.</summary>
    public void StorageFails(string file, string reason) => LogStorageFails(_logger, file, reason);

    /// <summary>The disk takes what must be kept again.</summary>
    public void StorageWorksAgain(string file) => LogStorageWorksAgain(_logger, file);

    /// <summary>What waits on the disk cannot be read now.</summary>
    public void StorageNotRead(string file, string reason) => LogStorageNotRead(_logger, file, reason);

    [LoggerMessage(607, LogLevel.Error, "Nothing can be kept in storage.path {Path}: {Reason}. Alerts are kept in memory until the agent is started again, and are lost when it is killed.")]
    private static partial void LogStorageCannotBeOpened(ILogger logger, string path, string reason);

    [LoggerMessage(600, LogLevel.Information, "Alerts are kept in {File}; {Alerts} alerts and {Records} records wait in it from before.")]
    private static partial void LogStorageOpen(ILogger logger, string file, long alerts, long records);

    [LoggerMessage(601, LogLevel.Information, "{File} was left by an agent that has ended; its {Alerts} alerts and what waited for the sinks are taken over.")]
    private static partial void LogStorageAdopted(ILogger logger, string file, long alerts);

    [LoggerMessage(602, LogLevel.Error, "{File} is damaged ({Reason}) and was set aside as {SetAside}; a new one is begun. What waited in it is not sent: look into it with the sqlite3 command, then delete it.")]
    private static partial void LogStorageDamaged(ILogger logger, string file, string reason, string setAside);

    [LoggerMessage(603, LogLevel.Error, "{File} was left by another agent and cannot be taken over: {Reason}. It stays where it is.")]
    private static partial void LogStorageNotAdopted(ILogger logger, string file, string reason);

    [LoggerMessage(604, LogLevel.Error, "{File} cannot be written: {Reason}. Alerts are kept in memory until it can, and are lost should the agent be killed. Make room on the disk or lower storage.maxBytes.")]
    private static partial void LogStorageFails(ILogger logger, string file, string reason);

    [LoggerMessage(605, LogLevel.Information, "{File} can be written again.")]
    private static partial void LogStorageWorksAgain(ILogger logger, string file);

    [LoggerMessage(606, LogLevel.Error, "What waits in {File} cannot be read: {Reason}. It is tried again.")]
    private static partial void LogStorageNotRead(ILogger logger, string file, string reason);
}
