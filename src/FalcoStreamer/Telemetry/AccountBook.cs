using System.Collections.Concurrent;

namespace FalcoStreamer.Telemetry;

/// <summary>Counts for <see cref="Accounts"/>. For several threads.</summary>
internal sealed class AccountBook
{
    private readonly ConcurrentDictionary<string, Page> _sources = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Page> _sinks = new(StringComparer.Ordinal);

    public Page Source(string name) => _sources.GetOrAdd(name, _ => new Page());

    public Page Sink(string name) => _sinks.GetOrAdd(name, _ => new Page());

    /// <param name="alertsHeld">How many alerts are on their way to the sinks.</param>
    /// <param name="heldBy">How many records wait for a sink.</param>
    public Accounts Read(long alertsHeld, Func<string, long> heldBy) => new(
        [.. InOrder(_sources).Select(source => source.Value.ReadWithRest(source.Key))],
        alertsHeld,
        [.. InOrder(_sinks).Select(sink => sink.Value.Read(sink.Key, heldBy(sink.Key)))]);

    private static IOrderedEnumerable<KeyValuePair<string, Page>> InOrder(ConcurrentDictionary<string, Page> pages) =>
        pages.OrderBy(page => page.Key, StringComparer.Ordinal);

    /// <summary>The counts of one source or sink.</summary>
    internal sealed class Page
    {
        private readonly ConcurrentDictionary<string, long> _dropped = new(StringComparer.Ordinal);
        private long _received;
        private long _delivered;
        private long _collapsed;

        public void Received(long count) => Interlocked.Add(ref _received, count);

        public void Delivered(long count) => Interlocked.Add(ref _delivered, count);

        public void Collapsed(long count) => Interlocked.Add(ref _collapsed, count);

        /// <param name="reason">From a closed set.</param>
        public void Dropped(string reason, long count) => _dropped.AddOrUpdate(reason, count, (_, before) => before + count);

        public Account Read(string name, long held) => new(
            name,
            Interlocked.Read(ref _received),
            Interlocked.Read(ref _delivered),
            Interlocked.Read(ref _collapsed),
            _dropped.ToDictionary(reason => reason.Key, reason => reason.Value, StringComparer.Ordinal),
            held);

        /// <summary>The account with everything that is nowhere else counted as held.</summary>
        public Account ReadWithRest(string name)
        {
            var account = Read(name, held: 0);
            return account with { Held = account.Missing };
        }
    }
}
