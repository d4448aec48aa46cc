using System.Text;
using System.Text.RegularExpressions;

namespace MlOps.Core;

/// <summary>What every <see cref="IMonitorStore"/> refuses, before it touches anything.</summary>
public static partial class MonitorStoreChecks
{
    /// <summary>The most characters of a key.</summary>
    public const int MaxKey = 400;

    /// <summary>The most bytes of a document in UTF-8.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Refuses what is no key.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="ArgumentException">It has other characters than letters, digits, dots, dashes and underscores with slashes between parts, or too many.</exception>
    public static void CheckKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length > MaxKey || !Keys().IsMatch(key))
            throw new ArgumentException($"'{key}' is no key of a document. Use letters, digits, dots, dashes and underscores, with slashes between parts, at most {MaxKey} characters.", nameof(key));
    }

    /// <summary>Refuses what cannot be written.</summary>
    /// <param name="key">The key.</param>
    /// <param name="json">The document.</param>
    /// <param name="expected">The version that was read.</param>
    /// <exception cref="ArgumentException">The key is none, the document is too large or holds the character 0, or the version is negative.</exception>
    public static void Check(string key, string json, long expected)
    {
        CheckKey(key);
        ArgumentNullException.ThrowIfNull(json);
        ArgumentOutOfRangeException.ThrowIfNegative(expected);
        if (json.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("A document cannot hold the character 0.", nameof(json));
        if (Encoding.UTF8.GetByteCount(json) > MaxBytes) throw new ArgumentException($"A document may have {MaxBytes} bytes.", nameof(json));
    }

    [GeneratedRegex(@"^[\w.-]+(/[\w.-]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Keys();
}
