namespace FalcoStreamer.Sinks.Otlp;

/// <summary>A way to the collector.</summary>
internal interface IOtlpTransport : IDisposable
{
    /// <summary>Sends one encoded <c>ExportLogsServiceRequest</c> and returns the encoded response.</summary>
    /// <exception cref="SinkException">It was not taken; it says whether the same request may pass later.</exception>
    Task<byte[]> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation);
}
