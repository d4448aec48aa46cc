namespace MlOps.Statistics;

/// <summary>A number of about 31 digits, as the unevaluated sum of two doubles.</summary>
/// <remarks>Dekker, Numerische Mathematik 18, 1971; Knuth, The Art of Computer Programming 2, 4.2.2. An overflow gives an infinity or NaN without a low part.</remarks>
internal readonly record struct DoubleDouble(double High, double Low)
{
    public double Value => High + Low;

    public bool IsFinite => double.IsFinite(High);

    public static implicit operator DoubleDouble(double value) => new(value, 0);

    /// <summary>Takes a whole number without loss.</summary>
    public static DoubleDouble Of(Int128 value)
    {
        var high = (double)value;
        return Quick(high, (double)(value - (Int128)high));
    }

    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        var (sum, error) = TwoSum(a.High, b.High);
        if (!double.IsFinite(sum)) return new(sum, 0);
        var (low, lowError) = TwoSum(a.Low, b.Low);
        var (high, rest) = TwoSumOrdered(sum, error + low);
        return Quick(high, rest + lowError);
    }

    public static DoubleDouble operator -(DoubleDouble a) => new(-a.High, -a.Low);

    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + -b;

    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        var product = a.High * b.High;
        return Quick(product, Math.FusedMultiplyAdd(a.High, b.High, -product) + ((a.High * b.Low) + (a.Low * b.High)));
    }

    public static DoubleDouble operator /(DoubleDouble a, DoubleDouble b)
    {
        var first = a.High / b.High;
        if (!double.IsFinite(first)) return new(first, 0);
        var rest = a - (b * first);
        var second = rest.High / b.High;
        rest -= b * second;
        return Quick(first, second) + (rest.High / b.High);
    }

    private static (double Sum, double Error) TwoSum(double a, double b)
    {
        var sum = a + b;
        var part = sum - a;
        return (sum, (a - (sum - part)) + (b - part));
    }

    private static (double Sum, double Error) TwoSumOrdered(double larger, double smaller)
    {
        var sum = larger + smaller;
        return (sum, smaller - (sum - larger));
    }

    private static DoubleDouble Quick(double high, double low)
    {
        var sum = high + low;
        if (double.IsFinite(sum)) return new(sum, low - (sum - high));
        return new(double.IsFinite(high) ? sum : high, 0);
    }
}
