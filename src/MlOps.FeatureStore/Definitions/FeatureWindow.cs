using System.Globalization;

namespace MlOps.FeatureStore;

/// <summary>How far back a window reaches, written as <c>"90s"</c>, <c>"5m"</c>, <c>"24h"</c>, <c>"7d"</c> or <c>"2w"</c>, or as a <see cref="TimeSpan"/>. <c>default</c> is all the history.</summary>
/// <remarks>The name of a generated feature ends as the window was written: 24h and 1d are one window and two names.</remarks>
public readonly record struct FeatureWindow
{
    private FeatureWindow(string text, TimeSpan? length, bool isUnderstood = true)
    {
        Text = text;
        Length = length;
        IsUnderstood = isUnderstood;
    }

    /// <summary>Gets the window that reaches to the first event.</summary>
    public static FeatureWindow All => default;

    /// <summary>Gets how it is written; empty for all the history.</summary>
    public string Text { get => field ?? string.Empty; }

    /// <summary>Gets how long it is; null for all the history.</summary>
    public TimeSpan? Length { get; }

    // Said with all other errors when the definitions are checked.
    internal bool IsUnderstood { get => field || Text.Length == 0; }

    /// <summary>Reads a window.</summary>
    /// <param name="text">A whole number and s, m, h, d or w. Anything else is an error of the definitions.</param>
    public static implicit operator FeatureWindow(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        var length = int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? text[^1] switch
            {
                's' => TimeSpan.FromSeconds(number),
                'm' => TimeSpan.FromMinutes(number),
                'h' => TimeSpan.FromHours(number),
                'd' when number < 1_000_000 => TimeSpan.FromDays(number),
                'w' when number < 100_000 => TimeSpan.FromDays(7L * number),
                _ => default(TimeSpan?),
            }
            : null;
        return new(text, length, length is not null);
    }

    /// <summary>Takes a length.</summary>
    /// <param name="length">The length.</param>
    public static implicit operator FeatureWindow(TimeSpan length)
    {
        (string Unit, TimeSpan Size)[] units =
            [("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)), ("ms", TimeSpan.FromMilliseconds(1)), ("us", TimeSpan.FromMicroseconds(1))];
        var (unit, size) = Array.Find(units, u => length.Ticks % u.Size.Ticks == 0);
        return size == TimeSpan.Zero ? new($"{length.Ticks}ticks", length) : new(string.Create(CultureInfo.InvariantCulture, $"{length.Ticks / size.Ticks}{unit}"), length);
    }

    /// <inheritdoc/>
    public override string ToString() => Text.Length == 0 ? "all" : Text;
}
