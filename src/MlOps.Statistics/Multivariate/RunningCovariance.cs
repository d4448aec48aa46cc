namespace MlOps.Statistics;

/// <summary>How several columns of numbers vary together, in one pass over their rows and in memory that does not grow with them. Parts merge. Not thread-safe.</summary>
/// <remarks>Inside a block of rows the sums are made about the block's own means; blocks are put together as in Chan, Golub and LeVeque 1979. Merging in another order gives the same but for rounding.</remarks>
public sealed class RunningCovariance
{
    private const int BlockRows = 256;
    private const int MaxWidth = 10_000;
    private readonly double[] _means;
    private readonly double[] _products; // the sums of the products of the distances from the means: a full matrix, row after row
    private double[]? _block; // column after column

    /// <summary>Starts without rows.</summary>
    /// <param name="width">How many columns there are, from 1 to 10,000.</param>
    public RunningCovariance(int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MaxWidth);
        (_means, _products) = (new double[width], new double[width * width]);
    }

    /// <summary>Gets how many columns there are.</summary>
    public int Width => _means.Length;

    /// <summary>Gets how many rows were counted.</summary>
    public long Count { get; private set; }

    /// <summary>Gets how many rows were left out because one of their numbers was NaN or infinite.</summary>
    public long Skipped { get; private set; }

    /// <summary>Gets the mean of each column; 0 without rows.</summary>
    public IReadOnlyList<double> Means => _means;

    /// <summary>Adds rows.</summary>
    /// <param name="rows">The numbers, row after row. A row with a number that is NaN or infinite is left out.</param>
    /// <exception cref="ArgumentException">The numbers are no whole rows.</exception>
    public void Add(ReadOnlySpan<double> rows)
    {
        if (rows.Length % Width != 0) throw new ArgumentException($"{rows.Length} numbers are no whole rows of {Width}.", nameof(rows));
        _block ??= new double[BlockRows * Width];
        var filled = 0;
        for (var at = 0; at < rows.Length; at += Width)
        {
            var row = rows.Slice(at, Width);
            if (!IsFinite(row))
            {
                Skipped++;
                continue;
            }

            for (var c = 0; c < row.Length; c++) _block[(c * BlockRows) + filled] = row[c];
            if (++filled < BlockRows) continue;
            AddBlock(filled);
            filled = 0;
        }

        AddBlock(filled);
    }

    /// <summary>Adds the rows that another has seen.</summary>
    /// <param name="other">The other, of as many columns. It is not changed.</param>
    /// <exception cref="ArgumentException">The other has another number of columns.</exception>
    public void Merge(RunningCovariance other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Width != Width) throw new ArgumentException($"The other has {other.Width} columns, not {Width}.", nameof(other));
        Skipped += other.Skipped;
        for (var i = 0; i < _products.Length; i++) _products[i] += other._products[i];
        Join(other._means, other.Count);
    }

    /// <summary>Gives the covariance of two columns, of the rows as they are (n in the denominator); of a column with itself, its variance.</summary>
    /// <param name="first">A column, from 0.</param>
    /// <param name="second">Another, or the same.</param>
    /// <returns>The covariance; NaN without rows.</returns>
    public double Covariance(int first, int second) => Count == 0 ? double.NaN : _products[(first * Width) + second] / Count;

    /// <summary>Saves it in a compact form that says its version and whether it is whole.</summary>
    /// <returns>The bytes.</returns>
    public byte[] ToBytes()
    {
        var writer = new StateWriter();
        writer.Number(Width);
        writer.Number(Count);
        writer.Number(Skipped);
        foreach (var mean in _means) writer.Double(mean);
        for (var i = 0; i < Width; i++)
        {
            for (var j = i; j < Width; j++) writer.Double(_products[(i * Width) + j]);
        }

        return Envelope.Seal(Envelope.Covariance, writer);
    }

    /// <summary>Resumes what <see cref="ToBytes"/> saved.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The covariance, which goes on to the bit where the saved one was.</returns>
    /// <exception cref="InvalidDataException">The bytes are none, damaged, or of a later version.</exception>
    public static RunningCovariance FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = Envelope.Open(Envelope.Covariance, bytes);
        var width = reader.Number();
        if (width is < 1 or > MaxWidth) throw StateReader.Damaged("columns that cannot be");
        var result = new RunningCovariance((int)width) { Count = reader.Number(), Skipped = reader.Number() };
        for (var i = 0; i < width; i++) result._means[i] = reader.Double();
        for (var i = 0; i < width; i++)
        {
            for (var j = i; j < width; j++) result._products[(i * width) + j] = result._products[(j * width) + i] = reader.Double();
        }

        return reader.IsAtEnd ? result : throw StateReader.Damaged("more than it says");
    }

    private static bool IsFinite(ReadOnlySpan<double> row)
    {
        foreach (var value in row)
        {
            if (!double.IsFinite(value)) return false;
        }

        return true;
    }

    private void AddBlock(int rows)
    {
        if (rows == 0) return;
        var means = new double[Width];
        for (var c = 0; c < Width; c++)
        {
            var column = _block.AsSpan(c * BlockRows, rows);
            var sum = 0.0;
            foreach (var value in column) sum += value;
            means[c] = sum / rows;
            foreach (ref var value in column) value -= means[c];
        }

        for (var i = 0; i < Width; i++)
        {
            var first = _block.AsSpan(i * BlockRows, rows);
            for (var j = i; j < Width; j++)
            {
                var sum = VectorMath.Dot(first, _block.AsSpan(j * BlockRows, rows));
                _products[(i * Width) + j] += sum;
                if (i != j) _products[(j * Width) + i] += sum;
            }
        }

        Join(means, rows);
    }

    // The products of both sides are added already; what is between their means is not.
    private void Join(double[] means, long count)
    {
        if (count == 0) return;
        var all = Count + count;
        var weight = (double)Count / all * count;
        var distances = new double[Width];
        for (var c = 0; c < Width; c++) distances[c] = means[c] - _means[c];
        for (var i = 0; i < Width && Count > 0; i++)
        {
            for (var j = 0; j < Width; j++) _products[(i * Width) + j] += weight * distances[i] * distances[j];
        }

        for (var c = 0; c < Width; c++) _means[c] += distances[c] * ((double)count / all);
        Count = all;
    }
}
