using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>What the rules look at.</summary>
/// <param name="Name">The column.</param>
/// <param name="Rows">How many rows there are.</param>
/// <param name="Completeness">The share of rows that have a value.</param>
/// <param name="Kind">What the values are, or what all texts look like.</param>
internal sealed record ColumnTraits(string Name, long Rows, double Completeness, ValueKind Kind)
{
    /// <summary>Whether the kind was read off texts.</summary>
    public bool IsKindInferred { get; init; }

    public double Distinct { get; init; }

    /// <summary>How far the number of different values may be off, as a share of it.</summary>
    public double DistinctError { get; init; }

    /// <summary>Every value with its count; null when there are too many or they are not known.</summary>
    public IReadOnlyList<KeyValuePair<Scalar, long>>? Values { get; init; }

    /// <summary>The numbers; null when there are none.</summary>
    public NumberTraits? Numbers { get; init; }

    /// <summary>The lengths of the shortest and the longest text; null when there are none.</summary>
    public (long Min, long Max)? Lengths { get; init; }

    /// <summary>How many rows have a value.</summary>
    public long Count => (long)Math.Round(Rows * Completeness);

    public static ColumnTraits Of(string name, ColumnProfile column, SuggestionOptions options)
    {
        var inferred = Inferred(column);
        return new(name, column.Rows, column.Rows == 0 ? 0 : (double)column.Count / column.Rows, inferred ?? column.Kind)
        {
            IsKindInferred = inferred is not null,
            Distinct = column.Distinct.Value,
            DistinctError = 3 * column.Distinct.StandardError,
            Values = ValuesOf(column, options),
            Numbers = NumberTraits.Of(column),
            Lengths = column is { Kind: ValueKind.Text, Texts: { Count: > 0 } texts } ? ((long)texts.Lengths.Min, (long)texts.Lengths.Max) : null,
        };
    }

    private static ValueKind? Inferred(ColumnProfile column)
    {
        if (column is not { Kind: ValueKind.Text, Texts: { Count: > 0 } texts }) return null;
        if (texts.LikeIntegers == texts.Count) return ValueKind.Integer;
        if (texts.LikeReals == texts.Count) return ValueKind.Real;
        return texts.LikeBooleans == texts.Count ? ValueKind.Boolean : null;
    }

    // A text that was cut is not known, so a list with it would refuse the very data it comes from.
    private static IReadOnlyList<KeyValuePair<Scalar, long>>? ValuesOf(ColumnProfile column, SuggestionOptions options)
    {
        if (column.Kind is not (ValueKind.Text or ValueKind.Integer) || !column.Distinct.IsExact || column.Distinct.Value > options.MaxCategories) return null;
        if (column.Texts is { } texts && (texts.InvalidUtf8 > 0 || texts.Lengths.Max * 4 > column.Options.TextLimit)) return null;
        var values = column.TopValues(options.MaxCategories);
        return values.Count == 0 ? null : [.. values.Select(v => KeyValuePair.Create(column.Kind == ValueKind.Text ? new Scalar(v.Value) : Scalars.Integer(v.Value), v.Count))];
    }
}
