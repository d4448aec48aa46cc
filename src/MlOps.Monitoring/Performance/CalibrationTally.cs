namespace MlOps.Monitoring;

/// <summary>Whether the scores of a chunk are probabilities: ten bins of equal width, and the mean squared distance from the truth.</summary>
/// <remarks>C. Guo and others, On Calibration of Modern Neural Networks, ICML 2017; G. Brier, Monthly Weather Review 78, 1950. Of several classes, the score of the predicted one and whether it was right.</remarks>
internal sealed class CalibrationTally
{
    private const int Bins = 10;

    private readonly (double Scores, double Positives, long Rows)[] _bins = new (double, double, long)[Bins];
    private double _squares;
    private long _rows;

    public void Add(double score, double truth)
    {
        if (double.IsNaN(score) || double.IsNaN(truth) || score is < 0 or > 1) return;
        ref var bin = ref _bins[Math.Min(Bins - 1, (int)(score * Bins))];
        bin.Scores += score;
        bin.Positives += truth;
        bin.Rows++;
        _squares += (score - truth) * (score - truth);
        _rows++;
    }

    public ChunkCalibration ToChunk(int chunk) => new(
        chunk,
        _rows,
        _rows == 0 ? double.NaN : _bins.Sum(b => Math.Abs(b.Scores - b.Positives)) / _rows,
        _rows == 0 ? double.NaN : _squares / _rows,
        [.. _bins.Where(b => b.Rows > 0).Select(b => new ReliabilityBin(b.Scores / b.Rows, b.Positives / b.Rows, b.Rows))]);
}
