namespace MlOps.Statistics;

/// <summary>Measures a binary classifier row by row, in memory that does not grow with the rows: what it is once labels are known, and what is to be expected of it meanwhile.</summary>
/// <remarks>
/// The first rows are kept as they are, and the figures of so many are those of <see cref="BinaryPerformance.Of"/>. From there on rows are counted in a thousand bins of equally many of the first ones' scores, parted by fixed edges as well;
/// only the order of scores within one bin is forgotten, which moves the area under the curve by far less than a thousandth. Everything else stays exact. Not thread-safe.
/// </remarks>
public sealed class BinaryTally
{
    /// <summary>How many rows are kept as they are, unless said otherwise.</summary>
    public const int DefaultExactRows = 20_000;

    private const int OwnBins = 1024;
    private const int EvenBins = 1024;
    private const int WideBins = 160;

    // For scores that are not like the first ones: even steps from 0 to 1, and ever wider ones beyond.
    private static readonly double[] FixedEdges =
    [
        .. Enumerable.Range(0, EvenBins + 1).Select(i => (double)i / EvenBins),
        .. Enumerable.Range(1, WideBins).Select(i => Math.Pow(2, i / 4.0)),
        .. Enumerable.Range(0, WideBins).Select(i => -Math.Pow(2, (i / 4.0) - 10)),
    ];

    private readonly int _exactRows;
    private double[] _scores;
    private float[] _chances;
    private float[] _truths;
    private int _kept;
    private double[]? _edges;
    private Step[] _steps = [];
    private Confusion _estimated;
    private Confusion _realized;
    private bool _hasScores;

    /// <summary>Starts without a row.</summary>
    /// <param name="exactRows">How many rows are kept as they are.</param>
    public BinaryTally(int exactRows = DefaultExactRows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exactRows, 2);
        (_exactRows, _scores, _chances, _truths) = (exactRows, [], [], []);
    }

    /// <summary>Gets how many rows have a chance, and so are estimated.</summary>
    public long EstimatedRows => _estimated.Rows;

    /// <summary>Gets how many rows have a label.</summary>
    public long Labels => _realized.Rows;

    /// <summary>Gets whether the figures are those of the rows themselves, and not of bins.</summary>
    public bool IsExact => _edges is null;

    /// <summary>Takes a row.</summary>
    /// <param name="score">The score, higher for positive; NaN when there are no scores.</param>
    /// <param name="predicted">The prediction: 1 for positive, else 0. A row where it is NaN is left out.</param>
    /// <param name="chance">The calibrated chance that the row is positive; NaN when nothing is estimated.</param>
    /// <param name="truth">1 for positive, else 0; NaN when it is not known yet.</param>
    public void Add(double score, double predicted, double chance, double truth)
    {
        if (double.IsNaN(predicted) || (double.IsNaN(chance) && double.IsNaN(truth))) return;
        _estimated.Add(predicted, chance);
        _realized.Add(predicted, truth);
        if (double.IsNaN(score)) return;
        _hasScores = true;
        if (_edges is null && _kept == _exactRows) Bin();
        if (_edges is null) Keep(score, chance, truth);
        else _steps[BinOf(score)].Add(chance, truth);
    }

    /// <summary>Gives what is to be expected of the rows with a chance.</summary>
    /// <returns>The figures; without such rows of 0 and NaN.</returns>
    public BinaryPerformance Estimate() => Of(_estimated, estimated: true);

    /// <summary>Gives what is true of the rows with a label.</summary>
    /// <returns>The figures; without such rows of 0 and NaN.</returns>
    public BinaryPerformance Realize() => Of(_realized, estimated: false);

    private BinaryPerformance Of(Confusion counts, bool estimated)
    {
        var (area, precision) = (double.NaN, double.NaN);
        if (_hasScores) (area, precision) = Curves(estimated).Of(counts.TruePositives + counts.FalseNegatives, counts.FalsePositives + counts.TrueNegatives);
        return new(counts.TruePositives, counts.FalsePositives, counts.FalseNegatives, counts.TrueNegatives, area, precision);
    }

    private ScoreCurves Curves(bool estimated)
    {
        var curves = default(ScoreCurves);
        if (_edges is not null)
        {
            for (var bin = _steps.Length - 1; bin >= 0; bin--)
            {
                if (estimated) curves.Step(_steps[bin].Expected, _steps[bin].Estimated - _steps[bin].Expected);
                else curves.Step(_steps[bin].Positives, _steps[bin].Labels - _steps[bin].Positives);
            }

            return curves;
        }

        var order = new int[_kept];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var scores = _scores.AsSpan(0, _kept).ToArray();
        Array.Sort(scores, order);
        var values = estimated ? _chances : _truths;
        for (var i = _kept - 1; i >= 0;)
        {
            var (score, hit, miss) = (scores[i], 0.0, 0.0);
            for (; i >= 0 && scores[i] == score; i--)
            {
                var value = values[order[i]];
                if (float.IsNaN(value)) continue;
                hit += value;
                miss += 1 - value;
            }

            curves.Step(hit, miss);
        }

        return curves;
    }

    private void Keep(double score, double chance, double truth)
    {
        if (_kept == _scores.Length)
        {
            var size = Math.Min(Math.Max(64, _kept * 2), _exactRows);
            Array.Resize(ref _scores, size);
            Array.Resize(ref _chances, size);
            Array.Resize(ref _truths, size);
        }

        (_scores[_kept], _chances[_kept], _truths[_kept]) = (score, (float)chance, (float)truth);
        _kept++;
    }

    // A bin begins at each edge; equal scores are in the same.
    private void Bin()
    {
        var sorted = _scores.AsSpan(0, _kept).ToArray();
        Array.Sort(sorted);
        var edges = Enumerable.Range(1, OwnBins - 1).Select(bin => sorted[(int)((long)bin * sorted.Length / OwnBins)]).Concat(FixedEdges).Distinct().Order();
        _edges = [.. edges];
        _steps = new Step[_edges.Length + 1];
        for (var i = 0; i < _kept; i++) _steps[BinOf(_scores[i])].Add(_chances[i], _truths[i]);
        (_scores, _chances, _truths) = ([], [], []);
    }

    private int BinOf(double score)
    {
        var found = Array.BinarySearch(_edges!, score);
        return found >= 0 ? found + 1 : ~found;
    }

    private struct Confusion
    {
        public long Rows;
        public double TruePositives;
        public double FalsePositives;
        public double FalseNegatives;
        public double TrueNegatives;

        public void Add(double predicted, double chance)
        {
            if (double.IsNaN(chance)) return;
            Rows++;
            if (predicted != 0)
            {
                TruePositives += chance;
                FalsePositives += 1 - chance;
            }
            else
            {
                FalseNegatives += chance;
                TrueNegatives += 1 - chance;
            }
        }
    }

    private struct Step
    {
        public double Estimated;
        public double Expected;
        public double Labels;
        public double Positives;

        public void Add(double chance, double truth)
        {
            if (!double.IsNaN(chance))
            {
                Estimated++;
                Expected += chance;
            }

            if (double.IsNaN(truth)) return;
            Labels++;
            Positives += truth;
        }
    }
}
