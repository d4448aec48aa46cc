using System.Globalization;

namespace MlOps.Core;

/// <summary>What an identifier of a prediction tells. Those that serving makes are UUIDs of version 7 (RFC 9562) without dashes: they begin with their moment, so that a true value is found without a search.</summary>
public static class PredictionId
{
    private const int Length = 32;
    private const int MomentDigits = 12;
    private const int VersionDigit = 12;

    /// <summary>Gives the day that an identifier tells, with or without the number of a row behind a slash.</summary>
    /// <param name="id">The identifier.</param>
    /// <returns>The day, in UTC; null for an identifier that is of another form.</returns>
    /// <remarks>It is a function of the identifier alone, and need not be the day of the prediction: whoever replays old requests gives them new identifiers.</remarks>
    public static DateOnly? DayOf(ReadOnlySpan<char> id)
    {
        if (id.Length < Length || (id.Length > Length && id[Length] != '/') || id[VersionDigit] != '7') return null;
        if (!long.TryParse(id[..MomentDigits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var milliseconds)) return null;
        return milliseconds <= MaxMilliseconds ? DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime) : null;
    }

    private static readonly long MaxMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
}
