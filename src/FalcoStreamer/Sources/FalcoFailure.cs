using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Grpc.Core;

namespace FalcoStreamer.Sources;

/// <summary>Says in a sentence why Falco cannot be reached over gRPC, and what would help.</summary>
internal static class FalcoFailure
{
    private const long NoError = 0; // HTTP/2's NO_ERROR

    private const string TlsRemedy =
        "Falco demands mutual TLS: sources.grpc.caFile must have signed Falco's cert_chain, and Falco's root_certs must have signed sources.grpc.certificateFile";

    /// <summary>Whether <paramref name="exception"/> is one that another attempt may not meet.</summary>
    public static bool MayPass(Exception exception) =>
        exception is RpcException or IOException or UnauthorizedAccessException or CryptographicException or InvalidOperationException
            or TimeoutException;

    /// <summary>Whether the connection was closed in good order, which .NET reports as an error if a stream's status was not read before.</summary>
    public static bool IsGracefulClose(RpcException exception) =>
        Deepest(exception.Status.DebugException) is HttpProtocolException { ErrorCode: NoError };

    /// <summary>Whether it looks like a Falco that has no gRPC: the service is unknown, or there is no socket.</summary>
    public static bool LooksLikeNoGrpc(Exception exception, GrpcSourceOptions options) =>
        exception is RpcException { StatusCode: StatusCode.Unimplemented } || SocketIsMissing(options);

    public static string Explain(Exception exception, GrpcSourceOptions options)
    {
        if (exception is RpcException { StatusCode: StatusCode.Unimplemented })
        {
            return "whoever answers there has no Falco gRPC service";
        }

        if (exception is not RpcException rpc)
        {
            return exception.Message;
        }

        if (SocketIsMissing(options))
        {
            return "there is no socket; is Falco running, with grpc.enabled and grpc_output.enabled, and its directory mounted here?";
        }

        var cause = Deepest(rpc.Status.DebugException);
        return cause switch
        {
            SocketException { SocketErrorCode: SocketError.AccessDenied } =>
                "access to the socket is denied; it belongs to root, and so must the agent's user be",
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "the connection is refused; is Falco running?",
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain } => $"the name is not known ({cause.Message})",
            AuthenticationException => $"TLS failed ({cause.Message}); {TlsRemedy}",
            // A certificate that Falco does not take shows in many ways: TLS 1.3 lets us believe in the connection until it breaks.
            _ when options.SocketPath is null => $"the connection broke ({cause?.Message ?? rpc.Status.Detail}); {TlsRemedy}",
            _ => $"{rpc.StatusCode}: {cause?.Message ?? rpc.Status.Detail}",
        };
    }

    private static bool SocketIsMissing(GrpcSourceOptions options) => options.SocketPath is { } path && !File.Exists(path);

    private static Exception? Deepest(Exception? exception)
    {
        while (exception?.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception;
    }
}
