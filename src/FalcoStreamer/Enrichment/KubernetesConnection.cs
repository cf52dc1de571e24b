using System.Net;
using FalcoStreamer.Telemetry;
using k8s;
using k8s.Exceptions;
using k8s.KubeConfigModels;

namespace FalcoStreamer.Enrichment;

/// <summary>
/// The way to the API server: as a pod's service account, or as a kubeconfig says. The token is read again by itself, but the client library
/// reads certificates only once (contracts/dotnet.md, "Traps"), so a new client is made when they change and when the server says 401.
/// </summary>
/// <remarks>Nothing is read or opened before the first request. Safe for several threads.</remarks>
internal sealed class KubernetesConnection(KubernetesOptions options, TimeProvider clock, AgentTelemetry telemetry) : IKubernetesApi, IDisposable
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private Kubernetes? _client;
    private WatchedFiles _files = new([]);
    private long _checked;
    private bool _isRefused;

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var client = Client();
        request.RequestUri = new Uri(client.BaseUri, request.RequestUri ?? throw new ArgumentException("The request has no URI.", nameof(request)));
        request.Version = HttpVersion.Version20;
        if (client.Credentials is { } credentials)
        {
            await AddCredentialsAsync(request, credentials, cancellation);
        }

        var response = await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            lock (_gate)
            {
                _isRefused |= client == _client;
            }
        }

        return response;
    }

    public void Dispose() => _client?.Dispose();

    private static async Task AddCredentialsAsync(
        HttpRequestMessage request,
        k8s.Authentication.ServiceClientCredentials credentials,
        CancellationToken cancellation)
    {
        try
        {
            await credentials.ProcessHttpRequestAsync(request, cancellation);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HttpRequestException($"The token for the API server cannot be read: {exception.Message}", exception);
        }
    }

    private Kubernetes Client()
    {
        lock (_gate)
        {
            if (_client is not null && !_isRefused && (clock.GetElapsedTime(_checked) < CheckEvery || !FilesHaveChanged()))
            {
                return _client;
            }

            try
            {
                // The old client is left to the garbage collector: a watch may still be reading from it.
                (_client, _files) = Connect();
                _checked = clock.GetTimestamp();
                _isRefused = false;
                telemetry.ApiClientMade();
            }
            catch (Exception exception) when (exception is KubeConfigException or IOException or UnauthorizedAccessException
                or FormatException or System.Security.Cryptography.CryptographicException or YamlDotNet.Core.YamlException)
            {
                telemetry.ApiClientNotMade(exception.Message);
                if (_client is null)
                {
                    throw new HttpRequestException($"There is no way to the API server: {exception.Message}", exception);
                }
            }

            return _client;
        }
    }

    private bool FilesHaveChanged()
    {
        _checked = clock.GetTimestamp();
        return _files.HaveChanged();
    }

    private (Kubernetes Client, WatchedFiles Files) Connect()
    {
        if (options.Kubeconfig is not { } path)
        {
            if (!KubernetesClientConfiguration.IsInCluster())
            {
                throw new KubeConfigException("this is no pod with a service account; set kubernetes.kubeconfig, or kubernetes.enabled to false");
            }

            // Before the reading: a change in between is then seen as one.
            var account = new WatchedFiles(["/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"]);
            return (new Kubernetes(KubernetesClientConfiguration.InClusterConfig()), account);
        }

        var alone = new WatchedFiles([path]);
        // The library's own reader of files fails on an empty one with a NullReferenceException.
        using var file = File.OpenRead(path);
        var kubeconfig = KubernetesClientConfiguration.LoadKubeConfig(file) ?? throw new KubeConfigException($"{path} is empty");
        kubeconfig.FileName = Path.GetFullPath(path);
        var files = alone.HaveChanged() ? alone : new WatchedFiles([path, .. FilesOf(kubeconfig, path)]);
        return (new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigObject(kubeconfig)), files);
    }

    private static IEnumerable<string> FilesOf(K8SConfiguration kubeconfig, string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        var authorities = (kubeconfig.Clusters ?? []).Select(cluster => cluster.ClusterEndpoint?.CertificateAuthority);
        var certificates = (kubeconfig.Users ?? []).SelectMany(user => new[] { user.UserCredentials?.ClientCertificate, user.UserCredentials?.ClientKey });
        return authorities.Concat(certificates).Where(file => !string.IsNullOrEmpty(file)).Select(file => Path.Combine(folder, file!));
    }
}
