namespace MlOps.Statistics;

/// <summary>How two columns of numbers vary together, which merges like a profile.</summary>
/// <remarks>Rows where either number is missing, NaN or infinite are left out. Sums are made about the means, parts are put together in twice the precision of a double (Pébay 2008, equation 3.12). Not thread-safe.</remarks>
public sealed class Correlation
{
    private const int BlockSize = 2048;
    private DoubleDouble _meanX;
    private DoubleDouble _meanY;
    private DoubleDouble _xx;
    private DoubleDouble _yy;
    private DoubleDouble _xy;

    /// <summary>Gets how many rows have both numbers.</summary>
    public long Count { get; private set; }

    /// <summary>Gets Pearson's coefficient of correlation, from -1 to 1; NaN with fewer than two rows or when a column does not vary.</summary>
    public double Pearson
    {
        get
        {
            var spread = Math.Sqrt(_xx.Value) * Math.Sqrt(_yy.Value);
            return Count >= 2 && spread > 0 ? Math.Clamp(_xy.Value / spread, -1, 1) : double.NaN;
        }
    }

    /// <summary>Gets the covariance of the rows as they are (n in the denominator); NaN without rows.</summary>
    public double PopulationCovariance => Count == 0 ? double.NaN : _xy.Value / Count;

    /// <summary>Gets the unbiased estimate of the covariance (n - 1 in the denominator); NaN with fewer than two rows.</summary>
    public double SampleCovariance => Count < 2 ? double.NaN : _xy.Value / (Count - 1);

    /// <summary>Adds rows.</summary>
    /// <param name="x">The numbers of the first column.</param>
    /// <param name="y">The numbers of the second column, as many.</param>
    /// <param name="validityX">Which rows of the first column have a value.</param>
    /// <param name="validityY">Which rows of the second column have a value.</param>
    /// <exception cref="ArgumentException">The columns differ in length, or a bitmap is too short.</exception>
    public void Add(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Validity validityX = default, Validity validityY = default)
    {
        if (x.Length != y.Length) throw new ArgumentException($"The columns have {x.Length} and {y.Length} rows; they must have as many.", nameof(y));
        validityX.Check(x.Length);
        validityY.Check(y.Length);
        var (xs, ys) = (new double[Math.Min(BlockSize, x.Length)], new double[Math.Min(BlockSize, x.Length)]);
        var next = 0;
        for (var row = 0; row < x.Length; row++)
        {
            if (!validityX[row] || !validityY[row] || !double.IsFinite(x[row]) || !double.IsFinite(y[row])) continue;
            (xs[next], ys[next]) = (x[row], y[row]);
            if (++next < xs.Length) continue;
            AddBlock(xs, ys);
            next = 0;
        }

        AddBlock(xs.AsSpan(0, next), ys.AsSpan(0, next));
    }

    /// <summary>Adds the rows that another has seen.</summary>
    /// <param name="other">The other. It is not changed.</param>
    public void Merge(Correlation other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Merge(other.Count, other._meanX, other._meanY, other._xx, other._yy, other._xy);
    }

    /// <summary>Makes a copy that grows by itself.</summary>
    /// <returns>The copy.</returns>
    public Correlation Clone() => (Correlation)MemberwiseClone();

    internal void Write(StateWriter writer)
    {
        writer.Number(Count);
        foreach (var part in (ReadOnlySpan<DoubleDouble>)[_meanX, _meanY, _xx, _yy, _xy]) writer.Double(part);
    }

    internal static Correlation Read(StateReader reader) => new()
    {
        Count = reader.Number(),
        _meanX = reader.DoubleDouble(),
        _meanY = reader.DoubleDouble(),
        _xx = reader.DoubleDouble(),
        _yy = reader.DoubleDouble(),
        _xy = reader.DoubleDouble(),
    };

    private void AddBlock(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length == 0) return;
        var (centerX, centerY) = (Center(x), Center(y));
        double n = x.Length, sumX = 0, sumY = 0, xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var (dx, dy) = (x[i] - centerX, y[i] - centerY);
            sumX += dx;
            sumY += dy;
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }

        var (shiftX, shiftY) = ((DoubleDouble)sumX / n, (DoubleDouble)sumY / n);
        Merge(x.Length, centerX + shiftX, centerY + shiftY, xx - (shiftX * sumX), yy - (shiftY * sumY), xy - (shiftX * sumY));
    }

    private static double Center(ReadOnlySpan<double> values)
    {
        var mean = 0.0;
        foreach (var value in values) mean += value / values.Length;
        return mean;
    }

    private void Merge(long count, DoubleDouble meanX, DoubleDouble meanY, DoubleDouble xx, DoubleDouble yy, DoubleDouble xy)
    {
        if (count == 0) return;
        if (Count == 0)
        {
            (Count, _meanX, _meanY, _xx, _yy, _xy) = (count, meanX, meanY, xx, yy, xy);
            return;
        }

        var all = Count + count;
        var share = DoubleDouble.Of(count) / DoubleDouble.Of(all);
        var weight = DoubleDouble.Of(Count) * share;
        var (dx, dy) = (meanX - _meanX, meanY - _meanY);
        (_xx, _yy, _xy) = (_xx + xx + (dx * dx * weight), _yy + yy + (dy * dy * weight), _xy + xy + (dx * dy * weight));
        (_meanX, _meanY, Count) = (_meanX + (dx * share), _meanY + (dy * share), all);
    }
}
