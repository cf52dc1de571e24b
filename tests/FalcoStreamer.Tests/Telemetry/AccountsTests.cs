using FalcoStreamer.Telemetry;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Telemetry;

public sealed class AccountsTests
{
    private static readonly Account Whole = new("otlp", 12, 8, 1, new Dictionary<string, long> { ["refused"] = 1, ["dropped"] = 0 }, 2);

    [Fact]
    public void AddUp_WhenEverythingIsSomewhere()
    {
        Assert.Equal(0, Whole.Missing);
        Assert.True(new Accounts([], 0, [Whole]).AddUp);
        Assert.Equal("otlp received 12 = delivered 8 + collapsed 1 + dropped 1 (refused 1) + held 2", Whole.ToString());
    }

    [Theory]
    [InlineData(13, 1)]
    [InlineData(11, -1)]
    public void DoNotAddUp_WhenARecordIsNowhereOrTwice(long received, long missing)
    {
        var account = Whole with { Received = received };

        Assert.Equal(missing, account.Missing);
        Assert.False(new Accounts([], 0, [account]).AddUp);
    }

    [Fact]
    public void DoNotAddUp_WhenTheAlertsOfTheSourcesAreNotThoseOnTheirWay()
    {
        var grpc = Whole with { Name = "grpc" };
        var http = Whole with { Name = "http", Received = 11, Held = 1 };

        Assert.True(new Accounts([grpc, http], 3, []).AddUp);
        Assert.False(new Accounts([grpc, http], 2, []).AddUp);
        // One cannot make up for the other.
        Assert.False(new Accounts([grpc with { Received = 14, Held = 4 }, http with { Received = 9, Held = -1 }], 3, []).AddUp);
    }

    [Fact]
    public void SaySourcesAndSinksOnOneLine()
    {
        var accounts = new Accounts([Whole with { Name = "grpc" }], 2, [Whole]);

        Assert.Equal(
            "source grpc received 12 = delivered 8 + collapsed 1 + dropped 1 (refused 1) + held 2; "
            + "sink otlp received 12 = delivered 8 + collapsed 1 + dropped 1 (refused 1) + held 2; alerts held 2",
            accounts.ToString());
    }

    [Fact]
    public void AreKeptByTheTelemetry()
    {
        using var probe = new TelemetryProbe();
        var telemetry = probe.Telemetry;
        telemetry.AlertsReceived("grpc", 5);
        telemetry.AlertsTakenOver("grpc", 1);
        telemetry.AlertJudged("grpc");
        telemetry.AlertRepeated("grpc");
        telemetry.AlertLost("grpc", "the agent has stopped");
        telemetry.WatchAlerts(() => 3);
        telemetry.WatchSink("otlp", () => new SinkBacklog(4, TimeSpan.FromSeconds(7)));
        telemetry.RecordsGiven("otlp", 9);
        telemetry.RecordsTakenOver("otlp", 1);
        telemetry.RecordsSent("otlp", 3, refused: 1);
        telemetry.RecordsDropped("otlp", 2);

        var accounts = telemetry.Accounts;

        Assert.Equal(
            "source grpc received 6 = delivered 1 + collapsed 1 + dropped 1 (lost 1) + held 3; "
            + "sink otlp received 10 = delivered 3 + collapsed 0 + dropped 3 (dropped 2, refused 1) + held 4; alerts held 3",
            accounts.ToString());
        Assert.True(accounts.AddUp);
        telemetry.AccountsClosed();
        Assert.Single(probe.Lines(908));
        telemetry.RecordsGiven("otlp", 1);
        telemetry.AccountsClosed();
        Assert.Single(probe.Lines(909));
    }
}
