using System.Diagnostics;
using System.Globalization;

namespace FalcoStreamer.Benchmarks;

/// <summary>The agent in its shipped form as a process of its own, and what the kernel says of it.</summary>
internal sealed class AgentProcess : IDisposable
{
    private static readonly double TicksPerSecond = 100; // USER_HZ, which is 100 on every Linux that .NET supports

    private readonly Process _process;
    private readonly HttpClient _http = new();
    private readonly string _telemetry;

    public AgentProcess(string program, string configuration, string telemetry)
    {
        _telemetry = telemetry;
        var start = new ProcessStartInfo(program, ["run", "--config", configuration]) { RedirectStandardError = true };
        Started = Stopwatch.GetTimestamp();
        _process = Process.Start(start) ?? throw new InvalidOperationException("The agent did not start.");
        _process.ErrorDataReceived += (_, line) => LastWords = line.Data ?? LastWords;
        _process.BeginErrorReadLine();
    }

    public long Started { get; }

    public string LastWords { get; private set; } = "";

    /// <summary>User and system time of the process so far.</summary>
    public double CpuSeconds()
    {
        var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>A line of /proc/PID/status in MiB: VmRSS, VmHWM, RssAnon.</summary>
    public double MemoryMib(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>Asks until the agent says that it is ready; milliseconds since the process was started.</summary>
    public async Task<double> WaitUntilReadyAsync(TimeSpan patience)
    {
        while (Stopwatch.GetElapsedTime(Started) < patience && !_process.HasExited)
        {
            try
            {
                using var answer = await _http.GetAsync($"{_telemetry}/readyz");
                if (answer.IsSuccessStatusCode)
                {
                    return Stopwatch.GetElapsedTime(Started).TotalMilliseconds;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        throw new InvalidOperationException($"The agent was not ready within {patience}: {LastWords}");
    }

    /// <summary>The value of a metric without labels on the agent's own page; 0 when it has none.</summary>
    public async Task<double> MetricAsync(string name)
    {
        var page = await _http.GetStringAsync($"{_telemetry}/metrics");
        var line = page.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal) && !line.StartsWith('#'));
        return line is null ? 0 : double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _http.Dispose();
    }
}
