using FalcoStreamer.Storage;

namespace FalcoStreamer.Sinks;

/// <summary>
/// A sink that sends every record, none twice if it can be helped and none never: records are encoded as soon as they exist and wait in an outbox.
/// </summary>
internal interface IOutboxSink
{
    /// <summary>The name in configuration, metrics and logs.</summary>
    string Name { get; }

    /// <summary>Writes records as this sink sends them; used by the pipeline's loop alone.</summary>
    IRecordEncoder Encoder { get; }

    /// <summary>The most bytes of chunks that one call of <see cref="SendAsync"/> gets, unless it is one chunk.</summary>
    int MaxBytes { get; }

    /// <summary>Sends chunks in their order. Called by one caller at a time.</summary>
    /// <exception cref="SinkException">They were not taken; it says whether trying again makes sense.</exception>
    Task SendAsync(IReadOnlyList<OutboxChunk> chunks, CancellationToken cancellation);
}

/// <summary>Writes records into chunks.</summary>
internal interface IRecordEncoder
{
    void Add(SinkRecord record);

    /// <summary>Adds what was written since the last call to <paramref name="chunks"/>.</summary>
    void Drain(List<OutboxChunk> chunks);
}
