using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Moves the window of one feature along the rows of one entity after the other.</summary>
internal abstract class WindowRun
{
    /// <summary>Chooses how a feature is computed.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="column">Its column; null when events are counted.</param>
    /// <param name="ordered">Whether events come and go in order of time.</param>
    /// <param name="results">Takes the values.</param>
    public static WindowRun Of(Feature feature, WindowColumn? column, bool ordered, WindowResults results)
    {
        var aggregation = feature.Aggregation!;
        return aggregation.Kind switch
        {
            AggregationKind.Count => Of(default(CountKernel)),
            AggregationKind.Sum or AggregationKind.Mean => column!.Type switch
            {
                ColumnType.Float64 => aggregation.Kind == AggregationKind.Mean ? Of(new NumberSumKernel(column, null, results)) : Of(new NumberSumKernel(column, results, null)),
                ColumnType.Decimal => Of(new DecimalSumKernel(column, aggregation.Kind == AggregationKind.Mean)),
                _ => Of(new IntegerSumKernel(column, aggregation.Kind == AggregationKind.Mean)),
            },
            AggregationKind.Variance => Of(new VarianceKernel(column!)),
            AggregationKind.Min when ordered => Of(new ExtremeKernel(column!, largest: false)),
            AggregationKind.Max when ordered => Of(new ExtremeKernel(column!, largest: true)),
            AggregationKind.First when ordered => Of(new QueueKernel(column!, earliest: true, 1)),
            AggregationKind.Last when ordered => Of(new QueueKernel(column!, earliest: false, 1)),
            AggregationKind.LastK when ordered => Of(new QueueKernel(column!, earliest: false, aggregation.K)),
            AggregationKind.ApproximateDistinct => Of(new RegisterKernel(column!)),
            AggregationKind.First => Ranked(RankKind.Earliest),
            AggregationKind.Last or AggregationKind.LastK => Ranked(RankKind.Latest),
            AggregationKind.Quantile => Ranked(RankKind.Quantile),
            _ => Ranked(RankKind.Value),
        };

        WindowRun Of<TKernel>(TKernel kernel)
            where TKernel : struct, IWindowKernel => new Run<TKernel>(feature.Name, kernel, column?.Missing, results);

        WindowRun Ranked(RankKind kind) => Of(new RankKernel(column!, kind, aggregation));
    }

    /// <summary>Computes the sum and the mean of numbers at once.</summary>
    public static WindowRun OfSumAndMean(Feature sum, WindowColumn column, WindowResults sums, WindowResults means) =>
        new Run<NumberSumKernel>(sum.Name, new(column, sums, means), column.Missing, sums);

    /// <summary>Sets the values of an entity's rows where events come and go in order of time.</summary>
    public abstract void Forward(WindowSlice slice, WindowRows rows);

    /// <summary>Sets the values of an entity's rows where events become known late, or are taken back.</summary>
    public abstract void Late(WindowSlice slice, WindowRows rows);

    private sealed class Run<TKernel>(string feature, TKernel kernel, bool[]? missing, WindowResults results) : WindowRun
        where TKernel : struct, IWindowKernel
    {
        private TKernel _kernel = kernel;
        private bool[] _isIn = [];

        public override void Forward(WindowSlice slice, WindowRows rows)
        {
            try
            {
                ref var window = ref _kernel;
                window.Start(slice);
                var (from, to) = (slice.From, slice.From);
                for (var i = 0; i < rows.Count; i++)
                {
                    var (begin, end) = (rows.Begins[i], rows.Ends[i]);
                    if (begin >= to)
                    {
                        while (from < to) Remove(from++);
                        from = to = begin;
                    }

                    while (to < end) Add(to++);
                    while (from < begin) Remove(from++);
                    if (to > from) window.Write(results, rows.Rows[rows.First + i]);
                }
            }
            catch (DataException e)
            {
                throw new DataException($"Feature '{feature}': {e.Message}", e);
            }
        }

        public override void Late(WindowSlice slice, WindowRows rows)
        {
            try
            {
                ref var window = ref _kernel;
                window.Start(slice);
                if (_isIn.Length < slice.Count) _isIn = new bool[Math.Max(slice.Count, _isIn.Length * 2)];
                else Array.Clear(_isIn, 0, slice.Count);
                var (from, seen) = (slice.From, 0);
                var reversals = slice.Events.Reversals;
                for (var i = 0; i < rows.Count; i++)
                {
                    var (begin, moment) = (rows.Begins[i], rows.Times[rows.First + i]);
                    for (; seen < slice.Count && rows.SeenFrom[seen] <= moment; seen++)
                    {
                        var index = rows.SeenOrder[seen];
                        if (index < begin) continue;
                        _isIn[index - slice.From] = true;
                        if (reversals is not null && reversals[index]) Remove(index);
                        else Add(index);
                    }

                    for (; from < begin; from++)
                    {
                        if (!_isIn[from - slice.From]) continue;
                        if (reversals is not null && reversals[from]) Add(from);
                        else Remove(from);
                    }

                    window.Write(results, rows.Rows[rows.First + i]);
                }
            }
            catch (DataException e)
            {
                throw new DataException($"Feature '{feature}': {e.Message}", e);
            }
        }

        private void Add(int index)
        {
            if (missing is null || !missing[index]) _kernel.Add(index);
        }

        private void Remove(int index)
        {
            if (missing is null || !missing[index]) _kernel.Remove(index);
        }
    }
}
