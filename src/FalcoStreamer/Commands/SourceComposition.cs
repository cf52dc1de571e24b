using System.Security.Cryptography;
using FalcoStreamer.Configuration;
using FalcoStreamer.Sources;
using FalcoStreamer.Sources.Http;
using FalcoStreamer.Sources.Log;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Commands;

/// <summary>The sources that the configuration asks for.</summary>
internal sealed class SourceComposition : IAsyncDisposable
{
    private readonly HttpSourceOptions _httpOptions;
    private readonly FalcoGrpcSource? _grpc;
    private readonly FalcoHttpSource? _http;
    private readonly FalcoLogSource? _log;

    /// <param name="places">Where the last agent was in Falco's log.</param>
    /// <param name="directory">Where the agents of this node keep each other from reading the log at the same time; null when there can be only one.</param>
    /// <exception cref="ConfigurationException">It asks for none.</exception>
    public SourceComposition(SourceSection options, ILogPlaces places, string? directory, TimeProvider clock, AgentTelemetry telemetry)
    {
        _httpOptions = options.Http;
        _grpc = options.Grpc.Enabled ? new FalcoGrpcSource(options.Grpc, clock, telemetry) : null;
        _http = options.Http.Enabled ? new FalcoHttpSource(options.Http, clock, telemetry) : null;
        _log = options.Log.Enabled ? new FalcoLogSource(options.Log, places, directory, clock, telemetry) : null;
        All = [.. new IAlertSource?[] { _grpc, _http, _log }.OfType<IAlertSource>()];
        if (All.Count == 0)
        {
            throw new ConfigurationException("no source is on: set sources.grpc.enabled, sources.http.enabled or sources.log.enabled to true");
        }
    }

    public IReadOnlyList<IAlertSource> All { get; }

    /// <summary>What must hold to be ready: each source is connected, listening or reading.</summary>
    public IEnumerable<(string Missing, Func<bool> Holds)> Conditions()
    {
        if (_grpc is { } grpc)
        {
            yield return ("grpc: not connected to Falco", () => grpc.IsConnected);
        }

        if (_http is { } http)
        {
            yield return ("http: not listening", () => http.IsListening);
        }

        if (_log is { } log)
        {
            yield return ("log: Falco's log cannot be read", () => log.IsReading);
        }
    }

    /// <summary>Opens the ports.</summary>
    /// <exception cref="ConfigurationException">One cannot be had.</exception>
    public async Task ListenAsync()
    {
        try
        {
            await (_http?.ListenAsync(CancellationToken.None) ?? Task.CompletedTask);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or System.Net.Sockets.SocketException)
        {
            throw new ConfigurationException($"sources.http.address {_httpOptions.Address} cannot be listened on: {exception.Message}");
        }
    }

    public ValueTask DisposeAsync() => _http?.DisposeAsync() ?? ValueTask.CompletedTask;
}
