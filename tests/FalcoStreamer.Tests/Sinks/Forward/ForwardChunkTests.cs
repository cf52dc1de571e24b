using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Forward;
using FalcoStreamer.Storage;
using FalcoStreamer.Tests.Sinks.Otlp;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Sinks.Forward;

public sealed class ForwardChunkTests
{
    private readonly ForwardChunkEncoder _encoder = new("forward");

    [Fact]
    public void GivesBackTheBodies_WhateverIsInThem()
    {
        byte[][] bodies = [.. Recordings.HttpBodies(), Encoding.UTF8.GetBytes("{\n \"rule\": \"R\",\r\n \"priority\": \"Debug\", \"time\": \"2025-01-01T10:00:00Z\" }\n")];

        var chunks = Encode([.. bodies.Select(body => OtlpScene.Record(FalcoAlert.FromJson(body)))]);

        var read = chunks.SelectMany(chunk => ForwardChunk.Read(chunk.Bytes)).Select(body => Encoding.UTF8.GetString(body.Span)).ToList();
        Assert.Equal(bodies.Select(Encoding.UTF8.GetString).Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
        Assert.Equal(bodies.Length, chunks.Sum(chunk => chunk.Records));
        Assert.All(chunks, chunk => Assert.InRange(chunk.Bytes.Length, 1, ForwardChunkEncoder.ChunkLimit));
    }

    [Fact]
    public void KeepsPrioritiesApart_AndSaysWhenTheOldestCame()
    {
        var late = OtlpScene.Record(Some.Alert(priority: Priority.Critical, time: Some.Time + TimeSpan.FromSeconds(5)));
        var early = OtlpScene.Record(Some.Alert(priority: Priority.Critical));
        var other = OtlpScene.Record(Some.Alert(priority: Priority.Debug));

        var chunks = Encode([late, other, early]);

        Assert.Equal([(Priority.Critical, 2, early.Received), (Priority.Debug, 1, other.Received)], chunks.Select(chunk => (chunk.Priority, chunk.Records, chunk.Oldest)));
        Assert.Empty(Encode([]));
    }

    [Fact]
    public void LeavesIncidentsOut() => Assert.Empty(Encode([SomeReport.Record(SomeReport.Of())]));

    [Fact]
    public void GivesALargeAlertAChunkOfItsOwn()
    {
        var large = OtlpScene.Record(Some.Alert(output: new string('x', ForwardChunkEncoder.ChunkLimit)));

        var chunks = Encode([OtlpScene.Record(Some.Alert()), large, OtlpScene.Record(Some.Alert())]);

        Assert.Equal([1, 1, 1], chunks.Select(chunk => chunk.Records));
    }

    [Fact]
    public void IsRefusedForGood_WhenItIsDamaged()
    {
        var chunk = Assert.Single(Encode([OtlpScene.Record(Some.Alert())])).Bytes;

        Assert.All(Enumerable.Range(1, chunk.Length - 1), length => Assert.False(Assert.Throws<SinkException>(() => ForwardChunk.Read(chunk[..length])).IsTransient));
        Assert.Throws<SinkException>(() => ForwardChunk.Read(new byte[] { 255, 255, 255, 255, 1 }));
    }

    private List<OutboxChunk> Encode(IReadOnlyList<SinkRecord> records)
    {
        var chunks = new List<OutboxChunk>();
        foreach (var record in records)
        {
            _encoder.Add(record);
        }

        _encoder.Drain(chunks);
        return chunks;
    }
}
