using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FalcoStreamer.Sources.Log;

/// <summary>
/// Linux's word that files were written to or renamed: inotify(7), one instance for all of them, because a node has few. .NET's own watcher would
/// make an event and a string of every line that Falco writes.
/// </summary>
internal sealed partial class Inotify : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const uint Modified = 0x2;
    private const uint MovedFrom = 0x40;
    private const uint MovedTo = 0x80;
    private const uint Created = 0x100;
    private const uint Deleted = 0x200;
    private const uint SelfDeleted = 0x400;
    private const uint SelfMoved = 0x800;
    private const uint Overflowed = 0x4000;
    private const uint DirectoryOnly = 0x1000000;
    private const uint NamesChanged = MovedFrom | MovedTo | Created | Deleted | SelfMoved | Overflowed;
    private const int EventHeader = 16;
    private const int Interrupted = 4;

    private readonly SafeFileHandle _queue;
    private readonly Action<bool> _changed;
    private readonly AutoResetEvent _wanted = new(initialState: false);
    private readonly Thread _thread;
    private readonly int _own;
    private volatile bool _isDisposed;

    private Inotify(SafeFileHandle queue, Action<bool> changed)
    {
        _queue = queue;
        _changed = changed;
        // Nothing happens to it; removing it ends the wait of the thread.
        _own = AddWatch(queue, "/", SelfDeleted);
        _thread = new Thread(Listen) { IsBackground = true, Name = "log inotify" };
        _thread.Start();
    }

    /// <summary>Begins; null with the reason where the node has no instance left.</summary>
    /// <param name="changed">
    /// Called on a thread of its own, with whether names have changed; once, and then not before <see cref="Want"/>. What happens in
    /// between waits in the kernel, where equal events become one.
    /// </param>
    public static Inotify? TryStart(Action<bool> changed, out string reason)
    {
        var queue = Init(CloseOnExec);
        if (queue.IsInvalid)
        {
            reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            queue.Dispose();
            return null;
        }

        reason = "";
        return new Inotify(queue, changed);
    }

    /// <summary>Watches what is written to a file, under whatever name it goes on; false where that cannot be had.</summary>
    public bool WatchFile(string path) => AddWatch(_queue, path, Modified | SelfMoved) >= 0;

    /// <summary>Watches which names come into a directory and leave it; false where that cannot be had.</summary>
    public bool WatchDirectory(string path) => AddWatch(_queue, path, MovedFrom | MovedTo | Created | Deleted | DirectoryOnly) >= 0;

    /// <summary>Asks for the next call.</summary>
    public void Want() => _wanted.Set();

    public void Dispose()
    {
        _isDisposed = true;
        _wanted.Set();
        _ = RemoveWatch(_queue, _own);
        _thread.Join();
        _queue.Dispose();
        _wanted.Dispose();
    }

    private void Listen()
    {
        Span<byte> events = stackalloc byte[8 * 1024];
        while (!_isDisposed)
        {
            var length = ReadQueue(_queue, ref MemoryMarshal.GetReference(events), events.Length);
            if (length < 0 && Marshal.GetLastPInvokeError() == Interrupted)
            {
                continue;
            }

            if (length <= 0 || _isDisposed)
            {
                return;
            }

            _changed(HasNames(events[..(int)length]));
            _wanted.WaitOne();
        }
    }

    private static bool HasNames(ReadOnlySpan<byte> events)
    {
        while (events.Length >= EventHeader)
        {
            if ((MemoryMarshal.Read<uint>(events[4..]) & NamesChanged) != 0)
            {
                return true;
            }

            events = events[(EventHeader + MemoryMarshal.Read<int>(events[12..]))..];
        }

        return false;
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial SafeFileHandle Init(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddWatch(SafeFileHandle queue, string path, uint events);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    private static partial int RemoveWatch(SafeFileHandle queue, int watch);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadQueue(SafeFileHandle queue, ref byte into, nint length);
}
