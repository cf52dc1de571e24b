using Grpc.Core;

namespace FalcoStreamer.Sources;

/// <summary>
/// The method <c>sub</c> of <c>falco.outputs.service</c> (protos/falco/outputs.proto), whose responses stay the bytes that came.
/// </summary>
/// <remarks>
/// A generated message would throw inside the call, and so end the stream, where Falco's text is not valid UTF-8. Bytes become an alert
/// outside the call, where one that is none costs only itself.
/// </remarks>
internal static class FalcoOutputs
{
    /// <summary>Stands for <c>falco.outputs.request</c>, which is empty.</summary>
    public sealed class Request
    {
        public static readonly Request Instance = new();
    }

    public static Method<Request, byte[]> Sub { get; } = new(
        MethodType.DuplexStreaming,
        "falco.outputs.service",
        "sub",
        new Marshaller<Request>(static (_, context) => context.Complete([]), static _ => Request.Instance),
        new Marshaller<byte[]>(static (message, context) => context.Complete(message), static context => context.PayloadAsNewBuffer()));
}
