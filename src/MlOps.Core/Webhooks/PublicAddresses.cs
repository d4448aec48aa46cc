using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace MlOps.Core;

/// <summary>Tells addresses of the public internet from all others (RFC 6890 and the registries of IANA behind it).</summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] Others =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(range => IPNetwork.Parse(range)),
    ];

    private static readonly IPNetwork[] Global = [IPNetwork.Parse("2000::/3")];

    // Within what is global: special purposes, documentation, and addresses that only wrap others.
    private static readonly IPNetwork[] Exceptions = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(range => IPNetwork.Parse(range))];

    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    internal static bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily is AddressFamily.InterNetwork) return !Array.Exists(Others, range => range.Contains(address));
        if (address.AddressFamily is not AddressFamily.InterNetworkV6) return false;
        if (Translated.Contains(address)) return Contains(new IPAddress(BinaryPrimitives.ReverseEndianness(BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes().AsSpan(12)))));
        return Array.Exists(Global, range => range.Contains(address)) && !Array.Exists(Exceptions, range => range.Contains(address));
    }
}
