using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace FalcoStreamer.Tests.EndToEnd;

/// <summary>The real agent as a process of its own.</summary>
internal sealed class RunningAgent : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly HttpClient _http = new();
    private readonly string _telemetry;

    public RunningAgent(string configuration, string telemetry)
    {
        _telemetry = telemetry;
        var program = Environment.GetEnvironmentVariable("FALCOSTREAMER_PROGRAM");
        var start = program is null
            ? new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "falcostreamer.dll"), "run", "--config", configuration])
            : new ProcessStartInfo(program, ["run", "--config", configuration]);
        start.RedirectStandardError = true;
        _process = Process.Start(start) ?? throw new InvalidOperationException("The agent did not start.");
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
            {
                _log.AppendLine(line.Data);
            }
        };
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has logged.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        while (!await IsReadyAsync(cancellation))
        {
            Assert.False(_process.HasExited, Log);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
        }
    }

    /// <summary>Ends when it has logged <paramref name="words"/>.</summary>
    public async Task WaitForLogAsync(string words, CancellationToken cancellation)
    {
        while (!Log.Contains(words, StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellation);
        }
    }

    public Task<string> MetricsAsync(CancellationToken cancellation) => _http.GetStringAsync($"{_telemetry}/metrics", cancellation);

    /// <summary>The status of one of its pages.</summary>
    public async Task<int> StatusAsync(string page, CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync($"{_telemetry}/{page}", cancellation);
        return (int)answer.StatusCode;
    }

    /// <summary>What it said at its end of a source or a sink, e.g. <c>sink otlp</c>: everything that came must be accounted for.</summary>
    public string AccountOf(string name)
    {
        var line = Assert.Single(Log.Split('\n'), line => line.Contains("Accounts", StringComparison.Ordinal));
        Assert.DoesNotContain("do not add up", line, StringComparison.Ordinal);
        return Assert.Single(line[(line.IndexOf("Accounts: ", StringComparison.Ordinal) + 10)..].Split("; "), part => part.StartsWith($"{name} ", StringComparison.Ordinal));
    }

    /// <summary>Asks it to end as Kubernetes does; returns the exit code.</summary>
    public async Task<int> TerminateAsync(CancellationToken cancellation)
    {
        AskToEnd();
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    /// <summary>Sends SIGTERM and does not wait.</summary>
    public void AskToEnd() => Assert.Equal(0, Kill(_process.Id, 15));

    /// <summary>Ends it as the kernel does that is out of memory.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellation);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        _http.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync($"{_telemetry}/readyz", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
