using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Otlp;

namespace FalcoStreamer.Tests.Sinks.Otlp;

public sealed class OtlpSettingsTests
{
    [Fact]
    public void IsOff_WhenNothingNamesACollector() => Assert.Null(Read(new OtlpOptions(), "OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_ENDPOINT="));

    [Fact]
    public void IsOff_WhenItIsSwitchedOff() =>
        Assert.Null(Read(new OtlpOptions { Enabled = false }, "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_EXPORTER_OTLP_TIMEOUT=x"));

    [Fact]
    public void HasItsDefaults_WhenOnlyTheEndpointIsNamed()
    {
        var settings = Read(new OtlpOptions { Endpoint = "http://c:4317" }, "")!;

        Assert.Equal(new Uri("http://c:4317"), settings.Endpoint);
        Assert.Equal(OtlpProtocol.Grpc, settings.Protocol);
        Assert.True(settings.Gzip);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.Timeout);
        Assert.Empty(settings.Headers);
        Assert.Null(settings.Certificate);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317", "http://c:4317/")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://all:1 OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=https://logs:2", "https://logs:2/")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=c:4317", "https://c:4317/")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=c:4317 OTEL_EXPORTER_OTLP_INSECURE=true", "http://c:4317/")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=c:4317 OTEL_EXPORTER_OTLP_INSECURE=true OTEL_EXPORTER_OTLP_LOGS_INSECURE=false", "https://c:4317/")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=https://c:4317 OTEL_EXPORTER_OTLP_INSECURE=true", "https://c:4317/")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", "http://c:4318/v1/logs")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_ENDPOINT=http://c/otlp/", "http://c/otlp/v1/logs")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_ENDPOINT=http://c/v1/logs", "http://c/v1/logs")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://c/here", "http://c/here")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://c", "http://c/")]
    public void TakesTheEndpointFromTheEnvironment(string environment, string endpoint) =>
        Assert.Equal(endpoint, Read(new OtlpOptions(), environment)!.Endpoint.ToString());

    [Fact]
    public void TakesTheConfigurationFirst()
    {
        var options = new OtlpOptions
        {
            Endpoint = "http://configured:4318",
            Protocol = "http/protobuf",
            Compression = "none",
            Timeout = TimeSpan.FromSeconds(3),
            Headers = new() { ["A"] = "1" },
            Certificate = "ca.pem",
        };

        var settings = Read(
            options,
            "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://e OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_COMPRESSION=gzip"
            + " OTEL_EXPORTER_OTLP_TIMEOUT=5 OTEL_EXPORTER_OTLP_HEADERS=b=2 OTEL_EXPORTER_OTLP_CERTIFICATE=other.pem")!;

        Assert.Equal("http://configured:4318/v1/logs", settings.Endpoint.ToString());
        Assert.Equal(OtlpProtocol.HttpProtobuf, settings.Protocol);
        Assert.False(settings.Gzip);
        Assert.Equal(TimeSpan.FromSeconds(3), settings.Timeout);
        Assert.Equal("1", Assert.Single(settings.Headers).Value);
        Assert.Equal("ca.pem", settings.Certificate?.Value);
    }

    [Fact]
    public void TakesTheRestFromTheEnvironment()
    {
        var settings = Read(
            new OtlpOptions { Endpoint = "http://c:4317" },
            "OTEL_EXPORTER_OTLP_COMPRESSION=none OTEL_EXPORTER_OTLP_TIMEOUT=1500 OTEL_EXPORTER_OTLP_LOGS_HEADERS=X-Key=a%20b,c=d=e"
            + " OTEL_EXPORTER_OTLP_HEADERS=no=no OTEL_EXPORTER_OTLP_CLIENT_KEY=k.pem OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE=c.pem")!;

        Assert.False(settings.Gzip);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), settings.Timeout);
        Assert.Equal(new Dictionary<string, string> { ["x-key"] = "a b", ["c"] = "d=e" }, settings.Headers);
        Assert.Equal(new NamedSetting("OTEL_EXPORTER_OTLP_CLIENT_KEY", "k.pem"), settings.ClientKey);
        Assert.Equal(new NamedSetting("OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE", "c.pem"), settings.ClientCertificate);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=ftp://c", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT is not an address")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://me:secret@c", "OTEL_EXPORTER_OTLP_ENDPOINT is not an address")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_ENDPOINT=c:4318", "OTEL_EXPORTER_OTLP_ENDPOINT is not an address")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "OTEL_EXPORTER_OTLP_PROTOCOL is \"http/json\": it can be")]
    [InlineData("OTEL_EXPORTER_OTLP_COMPRESSION=zstd", "OTEL_EXPORTER_OTLP_COMPRESSION is \"zstd\": it can be")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT=10s", "OTEL_EXPORTER_OTLP_TIMEOUT is \"10s\": give milliseconds")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT=0", "OTEL_EXPORTER_OTLP_TIMEOUT is \"0\": give milliseconds")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=c:1 OTEL_EXPORTER_OTLP_INSECURE=maybe", "OTEL_EXPORTER_OTLP_INSECURE is \"maybe\"")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS=a=secret,secret", "OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS=a%0A=secret", "OTEL_EXPORTER_OTLP_HEADERS has a header whose name")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS=Content-Type=secret", "OTEL_EXPORTER_OTLP_HEADERS sets the header content-type")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS=a=secret%0A", "OTEL_EXPORTER_OTLP_HEADERS gives the header a a value")]
    [InlineData("OTEL_EXPORTER_OTLP_CLIENT_KEY=k.pem", "OTEL_EXPORTER_OTLP_CLIENT_KEY is set alone")]
    public void NamesWhatIsWrong_AndNoSecret(string environment, string message)
    {
        var exception = Assert.Throws<SinkSettingsException>(() => Read(new OtlpOptions(), "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 " + environment));

        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesTheKey_WhenTheConfigurationIsWrong()
    {
        var exception = Assert.Throws<SinkSettingsException>(() => Read(new OtlpOptions { Endpoint = "http://c", Protocol = "GRPC" }, ""));

        Assert.Equal("sinks.otlp.protocol is \"GRPC\": it can be \"grpc\" or \"http/protobuf\"", exception.Message);
    }

    [Fact]
    public void NamesTheFile_WhenACertificateCannotBeRead()
    {
        var settings = Read(new OtlpOptions { Endpoint = "https://c", Certificate = "no-such.pem" }, "")!;

        var exception = Assert.Throws<SinkSettingsException>(() => OtlpTransport.Create(settings, TimeProvider.System));

        Assert.StartsWith("sinks.otlp.certificate names no-such.pem, which is not a readable PEM file", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Reads settings with an environment written as <c>NAME=value NAME=value</c>; the last one counts.</summary>
    private static OtlpSettings? Read(OtlpOptions options, string environment)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .GroupBy(pair => pair[0])
            .ToDictionary(group => group.Key, group => group.Last()[1]);
        return OtlpSettings.From(options, name => variables.GetValueOrDefault(name));
    }
}
