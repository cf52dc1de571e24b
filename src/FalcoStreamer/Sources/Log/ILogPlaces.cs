namespace FalcoStreamer.Sources.Log;

/// <summary>Where the places in logs are kept.</summary>
internal interface ILogPlaces
{
    /// <summary>
    /// The places of all batches that were accepted, also those of an agent that followed the log before this one. Asked once, when following
    /// begins and no other agent follows any more.
    /// </summary>
    Task<IReadOnlyList<LogPlace>> LoadAsync(CancellationToken cancellation);
}

/// <summary>Nothing is kept: every start is the first one.</summary>
internal sealed class NoLogPlaces : ILogPlaces
{
    public Task<IReadOnlyList<LogPlace>> LoadAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<LogPlace>>([]);
}
