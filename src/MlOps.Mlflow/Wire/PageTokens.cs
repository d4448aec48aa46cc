using System.Buffers.Text;
using System.Text;

namespace MlOps.Mlflow;

/// <summary>Where a search goes on, as clients carry it: the store's own text in Base64, which they do not look into.</summary>
internal static class PageTokens
{
    public static string Write(string next) => Convert.ToBase64String(Encoding.UTF8.GetBytes(next));

    public static string? Read(string? token)
    {
        if (string.IsNullOrEmpty(token)) return null;
        if (!Base64.IsValid(token)) throw WireException.Invalid("Invalid page token, could not base64-decode");
        return Encoding.UTF8.GetString(Convert.FromBase64String(token));
    }
}
