using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MlOps.Serving;

/// <summary>Decides who may read features and who may write them, before anything is read or looked up.</summary>
internal sealed class FeatureGatekeeper(FeatureServingOptions options)
{
    /// <summary>Says why a request is not answered; null when it is.</summary>
    public string? Objection(HttpContext context, bool writes)
    {
        var isOpen = writes
            ? options.WritePolicy is not null && LocalCallers.IsAuthorized(context)
            : options.AllowRemote || LocalCallers.IsAuthorized(context);
        if (!isOpen && !LocalCallers.IsLocal(context))
        {
            return writes
                ? "Only callers on the same machine may write. The server can name an authorization policy in MlOps:Serving:Features:WritePolicy."
                : "Only callers on the same machine are answered. The server can name an authorization policy in MlOps:Serving:Features:ReadPolicy, or set AllowRemote there.";
        }

        return IsForeignPage(context.Request) ? "Pages of other sites may not call. The server can list them in MlOps:Serving:Features:AllowedOrigins." : null;
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
}
