using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Compares two columns of values row by row and as distributions.</summary>
internal static class FeatureComparison
{
    /// <summary>Compares.</summary>
    /// <param name="feature">What the feature is called.</param>
    /// <param name="served">What was served; null where that is not known, which is passed over.</param>
    /// <param name="recomputed">What a training set says.</param>
    /// <returns>How they differ.</returns>
    public static FeatureConsistency Of(string feature, IReadOnlyList<FeatureValue?> served, IReadOnlyList<FeatureValue> recomputed)
    {
        var known = served.Index().Where(s => s.Item is not null).Select(s => (Served: Plain(s.Item!.Value), Recomputed: Plain(recomputed[s.Index]))).ToList();
        long equal = 0, differing = 0, onlyServed = 0, onlyRecomputed = 0;
        var largest = double.NaN;
        foreach (var (mine, truth) in known)
        {
            if (mine.Equals(truth)) equal++;
            else if (mine.IsMissing) onlyRecomputed++;
            else if (truth.IsMissing) onlyServed++;
            else
            {
                differing++;
                if (IsNumber(mine) && IsNumber(truth)) largest = Math.Abs(mine.ToDouble() - truth.ToDouble()) is var distance && !(distance <= largest) ? distance : largest;
            }
        }

        return new(feature, known.Count, equal, differing, onlyServed, onlyRecomputed, largest, DistanceOf(known));
    }

    // A request cannot tell NaN from missing, nor -0 from 0 where it went through text, and it carries decimals as numbers.
    private static FeatureValue Plain(FeatureValue value) => value switch
    {
        { IsMissing: false, Type: ColumnType.Float64 } when double.IsNaN(value.ToDouble()) => default,
        { IsMissing: false, Type: ColumnType.Float64 } when value.ToDouble() == 0 => 0.0,
        { IsMissing: false, Type: ColumnType.Decimal } => (double)(decimal)value.Object!,
        _ => value,
    };

    private static bool IsNumber(FeatureValue value) => value.Type is ColumnType.Float64 or ColumnType.Int64;

    private static double DistanceOf(List<(FeatureValue Served, FeatureValue Recomputed)> known)
    {
        if (known.Count == 0) return double.NaN;
        var counts = new SortedDictionary<double, long>();
        var others = new Dictionary<FeatureValue, long>();
        Add(known.Select(k => k.Served), 1);
        Add(known.Select(k => k.Recomputed), -1);
        long running = 0, most = 0;
        foreach (var difference in counts.Values)
        {
            running += difference;
            most = Math.Max(most, Math.Abs(running));
        }

        // What is no number has no order: half the sum of the differences.
        return Math.Max((double)most, others.Values.Sum(Math.Abs) / 2.0) / known.Count;

        void Add(IEnumerable<FeatureValue> values, int sign)
        {
            foreach (var value in values)
            {
                if (!value.IsMissing && IsNumber(value)) counts[value.ToDouble()] = counts.GetValueOrDefault(value.ToDouble()) + sign;
                else others[value] = others.GetValueOrDefault(value) + sign;
            }
        }
    }
}
