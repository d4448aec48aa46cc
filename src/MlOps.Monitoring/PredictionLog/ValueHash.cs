using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Hashes values under a secret: HMAC with SHA-256 (RFC 2104), of which the first 128 bits are kept, as 32 hexadecimal digits. Equal values have equal hashes, in every column and model. Thread-safe.</summary>
internal sealed class ValueHash(string key)
{
    /// <summary>How many digits a hash has.</summary>
    public const int Digits = 32;

    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);

    public string Of(string text)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text), hash);
        return Convert.ToHexStringLower(hash[..(Digits / 2)]);
    }

    /// <summary>Hashes an element of a tensor; null when it is missing. A number is hashed as its shortest text, so that 5 and 5.0 are one.</summary>
    public string? Of(Tensor tensor, int index) => tensor.GetValue(index) switch
    {
        null => null,
        string text => Of(text),
        float single => Of(((double)single).ToString("R", CultureInfo.InvariantCulture)),
        bool flag => Of(flag ? "true" : "false"),
        var number => Of(((IFormattable)number).ToString(null, CultureInfo.InvariantCulture)),
    };
}
