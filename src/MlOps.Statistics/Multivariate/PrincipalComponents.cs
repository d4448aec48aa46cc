namespace MlOps.Statistics;

/// <summary>What reference rows have in common: the directions along which standardised columns vary most. Rows that no longer go together in that way are told by their <see cref="ReconstructionError"/>, also where no single column has moved. Immutable and thread-safe.</summary>
/// <remarks>Principal components of the correlation matrix (Jolliffe, Principal Component Analysis, 2nd ed., 2.3). A column that did not vary is left out: it has no part in what goes together.</remarks>
public sealed class PrincipalComponents
{
    /// <summary>The share of the variance that is kept by default.</summary>
    public const double DefaultShare = 0.65;

    private readonly double[] _means;
    private readonly double[] _scales; // one over the standard deviation; 0 for a column that does not vary
    private readonly double[][] _rest; // the directions that are not kept: what lies along them is the error

    private PrincipalComponents(double[] means, double[] scales, double[] variances, int count, double[][] rest) =>
        (_means, _scales, Variances, Count, _rest) = (means, scales, variances, count, rest);

    /// <summary>Gets how many columns a row has.</summary>
    public int Width => _means.Length;

    /// <summary>Gets how many directions are kept.</summary>
    public int Count { get; }

    /// <summary>Gets the variance along each direction, kept or not, the largest first. Their sum is the number of columns that vary.</summary>
    public IReadOnlyList<double> Variances { get; }

    /// <summary>Gets the share of the variance that the kept directions have; 0 when nothing varies.</summary>
    public double Share
    {
        get
        {
            var sum = Variances.Sum();
            return sum > 0 ? Variances.Take(Count).Sum() / sum : 0;
        }
    }

    /// <summary>Finds the directions.</summary>
    /// <param name="rows">The reference rows.</param>
    /// <param name="share">The share of the variance that is kept at least, above 0 and at most 1. One direction less than columns vary is kept at most, so that there is an error at all.</param>
    /// <returns>The components. Without two columns that vary every error is 0.</returns>
    /// <exception cref="ArgumentException">There are no rows.</exception>
    public static PrincipalComponents Fit(RunningCovariance rows, double share = DefaultShare)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (share is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "Use a share above 0, and at most 1.");
        if (rows.Count == 0) throw new ArgumentException("There are no rows to find components of.", nameof(rows));
        var (means, scales, varying) = (rows.Means.ToArray(), new double[rows.Width], new List<int>());
        for (var c = 0; c < scales.Length; c++)
        {
            // What rounding leaves of a constant is no variance.
            var deviation = Math.Sqrt(rows.Covariance(c, c));
            if (!(deviation > Math.Abs(means[c]) * 1e-12) || !double.IsFinite(1 / deviation)) continue;
            scales[c] = 1 / deviation;
            varying.Add(c);
        }

        var correlation = new double[varying.Count, varying.Count];
        for (var i = 0; i < varying.Count; i++)
        {
            for (var j = 0; j < varying.Count; j++) correlation[i, j] = i == j ? 1 : rows.Covariance(varying[i], varying[j]) * scales[varying[i]] * scales[varying[j]];
        }

        var (values, vectors) = SymmetricMatrix.Eigen(correlation);
        for (var i = 0; i < values.Length; i++) values[i] = Math.Max(0, values[i]);
        var count = Kept(values, share);
        return new(means, scales, values, count, [.. vectors.Skip(count).Select(v => Spread(v, varying, rows.Width))]);
    }

    /// <summary>Gives how far a row is from what the kept directions can say of it, in standard deviations of the columns.</summary>
    /// <param name="row">The numbers of the row.</param>
    /// <returns>The distance; NaN when a number of a column that varies is NaN, infinite when one is infinite.</returns>
    /// <exception cref="ArgumentException">The row has another number of columns.</exception>
    public double ReconstructionError(ReadOnlySpan<double> row)
    {
        if (row.Length != Width) throw new ArgumentException($"The row has {row.Length} numbers, not {Width}.", nameof(row));
        Span<double> standardised = row.Length <= 256 ? stackalloc double[row.Length] : new double[row.Length];
        for (var c = 0; c < row.Length; c++)
        {
            standardised[c] = _scales[c] == 0 ? 0 : (row[c] - _means[c]) * _scales[c];
            if (double.IsInfinity(standardised[c])) return double.PositiveInfinity;
        }

        var sum = 0.0;
        foreach (var direction in _rest)
        {
            var along = VectorMath.Dot(standardised, direction);
            sum += along * along;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>Gives the error of many rows.</summary>
    /// <param name="rows">The numbers, row after row.</param>
    /// <param name="errors">Where the errors are written, one a row.</param>
    /// <exception cref="ArgumentException">The numbers are not as many rows as there are places for errors.</exception>
    public void ReconstructionErrors(ReadOnlySpan<double> rows, Span<double> errors)
    {
        if (rows.Length != (long)errors.Length * Width) throw new ArgumentException($"{rows.Length} numbers are not {errors.Length} rows of {Width}.", nameof(rows));
        for (var i = 0; i < errors.Length; i++) errors[i] = ReconstructionError(rows.Slice(i * Width, Width));
    }

    /// <summary>Saves the components in a compact form that says its version and whether it is whole.</summary>
    /// <returns>The bytes.</returns>
    public byte[] ToBytes()
    {
        var writer = new StateWriter();
        writer.Number(Width);
        writer.Number(Variances.Count);
        writer.Number(Count);
        foreach (var values in (IEnumerable<IEnumerable<double>>)[_means, _scales, Variances, .. _rest])
        {
            foreach (var value in values) writer.Double(value);
        }

        return Envelope.Seal(Envelope.Components, writer);
    }

    /// <summary>Reads what <see cref="ToBytes"/> saved.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The components, which give the same errors to the bit.</returns>
    /// <exception cref="InvalidDataException">The bytes are none, damaged, or of a later version.</exception>
    public static PrincipalComponents FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = Envelope.Open(Envelope.Components, bytes);
        var width = reader.Length(16);
        var (varying, count) = (reader.Number(), reader.Number());
        if (varying > width || count > varying) throw StateReader.Damaged("directions that cannot be");
        double[] Read(long length)
        {
            var values = new double[length];
            foreach (ref var value in values.AsSpan()) value = reader.Double();
            return values;
        }

        var (means, scales, variances) = (Read(width), Read(width), Read(varying));
        var rest = new double[varying - count][];
        for (var i = 0; i < rest.Length; i++) rest[i] = Read(width);
        return reader.IsAtEnd ? new(means, scales, variances, (int)count, rest) : throw StateReader.Damaged("more than it says");
    }

    private static int Kept(double[] variances, double share)
    {
        var (sum, wanted) = (0.0, variances.Sum() * share);
        for (var count = 1; count < variances.Length; count++)
        {
            sum += variances[count - 1];
            if (sum >= wanted) return count;
        }

        return Math.Max(Math.Min(1, variances.Length), variances.Length - 1);
    }

    private static double[] Spread(double[] direction, List<int> columns, int width)
    {
        var spread = new double[width];
        for (var i = 0; i < direction.Length; i++) spread[columns[i]] = direction[i];
        return spread;
    }
}
