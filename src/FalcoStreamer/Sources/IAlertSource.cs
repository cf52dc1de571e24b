namespace FalcoStreamer.Sources;

/// <summary>Where alerts come from.</summary>
internal interface IAlertSource
{
    /// <summary>The name in configuration, metrics and logs.</summary>
    string Name { get; }

    /// <summary>
    /// The alerts, for as long as there are any, several at once where several are there; whoever enumerates sets the pace. A live source never
    /// gives up: it meets a Falco that is away with backoff. Once <paramref name="stop"/> is set it asks for nothing more, gives what is already
    /// on its way, and ends normally.
    /// </summary>
    IAsyncEnumerable<AlertBatch> ReadAsync(CancellationToken stop);
}
