namespace MlOps.Statistics;

/// <summary>Adaptive windowing: keeps a window of the newest values as long as no cut through it shows two different means.</summary>
/// <remarks>
/// A. Bifet, R. Gavaldà, Learning from Time-Changing Data with Adaptive Windowing, SDM 2007. Values are kept as sums and variances in buckets of 1, 2, 4 … values, so that memory grows with the logarithm of the window. A cut
/// with n0 and n1 values is a change when the means differ by more than sqrt(2 m v ln(2 ln W / delta)) + 2/3 m ln(2 ln W / delta), with v the variance of the window, m = 1 / (n0 - l + 1) + 1 / (n1 - l + 1) and l the least
/// length of a part, as in MOA and River.
/// </remarks>
public sealed class Adwin : ChangeDetector
{
    private readonly List<List<Bucket>> _rows = [[]]; // row r holds buckets of 2^r values, the oldest first
    private long _ticks;
    private double _width;
    private double _total;
    private double _variance;

    /// <inheritdoc/>
    public override string Name => "adwin";

    /// <summary>Gets the chance of a false alarm at a look, between 0 and 1. The default is 0.002.</summary>
    public double Delta { get; init => field = Share(value, nameof(Delta)); } = 0.002;

    /// <summary>Gets after how many values it looks again. The default is 32.</summary>
    public int Clock { get; init => field = Positive(value, nameof(Clock)); } = 32;

    /// <summary>Gets how many buckets of one size are kept before two become one. The default is 5.</summary>
    public int MaxBuckets { get; init => field = Positive(value, nameof(MaxBuckets)); } = 5;

    /// <summary>Gets how many values each part of a cut must have. The default is 5.</summary>
    public int MinWindowLength { get; init => field = Positive(value, nameof(MinWindowLength)); } = 5;

    /// <summary>Gets above how many values it looks at all. The default is 10.</summary>
    public int GracePeriod { get; init => field = Positive(value, nameof(GracePeriod)); } = 10;

    /// <summary>Gets the mean of the window; 0 without values.</summary>
    public double Mean => _width == 0 ? 0 : _total / _width;

    /// <summary>Gets how many values the window holds.</summary>
    public long Width => (long)_width;

    internal static Adwin Read(StateReader reader)
    {
        var detector = new Adwin
        {
            Delta = reader.Double(),
            Clock = (int)reader.Number(),
            MaxBuckets = (int)reader.Number(),
            MinWindowLength = (int)reader.Number(),
            GracePeriod = (int)reader.Number(),
            _ticks = reader.Number(),
            _width = reader.Double(),
            _total = reader.Double(),
            _variance = reader.Double(),
        };
        detector._rows.Clear();
        for (var rows = reader.Length(1); rows > 0; rows--)
        {
            var row = new List<Bucket>();
            for (var buckets = reader.Length(16); buckets > 0; buckets--) row.Add(new(reader.Double(), reader.Double()));
            detector._rows.Add(row);
        }

        return detector._rows.Count is > 0 and < 64 ? detector : throw StateReader.Damaged("a window that cannot be");
    }

    private protected override ChangeSignal Take(double value)
    {
        Insert(value);
        Compress();
        if (++_ticks % Clock != 0 || _width <= GracePeriod) return ChangeSignal.None;
        var isChanged = false;
        while (FindCut())
        {
            isChanged = true;
            DropOldest();
        }

        return isChanged ? ChangeSignal.Drift : ChangeSignal.None;
    }

    private protected override void Begin()
    {
        _rows.Clear();
        _rows.Add([]);
        (_ticks, _width, _total, _variance) = (0, 0, 0, 0);
    }

    private protected override void Write(StateWriter writer)
    {
        writer.Double(Delta);
        writer.Number(Clock);
        writer.Number(MaxBuckets);
        writer.Number(MinWindowLength);
        writer.Number(GracePeriod);
        writer.Number(_ticks);
        writer.Double(_width);
        writer.Double(_total);
        writer.Double(_variance);
        writer.Number(_rows.Count);
        foreach (var row in _rows)
        {
            writer.Number(row.Count);
            foreach (var bucket in row)
            {
                writer.Double(bucket.Total);
                writer.Double(bucket.Variance);
            }
        }
    }

    private void Insert(double value)
    {
        _rows[0].Add(new(value, 0));
        _width++;
        if (_width > 1)
        {
            var distance = value - (_total / (_width - 1));
            _variance += (_width - 1) * distance * distance / _width;
        }

        _total += value;
    }

    private void Compress()
    {
        for (var r = 0; r < _rows.Count && _rows[r].Count > MaxBuckets; r++)
        {
            if (r + 1 == _rows.Count) _rows.Add([]);
            var size = Size(r);
            var (older, newer) = (_rows[r][0], _rows[r][1]);
            var distance = (older.Total / size) - (newer.Total / size);
            _rows[r + 1].Add(new(older.Total + newer.Total, older.Variance + newer.Variance + (size * size * distance * distance / (size + size))));
            _rows[r].RemoveRange(0, 2);
        }
    }

    private bool FindCut()
    {
        var (count, total) = (0.0, 0.0);
        for (var r = _rows.Count - 1; r >= 0; r--)
        {
            for (var k = 0; k < _rows[r].Count; k++)
            {
                count += Size(r);
                total += _rows[r][k].Total;
                var (otherCount, otherTotal) = (_width - count, _total - total);
                if (count >= MinWindowLength && otherCount >= MinWindowLength && IsCut(count, otherCount, (total / count) - (otherTotal / otherCount))) return true;
            }
        }

        return false;
    }

    private bool IsCut(double count, double otherCount, double difference)
    {
        var chance = Math.Log(2 * Math.Log(_width) / Delta);
        var m = (1 / (count - MinWindowLength + 1)) + (1 / (otherCount - MinWindowLength + 1));
        return Math.Abs(difference) > Math.Sqrt(2 * m * (_variance / _width) * chance) + (2.0 / 3 * chance * m);
    }

    private void DropOldest()
    {
        var last = _rows.Count - 1;
        var (size, oldest) = (Size(last), _rows[last][0]);
        _width -= size;
        _total -= oldest.Total;
        var distance = (oldest.Total / size) - (_total / _width);
        _variance -= oldest.Variance + (size * _width * distance * distance / (size + _width));
        _rows[last].RemoveAt(0);
        while (_rows.Count > 1 && _rows[^1].Count == 0) _rows.RemoveAt(_rows.Count - 1);
    }

    private static double Size(int row) => 1L << row;

    private readonly record struct Bucket(double Total, double Variance);
}
