using System.Diagnostics.Metrics;
using System.IO.Compression;
using FalcoStreamer.Enrichment;
using FalcoStreamer.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace FalcoStreamer.Commands;

/// <summary>The cluster as files tell it: what the agent learns from the API server, a replay learns from <c>--pods</c> and <c>--cluster</c>.</summary>
internal sealed class ReplayCluster
{
    private ReplayCluster(PodDirectory pods, ClusterObjects objects, AgentTelemetry telemetry)
    {
        Enricher = new AlertEnricher(pods, objects, objects, nodeName: null, isLive: false, TimeProvider.System, telemetry);
    }

    public AlertEnricher Enricher { get; }

    /// <summary>Reads the files; either may be null.</summary>
    /// <exception cref="CommandException">One is missing, unreadable or no List.</exception>
    public static async Task<ReplayCluster> LoadAsync(string? podsFile, string? clusterFile, CancellationToken stop)
    {
        // Nobody scrapes a replay; the stages count for themselves all the same.
        var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var telemetry = new AgentTelemetry(NullLogger<AgentTelemetry>.Instance, services.GetRequiredService<IMeterFactory>());
        var pods = new PodDirectory(TimeProvider.System, telemetry);
        if (podsFile is not null)
        {
            var list = await ReadAsync(podsFile, PodProjection.ReadListAsync, stop);
            pods.Replace([.. list.Pods]);
        }

        var objects = clusterFile is null ? ClusterObjects.Empty : await ReadAsync(clusterFile, ClusterObjects.ReadAsync, stop);
        return new ReplayCluster(pods, objects, telemetry);
    }

    /// <summary>Opens a file, and says of a directory that it is one.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileStream OpenFile(string file) => Directory.Exists(file)
        ? throw new IOException("this is a directory; name the files in it")
        : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1, FileOptions.SequentialScan);

    private static async Task<T> ReadAsync<T>(string file, Func<Stream, CancellationToken, Task<T>> read, CancellationToken stop)
    {
        try
        {
            await using var stream = OpenFile(file);
            await using var text = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : (Stream)stream;
            return await read(text, stop);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or KubernetesListException)
        {
            throw new CommandException(ExitCode.NoInput, $"{file}: {exception.Message}");
        }
    }
}
