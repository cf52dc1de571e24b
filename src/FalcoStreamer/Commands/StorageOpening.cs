using FalcoStreamer.Storage;
using FalcoStreamer.Storage.Sqlite;
using FalcoStreamer.Telemetry;
using Microsoft.Data.Sqlite;

namespace FalcoStreamer.Commands;

/// <summary>Opens the storage that the configuration asks for.</summary>
internal static class StorageOpening
{
    public static async Task<IStorage> OpenAsync(StorageOptions options, TimeProvider clock, AgentTelemetry telemetry)
    {
        if (options.Path is not { } path)
        {
            return new MemoryStorage(telemetry);
        }

        try
        {
            return await SqliteStorage.OpenAsync(options, clock, telemetry);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SqliteException or StorageException)
        {
            // A node whose disk is broken is no reason to be blind on it.
            telemetry.StorageCannotBeOpened(path, exception.Message);
            return new MemoryStorage(telemetry);
        }
    }
}
