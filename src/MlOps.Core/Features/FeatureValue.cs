using System.Globalization;

namespace MlOps.Core;

/// <summary>One value of a feature, of any type of <see cref="ColumnType"/>, without boxing. <c>default</c> is a missing value.</summary>
/// <remarks>Numbers, booleans, dates and times lie in <see cref="Bits"/>, text, decimals and bytes in <see cref="Object"/>. Nothing is converted silently: reading another type than the value has throws.</remarks>
public readonly struct FeatureValue : IEquatable<FeatureValue>
{
    private readonly byte _type; // 0 is missing, else the type and 1

    private FeatureValue(ColumnType type, long bits, object? value)
    {
        _type = (byte)(type + 1);
        Bits = bits;
        Object = value;
    }

    /// <summary>Gets a missing value.</summary>
    public static FeatureValue Missing => default;

    /// <summary>Gets whether the value is missing.</summary>
    public bool IsMissing => _type == 0;

    /// <summary>Gets the type.</summary>
    /// <exception cref="InvalidOperationException">The value is missing, and a missing value has no type.</exception>
    public ColumnType Type => _type == 0 ? throw new InvalidOperationException("A missing value has no type. Ask IsMissing first.") : (ColumnType)(_type - 1);

    /// <summary>Gets the 64 bits of a boolean (0 or 1), an integer, a number (its IEEE 754 bits), a date (days since 1970-01-01) or a time (microseconds since 1970-01-01T00:00:00Z); 0 for other types.</summary>
    public long Bits { get; }

    /// <summary>Gets the text, the boxed decimal or the bytes; null for other types.</summary>
    public object? Object { get; }

    /// <summary>Makes a value of a type that lies in 64 bits.</summary>
    /// <param name="type">Boolean, Int64, Float64, Date or Timestamp.</param>
    /// <param name="bits">As <see cref="Bits"/> says.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The type does not lie in 64 bits.</exception>
    public static FeatureValue FromBits(ColumnType type, long bits) => type is ColumnType.String or ColumnType.Decimal or ColumnType.Binary
        ? throw new ArgumentOutOfRangeException(nameof(type), type, "Text, decimals and bytes do not lie in 64 bits.")
        : new(type, bits, null);

    /// <summary>Makes a number.</summary>
    /// <param name="value">The number; it may be NaN or infinite.</param>
    public static implicit operator FeatureValue(double value) => new(ColumnType.Float64, BitConverter.DoubleToInt64Bits(value), null);

    /// <summary>Makes an integer.</summary>
    /// <param name="value">The integer.</param>
    public static implicit operator FeatureValue(long value) => new(ColumnType.Int64, value, null);

    /// <summary>Makes a boolean.</summary>
    /// <param name="value">True or false.</param>
    public static implicit operator FeatureValue(bool value) => new(ColumnType.Boolean, value ? 1 : 0, null);

    /// <summary>Makes a text.</summary>
    /// <param name="value">The text; null is a missing value.</param>
    public static implicit operator FeatureValue(string? value) => value is null ? default : new(ColumnType.String, 0, value);

    /// <summary>Makes a decimal.</summary>
    /// <param name="value">The decimal.</param>
    public static implicit operator FeatureValue(decimal value) => new(ColumnType.Decimal, 0, value);

    /// <summary>Makes a day.</summary>
    /// <param name="value">The day.</param>
    public static implicit operator FeatureValue(DateOnly value) => new(ColumnType.Date, value.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber, null);

    /// <summary>Makes a moment, to the microsecond.</summary>
    /// <param name="value">The moment.</param>
    public static implicit operator FeatureValue(DateTimeOffset value) => new(ColumnType.Timestamp, FeatureTime.ToMicros(value), null);

    /// <summary>Makes bytes.</summary>
    /// <param name="value">The bytes, which must not be changed afterwards; null is a missing value.</param>
    public static implicit operator FeatureValue(byte[]? value) => value is null ? default : new(ColumnType.Binary, 0, value);

    /// <summary>Makes a number that may be missing.</summary>
    /// <param name="value">The number, or null.</param>
    public static implicit operator FeatureValue(double? value) => value is { } there ? there : default(FeatureValue);

    /// <summary>Makes an integer that may be missing.</summary>
    /// <param name="value">The integer, or null.</param>
    public static implicit operator FeatureValue(long? value) => value is { } there ? there : default(FeatureValue);

    /// <summary>Says whether two values are the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when they are.</returns>
    public static bool operator ==(FeatureValue left, FeatureValue right) => left.Equals(right);

    /// <summary>Says whether two values differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True when they do.</returns>
    public static bool operator !=(FeatureValue left, FeatureValue right) => !left.Equals(right);

    /// <summary>Gets the number; integers are converted.</summary>
    /// <returns>The number; NaN when the value is missing.</returns>
    /// <exception cref="InvalidOperationException">It is neither a number nor an integer.</exception>
    public double ToDouble() => _type switch
    {
        0 => double.NaN,
        (byte)(ColumnType.Float64 + 1) => BitConverter.Int64BitsToDouble(Bits),
        (byte)(ColumnType.Int64 + 1) => Bits,
        _ => throw Wrong(ColumnType.Float64),
    };

    /// <summary>Gets the integer.</summary>
    /// <returns>The integer.</returns>
    /// <exception cref="InvalidOperationException">It is missing or no integer.</exception>
    public long ToInt64() => Require(ColumnType.Int64).Bits;

    /// <summary>Gets the boolean.</summary>
    /// <returns>True or false.</returns>
    /// <exception cref="InvalidOperationException">It is missing or no boolean.</exception>
    public bool ToBoolean() => Require(ColumnType.Boolean).Bits != 0;

    /// <summary>Gets the moment.</summary>
    /// <returns>The moment, in UTC.</returns>
    /// <exception cref="InvalidOperationException">It is missing or no moment.</exception>
    public DateTimeOffset ToTimestamp() => FeatureTime.FromMicros(Require(ColumnType.Timestamp).Bits);

    /// <summary>Gets the value as an object: bool, long, double, decimal, string, DateOnly, DateTimeOffset, byte[], or null when it is missing.</summary>
    /// <returns>The object.</returns>
    public object? ToObject() => _type == 0 ? null : Type switch
    {
        ColumnType.Boolean => Bits != 0,
        ColumnType.Int64 => Bits,
        ColumnType.Float64 => BitConverter.Int64BitsToDouble(Bits),
        ColumnType.Date => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)Bits),
        ColumnType.Timestamp => FeatureTime.FromMicros(Bits),
        _ => Object,
    };

    /// <summary>Says whether another value is the same: of the same type, with the same bits (so NaN is the same as NaN, 0 not as -0), text or bytes; two missing values are the same.</summary>
    /// <param name="other">The other.</param>
    /// <returns>True when it is.</returns>
    public bool Equals(FeatureValue other) => _type == other._type && Bits == other.Bits && (Object, other.Object) switch
    {
        (byte[] left, byte[] right) => left.AsSpan().SequenceEqual(right),
        var (left, right) => Equals(left, right),
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FeatureValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_type, Bits, Object is byte[] bytes ? bytes.Length : Object?.GetHashCode() ?? 0);

    /// <summary>Gives the type only: a value may be somebody's, and has no place in a log.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => IsMissing ? "missing" : string.Create(CultureInfo.InvariantCulture, $"({Type})");

    private FeatureValue Require(ColumnType type) => _type == (byte)(type + 1) ? this : throw Wrong(type);

    private InvalidOperationException Wrong(ColumnType wanted) => new($"The value is {(IsMissing ? "missing" : $"of type {Type}")}, and was read as {wanted}.");
}
