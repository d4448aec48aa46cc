using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Reads and writes values of features as a type of .NET, without boxing.</summary>
internal static class FeatureCell<T>
{
    private static readonly Func<FeatureValue, T>? Reader = (Func<FeatureValue, T>?)FeatureCells.Reader(typeof(T));
    private static readonly Func<T, FeatureValue>? Writer = (Func<T, FeatureValue>?)FeatureCells.Writer(typeof(T));
    private static readonly bool TakesMissing = Nullable.GetUnderlyingType(typeof(T)) is not null;

    public static bool IsSupported => Reader is not null;

    /// <summary>Reads a value.</summary>
    /// <returns>False when it is missing and the type has no place for that.</returns>
    public static bool TryRead(FeatureValue value, out T result)
    {
        if (value.IsMissing)
        {
            result = default!;
            return TakesMissing;
        }

        result = Reader!(value);
        return true;
    }

    public static FeatureValue Write(T value) => Writer!(value);
}

/// <summary>The types that functions take and give.</summary>
internal static class FeatureCells
{
    private static readonly Dictionary<Type, (Delegate Reader, Delegate Writer)> Types = new[]
    {
        Of(v => v.ToDouble(), v => v),
        Of(v => (float)v.ToDouble(), v => (double)v),
        Of(v => v.ToInt64(), v => v),
        Of(v => checked((int)v.ToInt64()), v => (long)v),
        Of(v => v.ToBoolean(), v => v),
        Of(v => (decimal)v.ToObject()!, v => v),
        Of(v => (DateOnly)v.ToObject()!, v => v),
        Of(v => v.ToTimestamp(), v => v),
        [(typeof(string), (Func<FeatureValue, string>)(v => (string)v.ToObject()!), (Func<string, FeatureValue>)(v => v))],
        [(typeof(byte[]), (Func<FeatureValue, byte[]>)(v => (byte[])v.ToObject()!), (Func<byte[], FeatureValue>)(v => v))],
    }.SelectMany(t => t).ToDictionary(t => t.Item1, t => (t.Item2, t.Item3));

    public static Delegate? Reader(Type type) => Types.TryGetValue(type, out var cell) ? cell.Reader : null;

    public static Delegate? Writer(Type type) => Types.TryGetValue(type, out var cell) ? cell.Writer : null;

    private static (Type, Delegate, Delegate)[] Of<T>(Func<FeatureValue, T> read, Func<T, FeatureValue> write)
        where T : struct =>
    [
        (typeof(T), read, write),
        (typeof(T?), (Func<FeatureValue, T?>)(v => v.IsMissing ? null : read(v)), (Func<T?, FeatureValue>)(v => v is { } there ? write(there) : default)),
    ];
}
