using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MlOps.Serving;

/// <summary>Looks at the kinds of bodies.</summary>
internal static class ContentTypes
{
    /// <summary>Says whether a body is JSON in UTF-8 and not compressed, which a form of another site cannot send.</summary>
    public static bool IsPlainJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0) return false;
        if (request.ContentType is not { } type) return false;
        if (type.Equals("application/json", StringComparison.OrdinalIgnoreCase)) return true;
        return MediaTypeHeaderValue.TryParse(type, out var media)
            && media.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!media.Charset.HasValue || media.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || media.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
    }
}
