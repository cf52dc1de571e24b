using System.Net;
using System.Net.NetworkInformation;
using FalcoStreamer.Sinks.Forward;
using FalcoStreamer.Sources.Http;

namespace FalcoStreamer.Configuration;

/// <summary>
/// Whether alerts would be forwarded to the port where we take them. It knows this host's own addresses only; what comes back by another way, such as
/// our own Service, is known already and goes no second round.
/// </summary>
internal static class ForwardLoop
{
    public static bool Exists(ForwardOptions forward, HttpSourceOptions source)
    {
        if (!forward.Enabled || !source.Enabled
            || !Uri.TryCreate(forward.Url, UriKind.Absolute, out var target) || !Uri.TryCreate(source.Address, UriKind.Absolute, out var own)
            || target.Port != own.Port)
        {
            return false;
        }

        var listensOnAll = IPAddress.TryParse(own.IdnHost, out var listening) && (listening.Equals(IPAddress.Any) || listening.Equals(IPAddress.IPv6Any));
        if (!IPAddress.TryParse(target.IdnHost, out var address))
        {
            return target.IsLoopback ? listensOnAll || own.IsLoopback
                : string.Equals(target.Host, own.Host, StringComparison.OrdinalIgnoreCase)
                || (listensOnAll && string.Equals(target.Host, Environment.MachineName, StringComparison.OrdinalIgnoreCase));
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
            ? listensOnAll || own.IsLoopback
            : address.Equals(listening) || (listensOnAll && IsOurs(address));
    }

    private static bool IsOurs(IPAddress address) => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(device => device.GetIPProperties().UnicastAddresses)
        .Any(unicast => unicast.Address.Equals(address));
}
