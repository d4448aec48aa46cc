using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Bounds of one quantile.</summary>
/// <param name="Share">Which one, 0 to 1: 0.5 is the median.</param>
/// <param name="Min">The least value; null for no bound.</param>
/// <param name="Max">The most value; null for no bound.</param>
public sealed record QuantileRange(double Share, double? Min = null, double? Max = null)
{
    /// <summary>Gets which quantile.</summary>
    public double Share { get; init; } = Share is >= 0 and <= 1 ? Share : throw new ArgumentOutOfRangeException(nameof(Share), Share, "A quantile lies between 0 and 1.");

    /// <summary>Gets the most value.</summary>
    public double? Max { get; init; } = !(Min > Max) ? Max : throw new ArgumentException($"The least value {Min} of quantile {Share} is above the most value {Max}.", nameof(Min));
}

/// <summary>Quantiles of a numeric column lie within bounds. A quantile is the observed value nearest to its share of the way; it is exact up to <see cref="ValidationOptions.MaxExactValues"/> values.</summary>
/// <param name="Column">The column.</param>
/// <param name="Quantiles">The quantiles and their bounds.</param>
public sealed record QuantilesBetween(string Column, IReadOnlyList<QuantileRange> Quantiles) : ColumnExpectation(Column)
{
    /// <summary>Gets the quantiles and their bounds.</summary>
    public IReadOnlyList<QuantileRange> Quantiles { get; init; } = Quantiles is null or { Count: 0 } ? throw new ArgumentException("There is no quantile.", nameof(Quantiles)) : Quantiles;

    /// <inheritdoc/>
    protected override string Describe() => $"of '{Column}' {string.Join(", ", Quantiles.Select(Words))}";

    internal override Check Plan(CheckPlan plan)
    {
        var store = ValueStore.Of(plan, this, "a quantile");
        return new AggregateCheck(this, [store.Column], _ => Judge(store), store);
    }

    private Outcome Judge(ValueStore store)
    {
        if (store.Count == 0) return new(false, default, "there are no values");
        var values = Quantiles.Select(q => store.Quantile(q.Share)).ToList();
        var wrong = Quantiles.Zip(values).Where(p => !Bounds.Contain(p.Second, new(p.First.Min), new(p.First.Max))).ToList();
        var finding = wrong.Count == 0 ? null : string.Join(", ", wrong.Select(p => string.Create(CultureInfo.InvariantCulture, $"quantile {p.First.Share} is {p.Second}")));
        return new(wrong.Count == 0, default, finding)
        {
            Details = new Dictionary<string, IReadOnlyList<Scalar>> { ["quantiles"] = [.. Quantiles.Select(q => (Scalar)q.Share)], ["values"] = [.. values.Select(v => (Scalar)v)] },
        };
    }

    private static string Words(QuantileRange range) => string.Create(CultureInfo.InvariantCulture, $"quantile {range.Share} is ")
        + (range.Min is null && range.Max is null ? "any" : Bounds.Words(new(range.Min), new(range.Max)));
}
