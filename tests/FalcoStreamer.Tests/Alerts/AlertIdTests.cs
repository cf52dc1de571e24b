using FalcoStreamer.Alerts;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Alerts;

public sealed class AlertIdTests
{
    [Fact]
    public void IsTheSame_WhenFalcoSentTheAlertByGrpcAndByHttp()
    {
        var grpc = Recordings.GrpcAlerts();
        var http = Recordings.HttpAlerts().Where(alert => !alert.SourceText.Is("internal"u8)).ToList();

        Assert.Equal(245, grpc.Count);
        Assert.Equal(grpc.Select(alert => alert.Id), http.Select(alert => alert.Id));
    }

    [Fact]
    public void DiffersBetweenAllRecordedAlerts()
    {
        var ids = Recordings.HttpAlerts().Select(alert => alert.Id).ToList();

        Assert.Equal(249, ids.Count);
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void IsTheSame_WhenTheOrderOfMembersDiffersOrFalcosidekickAddsItsOwn()
    {
        const string falco = """{"output":"o","priority":"Warning","rule":"r","time":"2025-01-01T10:00:00.100000000Z","output_fields":{"a":1,"b":"x"},"tags":["t"]}""";
        const string sidekick = """{"uuid":"u","rule":"r","tags":["t","more"],"output_fields":{"b":"x","a":1,"evt.time":5},"time":"2025-01-01T10:00:00.1Z","priority":"warning","output":"o"}""";

        Assert.Equal(IdOf(falco), IdOf(sidekick));
    }

    [Theory]
    [InlineData("""{"output":"o","priority":"Warning","rule":"r","time":"2025-01-01T10:00:00.000000002Z","output_fields":{"a":"1"}}""")]
    [InlineData("""{"output":"o","priority":"Error","rule":"r","time":"2025-01-01T10:00:00.000000001Z","output_fields":{"a":"1"}}""")]
    [InlineData("""{"output":"o","priority":"Warning","rule":"s","time":"2025-01-01T10:00:00.000000001Z","output_fields":{"a":"1"}}""")]
    [InlineData("""{"output":"p","priority":"Warning","rule":"r","time":"2025-01-01T10:00:00.000000001Z","output_fields":{"a":"1"}}""")]
    [InlineData("""{"output":"o","priority":"Warning","rule":"r","time":"2025-01-01T10:00:00.000000001Z","output_fields":{"a":"2"}}""")]
    [InlineData("""{"output":"o","priority":"Warning","rule":"r","time":"2025-01-01T10:00:00.000000001Z","output_fields":{"b":"1"}}""")]
    [InlineData("""{"output":"o","priority":"Warning","rule":"r","time":"2025-01-01T10:00:00.000000001Z","output_fields":{"a":"1","b":""}}""")]
    [InlineData("""{"output":"o","priority":"Warning","rule":"r","time":"2025-01-01T10:00:00.000000001Z","output_fields":{"a":"1"},"source":"x"}""")]
    [InlineData("""{"output":"o","priority":"Warning","rule":"r","time":"2025-01-01T10:00:00.000000001Z","output_fields":{"a":"1"},"hostname":"x"}""")]
    public void Differs_WhenAnythingThatFalcoSaysDiffers(string other)
    {
        const string alert = """{"output":"o","priority":"Warning","rule":"r","time":"2025-01-01T10:00:00.000000001Z","output_fields":{"a":"1"}}""";

        Assert.NotEqual(IdOf(alert), IdOf(other));
    }

    private static AlertId IdOf(string json) => FalcoAlert.FromJson(System.Text.Encoding.UTF8.GetBytes(json)).Id;
}
