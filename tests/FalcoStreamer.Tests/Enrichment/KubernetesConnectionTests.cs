using FalcoStreamer.Enrichment;
using FalcoStreamer.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Enrichment;

public sealed class KubernetesConnectionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("falcostreamer-");
    private readonly TelemetryProbe _probe = new();

    public void Dispose()
    {
        _probe.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task SaysWhatIsMissing_WhenThereIsNoWay()
    {
        using var connection = new KubernetesConnection(new KubernetesOptions { Kubeconfig = Path.Combine(_folder.FullName, "none") }, TimeProvider.System, _probe.Telemetry);
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/pods");

        var exception = await Assert.ThrowsAsync<HttpRequestException>(() => connection.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.StartsWith("There is no way to the API server: ", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing")]
    [InlineData("][")]
    [InlineData("current-context: none")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: c}}], clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1', certificate-authority-data: AAAA}}]}")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: c}}], clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1', certificate-authority: none.crt}}]}")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: c}}]}")]
    [InlineData("a: 1")]
    public async Task SaysSo_WhenAKubeconfigCannotBeRead(string text)
    {
        var path = Path.Combine(_folder.FullName, "kubeconfig");
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        using var connection = new KubernetesConnection(new KubernetesOptions { Kubeconfig = path }, TimeProvider.System, _probe.Telemetry);
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/pods");

        await Assert.ThrowsAsync<HttpRequestException>(() => connection.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Single(_probe.Lines(205));
    }

    [Fact]
    public async Task MakesANewClient_WhenItsFilesHaveChanged_AtMostOnceAMinute()
    {
        var clock = new FakeTimeProvider();
        await using var cluster = new WatchedCluster(clock);
        await cluster.Api.StartAsync();
        cluster.Connect();
        await AskAsync(cluster);
        cluster.Api.Token = "a-longer-token-than-before";
        cluster.RenewKubeconfig();

        clock.Advance(TimeSpan.FromSeconds(59));
        cluster.Api.Token = "the-agents-token";
        await AskAsync(cluster);
        Assert.Single(cluster.Probe.Lines(204));

        clock.Advance(TimeSpan.FromSeconds(1));
        cluster.Api.Token = "a-longer-token-than-before";
        Assert.Equal(System.Net.HttpStatusCode.OK, await AskAsync(cluster));
        Assert.Equal(2, cluster.Probe.Lines(204).Count);
    }

    [Fact]
    public void SeesThatKubernetesHasReplacedAMountedFile()
    {
        var (one, two) = (_folder.CreateSubdirectory("..one"), _folder.CreateSubdirectory("..two"));
        foreach (var version in new[] { one, two })
        {
            var file = Path.Combine(version.FullName, "ca.crt");
            File.WriteAllText(file, "same");
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        }

        var data = Path.Combine(_folder.FullName, "..data");
        var ca = Path.Combine(_folder.FullName, "ca.crt");
        Directory.CreateSymbolicLink(data, one.FullName);
        File.CreateSymbolicLink(ca, Path.Combine(data, "ca.crt"));
        var files = new WatchedFiles([ca]);
        Assert.False(files.HaveChanged());

        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, two.FullName);

        Assert.True(files.HaveChanged());
    }

    [Theory]
    [InlineData(1, 0, null, 0.8)]
    [InlineData(1, 1, null, 1.2)]
    [InlineData(2, 0, null, 1.6)]
    [InlineData(6, 0, null, 25.6)]
    [InlineData(6, 1, null, 30)]
    [InlineData(1_000_000, 1, null, 30)]
    [InlineData(1, 0, 5, 5)]
    [InlineData(1, 0, 3600, 120)]
    public void WaitsLongerAfterEachFailure(int failures, double spread, int? wish, double seconds) =>
        Assert.Equal(seconds, ReconnectPause.Usual.After(failures, spread, wish is { } wanted ? TimeSpan.FromSeconds(wanted) : null).TotalSeconds, 6);

    private static async Task<System.Net.HttpStatusCode> AskAsync(WatchedCluster cluster)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/pods");
        using var response = await cluster.Connection.SendAsync(request, cluster.Stop);
        return response.StatusCode;
    }
}
