using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace MlOps.Core;

/// <summary>SHA-256 (FIPS 180-4) as MlOps.Sdk writes it: 64 lower-case hexadecimal digits.</summary>
public static class Sha256
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Hashes bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The digest.</returns>
    public static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Hashes text in UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The digest.</returns>
    public static string Hex(string text) => Hex(Encoding.UTF8.GetBytes(text));

    /// <summary>Says whether text has the form of a digest.</summary>
    /// <param name="text">The text.</param>
    /// <returns>True for 64 lower-case hexadecimal digits.</returns>
    public static bool IsDigest(string? text) => text is { Length: 64 } && !text.AsSpan().ContainsAnyExcept(Digits);

    /// <summary>Finds what may be a digest in text, as the references to artifacts in JSON.</summary>
    /// <param name="text">The text; null holds none.</param>
    /// <returns>Every run of exactly 64 lower-case hexadecimal digits, also twice.</returns>
    public static IEnumerable<string> FindDigests(string? text)
    {
        if (text is null) yield break;
        for (var i = 0; i < text.Length;)
        {
            var rest = text.AsSpan(i);
            var start = rest.IndexOfAny(Digits);
            if (start < 0) yield break;
            var length = rest[start..].IndexOfAnyExcept(Digits);
            if (length < 0) length = rest.Length - start;
            if (length == 64) yield return text.Substring(i + start, 64);
            i += start + length;
        }
    }
}
