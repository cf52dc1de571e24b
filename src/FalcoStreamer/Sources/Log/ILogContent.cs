namespace FalcoStreamer.Sources.Log;

/// <summary>The text of a log file, plain or compressed.</summary>
internal interface ILogContent : IDisposable
{
    /// <summary>Reads from <paramref name="offset"/>, which never goes back behind the one before.</summary>
    /// <returns>How many bytes; fewer than fit only at the end of what there is.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The compressed data is damaged.</exception>
    int Read(long offset, Span<byte> into);

    /// <summary>The first bytes as they are now.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The compressed data is damaged.</exception>
    FileBeginning ReadBeginning();

    /// <summary>Whether the file still begins as it did; false when it was truncated and written anew.</summary>
    bool StillBeginsWith(FileBeginning beginning);

    /// <summary>The length in bytes; of a compressed file what it has packed.</summary>
    long Length { get; }

    /// <summary>Whether it can never grow.</summary>
    bool IsClosed { get; }
}
