using FalcoStreamer.Alerts;
using FalcoStreamer.Storage;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Storage;

public sealed class MemoryOutboxTests
{
    private int _dropped;

    [Fact]
    public async Task GivesTheOldestFirst_WhateverTheirPriority()
    {
        var outbox = Outbox(1_000, SomeChunks.Chunk(1), SomeChunks.Chunk(2, Priority.Critical), SomeChunks.Chunk(3, Priority.Debug), SomeChunks.Chunk(4));

        Assert.Equal([1, 2, 3, 4], await ReadAsync(outbox, 1_000));
    }

    [Theory]
    [InlineData(50, new[] { 1 })]
    [InlineData(200, new[] { 1, 2 })]
    [InlineData(299, new[] { 1, 2 })]
    public async Task GivesAsMuchAsIsAskedFor_ButAtLeastOne(int maxBytes, int[] expected)
    {
        var outbox = Outbox(1_000, SomeChunks.Chunk(1), SomeChunks.Chunk(2), SomeChunks.Chunk(3));

        Assert.Equal(expected, await ReadAsync(outbox, maxBytes));
    }

    [Fact]
    public async Task KeepsWhatWasReadUntilItIsRemoved()
    {
        var outbox = Outbox(1_000, SomeChunks.Chunk(1, records: 3), SomeChunks.Chunk(2));
        var read = await outbox.ReadAsync(100, TestContext.Current.CancellationToken);

        Assert.Equal([1], await ReadAsync(outbox, 100));
        Assert.Equal(3, await outbox.RemoveAsync(read));
        Assert.Equal([2], await ReadAsync(outbox, 100));
    }

    [Fact]
    public async Task DropsTheLeastSeriousFirst_AndOfThoseTheOldest_WhenItIsFull()
    {
        var outbox = Outbox(
            400,
            SomeChunks.Chunk(1, Priority.Critical),
            SomeChunks.Chunk(2, Priority.Debug, records: 7),
            SomeChunks.Chunk(3, Priority.Notice, records: 5),
            SomeChunks.Chunk(4, Priority.Notice),
            SomeChunks.Chunk(5, Priority.Notice),
            SomeChunks.Chunk(6, Priority.Warning));

        Assert.Equal([1, 4, 5, 6], await ReadAsync(outbox, 1_000));
        Assert.Equal(12, _dropped);
    }

    [Fact]
    public async Task SaysWhatWasStillThere_WhenSomeWasDroppedWhileItWasSent()
    {
        var outbox = Outbox(200, SomeChunks.Chunk(1, Priority.Debug), SomeChunks.Chunk(2));
        var read = await outbox.ReadAsync(1_000, TestContext.Current.CancellationToken);
        outbox.Add(SomeChunks.Chunk(3));

        Assert.Equal(1, await outbox.RemoveAsync(read));
        Assert.Equal(1, _dropped);
        Assert.Equal([3], await ReadAsync(outbox, 1_000));
    }

    [Fact]
    public async Task Waits_UntilSomethingIsThere_AndEnds_WhenNothingWillBe()
    {
        var outbox = Outbox(1_000);
        var waiting = outbox.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(waiting.IsCompleted);

        outbox.Add(SomeChunks.Chunk(1));
        Assert.True(await waiting);

        outbox.Complete();
        Assert.True(await outbox.WaitAsync(TestContext.Current.CancellationToken));
        await outbox.RemoveAsync(await outbox.ReadAsync(1_000, TestContext.Current.CancellationToken));
        Assert.False(await outbox.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void SaysHowMuchWaits()
    {
        var depth = Outbox(1_000, SomeChunks.Chunk(2, records: 4), SomeChunks.Chunk(1, Priority.Critical, records: 2)).Depth;

        Assert.Equal(new OutboxDepth(6, Some.Time + TimeSpan.FromSeconds(2), 0.2), depth);
    }

    private MemoryOutbox Outbox(long maxBytes, params IReadOnlyList<OutboxChunk> chunks)
    {
        var outbox = new MemoryOutbox(maxBytes, count => _dropped += count);
        foreach (var chunk in chunks)
        {
            outbox.Add(chunk);
        }

        return outbox;
    }

    private static async Task<IEnumerable<int>> ReadAsync(MemoryOutbox outbox, int maxBytes) =>
        (await outbox.ReadAsync(maxBytes, TestContext.Current.CancellationToken)).Select(SomeChunks.NumberOf);
}
