using System.IO.Compression;
using System.Text;
using FalcoStreamer.Sources.Log;

namespace FalcoStreamer.Tests.Support;

/// <summary>A node's log directory in which a Falco writes numbered alerts and a kubelet rotates, and the places that a storage would keep.</summary>
internal sealed class LogScene : ILogPlaces, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("log");
    private readonly Dictionary<(string, ulong), LogPlace> _places = [];

    public LogScene() => Directory.CreateDirectory(PathOf("pods/falco_falco-abc_uid/falco"));

    /// <summary>The numbers of the alerts that were accepted, in their order.</summary>
    public List<int> Accepted { get; } = [];

    /// <summary>Where the usual pod's container writes.</summary>
    public string Log => PathOf("pods/falco_falco-abc_uid/falco/0.log");

    /// <summary>As the configuration's default, in this directory.</summary>
    public string Pattern => PathOf("pods/*_falco-*/falco/*.log");

    public IReadOnlyCollection<LogPlace> Places => _places.Values;

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    public static string Line(int number) =>
        $$$"""{"hostname":"n","output":"{{{number}}}","priority":"Warning","rule":"r","source":"syscall","time":"2026-01-01T00:00:00.{{{number:d9}}}Z","output_fields":{"n":{{{number}}}}}""";

    /// <summary>What the container runtime makes of a line.</summary>
    public static string Runtime(string text, string stream = "stdout", string tag = "F") => $"2026-01-01T00:00:00.000000001Z {stream} {tag} {text}\n";

    /// <summary>Appends alerts, each in a write of its own as Falco does it.</summary>
    public static void Write(string file, params IEnumerable<int> numbers)
    {
        using var stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        foreach (var number in numbers)
        {
            stream.Write(Encoding.UTF8.GetBytes(Line(number) + "\n"));
        }
    }

    public static void Append(string file, string text)
    {
        using var stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Compresses a rotated file as the kubelet does: under another name first.</summary>
    public static void Compress(string file)
    {
        using (var from = File.OpenRead(file))
        using (var to = new GZipStream(File.Create(file + ".tmp"), CompressionLevel.Fastest))
        {
            from.CopyTo(to);
        }

        File.Move(file + ".tmp", file + ".gz");
        File.Delete(file);
    }

    /// <summary>As logrotate's <c>copytruncate</c>.</summary>
    public static void CopyAndTruncate(string file, string copy)
    {
        File.Copy(file, copy);
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.SetLength(0);
    }

    public void Accept(IEnumerable<int> numbers, IEnumerable<LogPlace> places)
    {
        Accepted.AddRange(numbers);
        foreach (var place in places)
        {
            if (place.IsGone)
            {
                _places.Remove((place.Path, place.Inode));
            }
            else
            {
                _places[(place.Path, place.Inode)] = place;
            }
        }
    }

    public Task<IReadOnlyList<LogPlace>> LoadAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<LogPlace>>([.. _places.Values]);

    public void Dispose() => _directory.Delete(recursive: true);
}
