using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace MlOps.Serving;

/// <summary>Decides who is answered when nobody said who may call.</summary>
internal static class LocalCallers
{
    private static readonly string[] SetByProxies = ["X-Forwarded-For", "Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];

    /// <summary>Says whether the endpoint asks for authorization, so that ASP.NET Core has decided already.</summary>
    public static bool IsAuthorized(HttpContext context) =>
        context.GetEndpoint()?.Metadata is { } metadata && metadata.GetMetadata<IAuthorizeData>() is not null && metadata.GetMetadata<IAllowAnonymous>() is null;

    /// <summary>Says whether a request comes from this machine and was meant for it: a page of another site that gave its name this address is not.</summary>
    public static bool IsLocal(HttpContext context)
    {
        var request = context.Request;
        var address = context.Connection.RemoteIpAddress; // none in an in-process test server
        if (address is { IsIPv4MappedToIPv6: true }) address = address.MapToIPv4();
        if (address is not null && !IPAddress.IsLoopback(address)) return false;
        if (Array.Exists(SetByProxies, request.Headers.ContainsKey)) return false; // a proxy on this machine
        var host = request.Host.Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host is "127.0.0.1" or "[::1]" or "::1";
    }
}
