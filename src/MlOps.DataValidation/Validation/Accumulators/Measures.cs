namespace MlOps.DataValidation;

/// <summary>How statistics of columns are observed.</summary>
internal static class Measures
{
    public static (Func<Tally, Scalar> Observe, Accumulator[] Accumulators) Of(Statistic statistic, BoundColumn column, Expectation expectation, CheckPlan plan)
    {
        var key = $"{column.Index}";
        switch (statistic)
        {
            case Statistic.MissingShare:
                return (t => t.Elements == 0 ? default(Scalar) : (double)t.Missing / t.Elements, []);
            case Statistic.DistinctCount or Statistic.DistinctShare or Statistic.UniqueShare:
                var counts = plan.Share(key, expectation, () => new ValueCounts(column, plan.Options.MaxDistinct));
                return (_ => Distinct(statistic, counts), [counts]);
            case Statistic.Median:
                Numeric(column, statistic);
                var store = plan.Share(key, expectation, () => new ValueStore(column, plan.Options.MaxExactValues));
                return (_ => store.Count == 0 ? default(Scalar) : store.Median(), [store]);
            case Statistic.Min or Statistic.Max when column.Kind == CellKind.Text:
                var extent = plan.Share(key, expectation, () => new TextExtent(column));
                return (_ => statistic == Statistic.Min ? extent.Least : extent.Most, [extent]);
            case Statistic.MinLength or Statistic.MaxLength or Statistic.MeanLength when column.Kind is not (CellKind.Text or CellKind.Nothing):
                throw column.Unfit($"the {statistic.Words()}");
            case Statistic.Min or Statistic.Max when column.Kind.IsTime():
                break;
            case Statistic.MinLength or Statistic.MaxLength or Statistic.MeanLength:
                break;
            default:
                Numeric(column, statistic);
                break;
        }

        var summary = plan.Share(key, expectation, () => new ColumnSummary(column));
        return (_ => Summary(statistic, summary, column), [summary]);
    }

    private static void Numeric(BoundColumn column, Statistic statistic)
    {
        if (!column.Kind.IsNumeric() && column.Kind != CellKind.Nothing)
            throw new CheckException($"column '{column.Name}' is not numeric but holds {column.Kind.Words()}, which has no {statistic.Words()}. Cast the column, or take the expectation away.");
    }

    private static Scalar Distinct(Statistic statistic, ValueCounts counts) => statistic switch
    {
        Statistic.DistinctCount => counts.Distinct,
        _ when counts.Total == 0 => default,
        Statistic.DistinctShare => (double)counts.Distinct / counts.Total,
        _ => (double)counts.Sorted().Count(v => v.Count == 1) / counts.Total,
    };

    private static Scalar Summary(Statistic statistic, ColumnSummary summary, BoundColumn column)
    {
        if (statistic == Statistic.Sum) return summary.Sum;
        if (summary.Count == 0) return default;
        return statistic switch
        {
            Statistic.Mean or Statistic.MeanLength => summary.Mean,
            Statistic.StandardDeviation => summary.Count == 1 ? default(Scalar) : summary.SampleDeviation,
            Statistic.PopulationStandardDeviation => summary.PopulationDeviation,
            Statistic.Min or Statistic.MinLength => Value(summary.Least, summary.LeastInteger, column),
            _ => Value(summary.Most, summary.MostInteger, column),
        };
    }

    private static Scalar Value(double number, long integer, BoundColumn column) => column.Kind switch
    {
        CellKind.Number or CellKind.Decimal => number,
        CellKind.Date => DateOnly.FromDateTime(Microseconds.ToDateTime(integer)),
        CellKind.Moment => Microseconds.ToDateTime(integer),
        CellKind.Boolean => integer != 0,
        _ => integer,
    };
}
