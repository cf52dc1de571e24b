using FalcoStreamer.Alerts;
using FalcoStreamer.Sources;
using FalcoStreamer.Sources.Log;
using FalcoStreamer.Storage;
using FalcoStreamer.Storage.Sqlite;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Storage;

public sealed class SqliteStorageTests : IDisposable
{
    private readonly ScratchDirectory _directory = new();
    private readonly TelemetryProbe _probe = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly MetricCollector<long> _records;

    public SqliteStorageTests() => _records = _probe.Collect("falcostreamer.sink.records");

    public void Dispose()
    {
        _records.Dispose();
        _probe.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task KeepsWhatWasAccepted_UntilItIsJudged()
    {
        await using (var storage = await OpenAsync())
        {
            var accepted = await AcceptAsync(storage, Some.Alert("A"), Some.Alert("B"), Some.Alert("C"));
            await storage.CommitAsync(TurnOf(judged: [accepted[1]]));
        }

        await using var next = await OpenAsync();
        var left = TakeLeft(next);
        Assert.Equal(["A", "C"], left.Unjudged.Select(alert => alert.Alert.Rule));
        Assert.All(left.Unjudged, alert => Assert.Equal(("http", Some.Time), (alert.Source, alert.Received)));
        Assert.Equal([Some.Alert("B").Id], left.KnownAlerts);
    }

    [Fact]
    public async Task KeepsAnAlertAsItWasSent_HoweverItCame()
    {
        var alerts = Recordings.GrpcAlerts().Concat(Recordings.HttpAlerts()).ToArray();
        await using (var storage = await OpenAsync())
        {
            await AcceptAsync(storage, alerts);
        }

        await using var next = await OpenAsync();
        var left = TakeLeft(next).Unjudged;
        Assert.Equal(alerts.Select(alert => (alert.Id, alert.Encoding)), left.Select(alert => (alert.Alert.Id, alert.Alert.Encoding)));
        Assert.All(alerts.Zip(left), pair => Assert.True(pair.First.Bytes.Span.SequenceEqual(pair.Second.Alert.Bytes.Span)));
    }

    [Fact]
    public async Task KeepsOpenIncidentsWithTheirAlerts_UntilTheyClose()
    {
        var open = new IncidentState("open", 7, Some.Time, Some.Time + TimeSpan.FromSeconds(1), [5, 2], HasUntold: true);
        await using (var storage = await OpenAsync())
        {
            var accepted = await AcceptAsync(storage, Some.Alert("A"), Some.Alert("B"));
            var turn = TurnOf(judged: [.. accepted]);
            turn.Kept.AddRange([new KeptAlert(accepted[0].Number, "open"), new KeptAlert(accepted[1].Number, "over")]);
            turn.Incidents.AddRange([open, open with { Id = "over" }]);
            await storage.CommitAsync(turn);
            turn.Clear();
            turn.Closed.Add("over");
            await storage.CommitAsync(turn);
        }

        await using var next = await OpenAsync();
        var left = TakeLeft(next);
        Assert.Equal(("A", "open"), (Assert.Single(left.Kept).Alert.Alert.Rule, left.Kept[0].IncidentId));
        Assert.Equivalent(open, Assert.Single(left.Incidents), strict: true);
        Assert.Empty(left.Unjudged);
    }

    [Fact]
    public async Task KeepsTheOutbox_UntilItsSinkHasTakenIt()
    {
        await using (var storage = await OpenAsync())
        {
            await storage.CommitAsync(TurnOf(chunks: [SomeChunks.Chunk(1, records: 3), SomeChunks.Chunk(2, sink: "other"), SomeChunks.Chunk(3)]));
            var outbox = storage.OutboxOf("fake");
            var read = await outbox.ReadAsync(100, TestContext.Current.CancellationToken);
            Assert.Equal([1], read.Select(SomeChunks.NumberOf));
            Assert.Equal(3, await outbox.RemoveAsync(read));
        }

        await using var next = await OpenAsync();
        Assert.Equal([3], await ReadAsync(next, "fake"));
        Assert.Equal([2], await ReadAsync(next, "other"));
        Assert.Equal(1, next.OutboxOf("fake").Depth.Records);
    }

    [Fact]
    public async Task KeepsTheBytesAndFactsOfAChunk()
    {
        var chunk = SomeChunks.Chunk(5, Priority.Critical, bytes: 70_000, records: 9);
        await using var storage = await OpenAsync();
        await storage.CommitAsync(TurnOf(chunks: [chunk]));

        var read = Assert.Single(await storage.OutboxOf("fake").ReadAsync(1, TestContext.Current.CancellationToken));

        Assert.Equal((chunk.Priority, chunk.Records, chunk.Oldest), (read.Priority, read.Records, read.Oldest));
        Assert.True(chunk.Bytes.Span.SequenceEqual(read.Bytes.Span));
    }

    [Fact]
    public async Task KeepsThePlaceOfALogWithItsAlerts()
    {
        await using (var storage = await OpenAsync())
        {
            await storage.AcceptAsync(new AlertBatch([Some.Alert("A")], [new LogPlace("/a", 1, 10, ulong.MaxValue), new LogPlace("/b", 2, 20, 0)]), "log", Some.Time);
            await storage.AcceptAsync(new AlertBatch([], [new LogPlace("/a", 1, 30, 7, IsFinished: true), new LogPlace("/b", 2, 20, 0, IsGone: true)]), "log", Some.Time);
        }

        await using var next = await OpenAsync();
        Assert.Equal([new LogPlace("/a", 1, 30, 7, IsFinished: true)], await next.LogPlaces.LoadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task KnowsHowFarAnotherAgentHasReadALog_ThatHasNotEndedYet()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await first.AcceptAsync(new AlertBatch([], [new LogPlace("/a", 1, 30, 7), new LogPlace("/b", 2, 5, 7)]), "log", Some.Time);
        await second.AcceptAsync(new AlertBatch([], [new LogPlace("/a", 1, 20, 7), new LogPlace("/b", 2, 9, 7)]), "log", Some.Time);

        var places = await second.LogPlaces.LoadAsync(TestContext.Current.CancellationToken);

        Assert.Equal([("/a", 30), ("/b", 9)], places.Select(place => (place.Path, place.Offset)).Order());
    }

    [Fact]
    public async Task RemembersTheLastAlerts_NotAll()
    {
        await using (var storage = await OpenAsync())
        {
            for (var i = 0; i < 70; i++)
            {
                var turn = new Turn();
                turn.Known.AddRange(Enumerable.Range(0, 1_000).Select(number => new AlertId((ulong)i, (ulong)number)));
                await storage.CommitAsync(turn);
            }
        }

        await using var next = await OpenAsync();
        var known = TakeLeft(next).KnownAlerts;
        Assert.InRange(known.Count, Recovered.MostKnown - 1_000, Recovered.MostKnown);
        Assert.Equal(new AlertId(69, 999), known[^1]);
    }

    [Fact]
    public async Task DropsTheLeastSeriousFirst_WhenItsRoomIsFull()
    {
        await using var storage = await OpenAsync(maxBytes: 16 * 1024 * 1024);
        await storage.CommitAsync(TurnOf(chunks: [SomeChunks.Chunk(1, Priority.Critical, 60_000)]));
        for (var number = 2; number < 500; number++)
        {
            var priority = number % 2 == 0 ? Priority.Debug : Priority.Warning;
            await storage.CommitAsync(TurnOf(chunks: [SomeChunks.Chunk(number, priority, 60_000)]));
        }

        var waiting = await ReadAsync(storage, "fake", maxBytes: 100_000_000);

        Assert.Equal(1, waiting[0]);
        Assert.Equal(499, waiting[^1]);
        Assert.All(waiting.Skip(1).SkipLast(1), number => Assert.Equal(1, number % 2));
        Assert.Equal(waiting.Count, storage.OutboxOf("fake").Depth.Records);
        Assert.Equal(499 - waiting.Count, _records.GetMeasurementSnapshot().Sum(measured => measured.Value));
        Assert.InRange(SizeOnDisk(), 8 * 1024 * 1024, 16 * 1024 * 1024);
    }

    [Fact]
    public async Task SetsADamagedDatabaseAside_AndBeginsANewOne()
    {
        await using (var storage = await OpenAsync())
        {
            await AcceptAsync(storage, Recordings.HttpAlerts().ToArray());
        }

        OverwriteAPage();

        await using var next = await OpenAsync();
        await AcceptAsync(next, Some.Alert("A"));
        Assert.Empty(TakeLeft(next).Unjudged);
        Assert.Single(Directory.GetFiles(_directory.Path, "*.damaged-*"));
        Assert.Single(_probe.Lines(602));
    }

    [Fact]
    public async Task LeavesADatabaseAlone_ThatANewerProgramHasWritten()
    {
        using (var newer = StorageFile.Open(_directory.File("alerts-newer.db"), readOnly: false))
        using (var command = newer.CreateCommand())
        {
            command.CommandText = "CREATE TABLE t(x); PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        await using var storage = await OpenAsync();
        await AcceptAsync(storage, Some.Alert("A"));

        Assert.True(File.Exists(_directory.File("alerts-newer.db")));
        Assert.Contains("schema 99", _probe.Lines(603)[0], StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(_directory.Path, "*.db").Length);
    }

    [Fact]
    public async Task OpensANewDatabase_WhenAnotherAgentHasTheOneThatIsThere()
    {
        await using var first = await OpenAsync();
        await AcceptAsync(first, Some.Alert("A"));

        await using var second = await OpenAsync();
        await AcceptAsync(second, Some.Alert("B"));

        Assert.Empty(TakeLeft(second).Unjudged);
        Assert.Equal(2, Directory.GetFiles(_directory.Path, "*.db").Length);
    }

    [Fact]
    public async Task TakesOver_WhatAnotherAgentLeavesWhileItRuns()
    {
        var first = await OpenAsync();
        var second = await OpenAsync();
        TakeLeft(second);
        await AcceptAsync(second, Some.Alert("B"));
        await second.CommitAsync(TurnOf(chunks: [SomeChunks.Chunk(2)]));
        await AcceptAsync(first, Some.Alert("A"));
        await first.CommitAsync(TurnOf(chunks: [SomeChunks.Chunk(1)]));
        await first.DisposeAsync();

        var left = await TakeLeftLaterAsync(second);

        Assert.Equal("A", Assert.Single(left.Unjudged).Alert.Rule);
        Assert.Equal([2, 1], await ReadAsync(second, "fake"));
        Assert.Single(Directory.GetFiles(_directory.Path, "*.db"));
        Assert.Single(Directory.GetFiles(_directory.Path, "*.lock"));
        // Its number is free here, so it leaves the inbox like one of our own.
        await second.CommitAsync(TurnOf(judged: [left.Unjudged[0]]));
        await second.DisposeAsync();
        await using var third = await OpenAsync();
        Assert.Equal(["B"], TakeLeft(third).Unjudged.Select(alert => alert.Alert.Rule));
    }

    [Fact]
    public async Task LosesNothingOfWhatWasCommitted_WhereverAWriteBreaksOff()
    {
        using var broken = new ScratchDirectory();
        await using (var storage = await OpenAsync())
        {
            foreach (var alert in Recordings.HttpAlerts().Take(40))
            {
                await AcceptAsync(storage, alert);
            }

            // As a killed process leaves them: with everything in the write-ahead log.
            foreach (var file in Directory.GetFiles(_directory.Path).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
            {
                File.Copy(file, broken.File(Path.GetFileName(file)));
            }
        }

        var wal = Directory.GetFiles(broken.Path, "*-wal").Single();
        var whole = await File.ReadAllBytesAsync(wal, TestContext.Current.CancellationToken);
        var random = new Random(1);
        var counts = new List<(int Length, int Alerts)>();
        for (var i = 0; i < 200; i++)
        {
            using var copy = new ScratchDirectory();
            var length = random.Next(whole.Length);
            File.Copy(wal[..^4], copy.File("alerts-a.db"));
            await File.WriteAllBytesAsync(copy.File("alerts-a.db-wal"), whole[..length], TestContext.Current.CancellationToken);
            await using var storage = await SqliteStorage.OpenAsync(new StorageOptions { Path = copy.Path }, _clock, _probe.Telemetry);
            counts.Add((length, TakeLeft(storage).Unjudged.Count));
        }

        Assert.Empty(_probe.Lines(602));
        var byLength = counts.OrderBy(count => count.Length).Select(count => count.Alerts).ToList();
        Assert.Equal(byLength.Order(), byLength);
        Assert.True(byLength[^1] > 30);
    }

    [Fact]
    public async Task GoesOnInMemory_WhenTheDiskCannotBeWritten_AndOnTheDisk_WhenItCan()
    {
        await using var storage = await OpenAsync();
        await storage.CommitAsync(TurnOf(chunks: [SomeChunks.Chunk(1)]));
        using (Hold())
        {
            var accepted = await AcceptAsync(storage, Some.Alert("A"));
            await storage.CommitAsync(TurnOf(judged: [.. accepted], chunks: [SomeChunks.Chunk(2)]));
            Assert.Equal(2, storage.OutboxOf("fake").Depth.Records);
            Assert.Single(_probe.Lines(604));
        }

        _clock.Advance(TimeSpan.FromSeconds(2));
        await storage.CommitAsync(TurnOf(chunks: [SomeChunks.Chunk(3)]));

        Assert.Equal([1, 3], await ReadAsync(storage, "fake", remove: true));
        Assert.Equal([2], await ReadAsync(storage, "fake", remove: true));
        Assert.Single(_probe.Lines(605));
    }

    private Task<SqliteStorage> OpenAsync(long maxBytes = 256 * 1024 * 1024) =>
        SqliteStorage.OpenAsync(new StorageOptions { Path = _directory.Path, MaxBytes = maxBytes }, _clock, _probe.Telemetry);

    private static async Task<IReadOnlyList<ReceivedAlert>> AcceptAsync(SqliteStorage storage, params FalcoAlert[] alerts) =>
        await storage.AcceptAsync(new AlertBatch(alerts), "http", Some.Time);

    private static Recovered TakeLeft(SqliteStorage storage)
    {
        Assert.True(storage.TryTakeLeft(out var left));
        Assert.False(storage.TryTakeLeft(out _));
        return left;
    }

    private async Task<Recovered> TakeLeftLaterAsync(SqliteStorage storage)
    {
        Recovered? left;
        while (!storage.TryTakeLeft(out left))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            _clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        return left;
    }

    private static async Task<IReadOnlyList<int>> ReadAsync(SqliteStorage storage, string sink, int maxBytes = 10_000, bool remove = false)
    {
        var chunks = await storage.OutboxOf(sink).ReadAsync(maxBytes, TestContext.Current.CancellationToken);
        if (remove)
        {
            await storage.OutboxOf(sink).RemoveAsync(chunks);
        }

        return [.. chunks.Select(SomeChunks.NumberOf)];
    }

    private static Turn TurnOf(IReadOnlyList<ReceivedAlert>? judged = null, IReadOnlyList<OutboxChunk>? chunks = null)
    {
        var turn = new Turn();
        turn.Judged.AddRange((judged ?? []).Select(alert => alert.Number));
        turn.Known.AddRange((judged ?? []).Select(alert => alert.Alert.Id));
        turn.Chunks.AddRange(chunks ?? []);
        return turn;
    }

    /// <summary>Keeps the database from being written, as a lock that another process holds.</summary>
    private Microsoft.Data.Sqlite.SqliteConnection Hold()
    {
        var connection = StorageFile.Open(Directory.GetFiles(_directory.Path, "*.db").Single(), readOnly: false);
        using var begin = connection.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        begin.ExecuteNonQuery();
        return connection;
    }

    private void OverwriteAPage()
    {
        using var file = new FileStream(Directory.GetFiles(_directory.Path, "*.db").Single(), FileMode.Open);
        file.Position = 3 * 4096;
        file.Write(Enumerable.Repeat((byte)0xAB, 4096).ToArray());
    }

    private long SizeOnDisk() => Directory.GetFiles(_directory.Path).Sum(file => new FileInfo(file).Length);
}
