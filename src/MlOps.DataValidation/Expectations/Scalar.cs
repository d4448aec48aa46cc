using System.Globalization;
using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>One value of a column, a bound or an observation: an integer, a fraction, a decimal, text, true or false, a date, a moment, or nothing.</summary>
/// <remarks>Written as JSON it is a plain value. Dates and moments become text there; read back they are compared as dates and moments with columns of those types.</remarks>
[JsonConverter(typeof(ScalarJsonConverter))]
public readonly record struct Scalar
{
    /// <summary>Creates a scalar.</summary>
    /// <param name="value">A number, text, a boolean, <see cref="DateOnly"/>, <see cref="DateTime"/>, <see cref="DateTimeOffset"/>, or null for nothing. Any other object is kept as its text.</param>
    public Scalar(object? value) => Value = value switch
    {
        null or long or double or decimal or bool or string or DateTime or DateOnly => value,
        int or short or sbyte or byte or ushort or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        ulong big => big <= long.MaxValue ? (long)big : (decimal)big,
        float or Half => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        DateTimeOffset moment => moment.UtcDateTime,
        Scalar scalar => scalar.Value,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>Gets the value: null, long, double, decimal, bool, string, <see cref="DateOnly"/> or <see cref="DateTime"/>.</summary>
    public object? Value { get; }

    /// <summary>Gets whether there is no value.</summary>
    [JsonIgnore]
    public bool IsMissing => Value is null;

    /// <summary>Takes an integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Scalar(long value) => new(value);

    /// <summary>Takes a fraction.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Scalar(double value) => new(value);

    /// <summary>Takes a decimal.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Scalar(decimal value) => new(value);

    /// <summary>Takes text.</summary>
    /// <param name="value">The value; null is nothing.</param>
    public static implicit operator Scalar(string? value) => new(value);

    /// <summary>Takes true or false.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Scalar(bool value) => new(value);

    /// <summary>Takes a date.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Scalar(DateOnly value) => new(value);

    /// <summary>Takes a moment; without a zone it is UTC.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Scalar(DateTime value) => new(value);

    /// <summary>Takes a moment.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Scalar(DateTimeOffset value) => new(value);

    /// <summary>Gives the value as text, independent of the culture; a missing value is "missing".</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Value switch
    {
        null => "missing",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime moment => moment.ToString(moment.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-ddTHH:mm:ss'Z'" : "yyyy-MM-ddTHH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        var other => other.ToString()!,
    };
}
