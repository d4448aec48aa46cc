using System.Globalization;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>How the values of a .NET type are added to a profile.</summary>
internal static class ValueAdders
{
    private static readonly Dictionary<Type, Delegate> Adders = new()
    {
        [typeof(double)] = new ValueBuffer<double>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(float)] = new ValueBuffer<float>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(Half)] = new ValueBuffer<Half>.Adding((p, v, valid) => p.Add(Converted(v, static n => (float)n), valid)),
        [typeof(long)] = new ValueBuffer<long>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(int)] = new ValueBuffer<int>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(short)] = new ValueBuffer<short>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(sbyte)] = new ValueBuffer<sbyte>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(byte)] = new ValueBuffer<byte>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(ushort)] = new ValueBuffer<ushort>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(uint)] = new ValueBuffer<uint>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(ulong)] = new ValueBuffer<ulong>.Adding((p, v, valid) => p.Add(Converted(v, static n => (decimal)n), valid)),
        [typeof(decimal)] = new ValueBuffer<decimal>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(bool)] = new ValueBuffer<bool>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(DateOnly)] = new ValueBuffer<DateOnly>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(DateTime)] = new ValueBuffer<DateTime>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(DateTimeOffset)] = new ValueBuffer<DateTimeOffset>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(TimeSpan)] = new ValueBuffer<TimeSpan>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(TimeOnly)] = new ValueBuffer<TimeOnly>.Adding((p, v, valid) => p.Add(v, valid)),
        [typeof(string)] = new ValueBuffer<string?>.Adding((p, v, _) => p.Add(v)),
        [typeof(byte[])] = new ValueBuffer<byte[]?>.Adding(AddBytes),
    };

    /// <summary>Gets the type whose values stand for those of another one: texts for enumerations, GUIDs and whatever has no kind of its own.</summary>
    public static Type StandIn(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return Adders.ContainsKey(type) ? type : typeof(string);
    }

    public static ValueBuffer<T>.Adding For<T>() => (ValueBuffer<T>.Adding)Adders[typeof(T)];

    /// <summary>Gives the invariant text of a value that has no kind of its own.</summary>
    public static string? TextOf(object? value) => value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value?.ToString();

    private static TTo[] Converted<TFrom, TTo>(ReadOnlySpan<TFrom> values, Func<TFrom, TTo> convert)
    {
        var converted = new TTo[values.Length];
        for (var i = 0; i < values.Length; i++) converted[i] = convert(values[i]);
        return converted;
    }

    private static void AddBytes(ColumnProfile profile, ReadOnlySpan<byte[]?> values, Validity validity)
    {
        foreach (var value in values)
        {
            if (value is null) profile.AddMissing(1);
            else profile.AddBinary([0, value.Length], value);
        }
    }
}
