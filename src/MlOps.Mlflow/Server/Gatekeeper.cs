using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace MlOps.Mlflow;

/// <summary>Decides who is answered, before anything is read or looked up.</summary>
internal sealed class Gatekeeper(MlflowOptions options)
{
    private static readonly string[] SetByProxies = ["X-Forwarded-For", "Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];

    /// <summary>Says why a request is not answered; null when it is.</summary>
    public string? Objection(HttpContext context)
    {
        var isOpen = options.AllowRemote || IsAuthorized(context);
        var host = context.Request.Host.Host;
        var isOwnName = IsOwnName(host);
        if (!isOpen && (!IsFromHere(context) || (!isOwnName && !IsListed(host))))
            return "Only callers on the same machine are answered. The server can name authorization policies in MlOps:Mlflow, or set MlOps:Mlflow:AllowRemote.";
        if (!isOwnName && options.AllowedHosts.Count > 0 && !IsListed(host)) return "The server is not called by this name. It can list its names in MlOps:Mlflow:AllowedHosts.";
        return IsForeignPage(context.Request) ? "Pages of other sites may not call. The server can list them in MlOps:Mlflow:AllowedOrigins." : null;
    }

    /// <summary>Says whether the endpoint asks for authorization, so that ASP.NET Core has decided already.</summary>
    private static bool IsAuthorized(HttpContext context) =>
        context.GetEndpoint()?.Metadata is { } metadata && metadata.GetMetadata<IAuthorizeData>() is not null && metadata.GetMetadata<IAllowAnonymous>() is null;

    private static bool IsFromHere(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress; // none in an in-process test server
        if (address is { IsIPv4MappedToIPv6: true }) address = address.MapToIPv4();
        if (address is not null && !IPAddress.IsLoopback(address)) return false;
        return !Array.Exists(SetByProxies, context.Request.Headers.ContainsKey); // a proxy on this machine
    }

    // A page of another site may have given its own name this address.
    private static bool IsOwnName(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host is "127.0.0.1" or "[::1]" or "::1";

    private bool IsListed(string host)
    {
        foreach (var allowed in options.AllowedHosts)
        {
            if (allowed == "*" || host.Equals(allowed, StringComparison.OrdinalIgnoreCase)) return true;
            if (allowed.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    // What a browser says of the page that sends the request. Other clients say nothing.
    private bool IsForeignPage(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (!StringValues.IsNullOrEmpty(origin))
        {
            if (origin.Count != 1) return true;
            var text = origin[0]!;
            return !text.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase) && !options.AllowedOrigins.Contains(text, StringComparer.OrdinalIgnoreCase);
        }

        return request.Headers.TryGetValue("Sec-Fetch-Site", out var site) && site == "cross-site" && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
    }

    /// <summary>Refuses a body that a form of another site could have sent.</summary>
    public static void CheckContentType(HttpRequest request, bool isBodyExpected)
    {
        if (request.Headers.ContentEncoding.Count > 0) throw WireException.Invalid("Bad Request. Content-Encoding is not supported.");
        if (request.ContentType is not { } type)
        {
            if (isBodyExpected || request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0) throw WireException.Invalid("Bad Request. Content-Type header is missing.");
            return;
        }

        if (type.Equals("application/json", StringComparison.OrdinalIgnoreCase)) return;
        if (!MediaTypeHeaderValue.TryParse(type, out var media) || !media.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            throw WireException.Invalid("Bad Request. Content-Type must be one of ['application/json'].");
        if (media.Charset.HasValue && !media.Charset.ToString().Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)) throw WireException.Invalid("Bad Request. The charset must be utf-8.");
    }
}
