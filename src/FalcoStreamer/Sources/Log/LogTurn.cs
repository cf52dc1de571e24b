using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Sources.Log;

/// <summary>
/// Lets one agent at a time follow the log: in a surge the new one starts while the old one still reads, and both would tell every alert.
/// The lock goes with the process that holds it, however that ends.
/// </summary>
internal static class LogTurn
{
    // What .NET says of a file that somebody else has locked: EWOULDBLOCK.
    private const int Held = 11;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits for the lock on <paramref name="file"/>; null once <paramref name="stop"/> is set.</summary>
    /// <param name="waiting">Told at each try whether another agent has it; false means that it cannot be had at all.</param>
    public static async Task<IDisposable?> TakeAsync(string file, Action<bool> waiting, TimeProvider clock, AgentTelemetry telemetry, CancellationToken stop)
    {
        var said = "";
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (exception.HResult == Held)
            {
                waiting(true);
                if (said != "held")
                {
                    telemetry.LogHeldByOther(file);
                    said = "held";
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                waiting(false);
                if (said != exception.Message)
                {
                    telemetry.LogLockFailed(file, exception.Message);
                    said = exception.Message;
                }
            }

            await Task.Delay(Pause, clock, stop).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return null;
    }
}
