using System.Net;
using System.Net.Sockets;

namespace FalcoStreamer.Simulator;

/// <summary>
/// Ports for servers that must come back on the same one. They lie below the range that Linux gives to outgoing connections (from 32768), so that
/// no connection of a test beside it can sit on the port while its server is away.
/// </summary>
public static class LoopbackPort
{
    private const int First = 20_000;
    private const int Last = 32_000;

    /// <summary>A port of 127.0.0.1 on which nobody listens now.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            using var socket = new TcpListener(IPAddress.Loopback, port);
            try
            {
                socket.Start();
                return port;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one may be free.
            }
        }
    }
}
