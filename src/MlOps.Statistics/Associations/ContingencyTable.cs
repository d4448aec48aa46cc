namespace MlOps.Statistics;

/// <summary>How often each pair of two columns' categories came, in bounded memory; tables merge to the bit.</summary>
/// <remarks>Rows where either category is missing are left out. Past the limit of different pairs the pairs are let go, and only the number of rows is known. Not thread-safe.</remarks>
public sealed class ContingencyTable
{
    /// <summary>How many different pairs are counted.</summary>
    public const int MaxPairs = 65536;

    private Dictionary<(string First, string Second), long>? _pairs = [];

    /// <summary>Gets how many rows have both categories.</summary>
    public long Count { get; private set; }

    /// <summary>Gets a value indicating whether there were too many different pairs, so that nothing can be said of the association.</summary>
    public bool IsOverfull => _pairs is null;

    /// <summary>Gets the pairs with their counts; none when there were too many.</summary>
    public IReadOnlyDictionary<(string First, string Second), long> Pairs => _pairs ?? [];

    /// <summary>Gets Pearson's chi-square of independence; NaN when it cannot be told.</summary>
    public double ChiSquareStatistic
    {
        get
        {
            if (_pairs is null || Count == 0) return double.NaN;
            var (rows, columns) = Margins();
            double sum = 0, covered = 0;
            foreach (var ((first, second), count) in _pairs)
            {
                var expected = (double)rows[first] * columns[second] / Count;
                sum += (count - expected) * (count - expected) / expected;
                covered += expected;
            }

            // Pairs that never came add what was expected of them.
            return sum + Math.Max(0, Count - covered);
        }
    }

    /// <summary>Gets the degrees of freedom of the chi-square: (rows - 1)(columns - 1).</summary>
    public int DegreesOfFreedom
    {
        get
        {
            var (rows, columns) = Margins();
            return Math.Max(0, rows.Count - 1) * Math.Max(0, columns.Count - 1);
        }
    }

    /// <summary>Gets Cramér's V, from 0 for independent to 1 for determined; NaN without two categories on both sides or when there were too many pairs.</summary>
    /// <remarks>Cramér, Mathematical Methods of Statistics, 1946, 21.9. It is too high for small tables of many categories; see <see cref="CorrectedCramersV"/>.</remarks>
    public double CramersV
    {
        get
        {
            var (rows, columns) = Margins();
            var least = Math.Min(rows.Count, columns.Count) - 1;
            return least < 1 ? double.NaN : Math.Min(1, Math.Sqrt(ChiSquareStatistic / Count / least));
        }
    }

    /// <summary>Gets Cramér's V with Bergsma's correction for bias (Journal of the Korean Statistical Society 42, 2013); NaN as for <see cref="CramersV"/> and with a single row.</summary>
    public double CorrectedCramersV
    {
        get
        {
            var (rows, columns) = Margins();
            if (Math.Min(rows.Count, columns.Count) < 2 || Count < 2) return double.NaN;
            var (r, k, n) = ((double)rows.Count, (double)columns.Count, Count - 1.0);
            var phi = Math.Max(0, (ChiSquareStatistic / Count) - ((r - 1) * (k - 1) / n));
            var least = Math.Min(r - ((r - 1) * (r - 1) / n), k - ((k - 1) * (k - 1) / n)) - 1;
            return least > 0 ? Math.Min(1, Math.Sqrt(phi / least)) : double.NaN;
        }
    }

    /// <summary>Gets the mutual information of the two columns in nats; NaN when it cannot be told.</summary>
    public double MutualInformation
    {
        get
        {
            if (_pairs is null || Count == 0) return double.NaN;
            var (rows, columns) = Margins();
            var sum = 0.0;
            foreach (var ((first, second), count) in _pairs) sum += (double)count / Count * Math.Log((double)count * Count / ((double)rows[first] * columns[second]));
            return Math.Max(0, sum);
        }
    }

    /// <summary>Adds rows.</summary>
    /// <param name="first">The categories of the first column; null is missing.</param>
    /// <param name="second">The categories of the second column, as many.</param>
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    public void Add(ReadOnlySpan<string?> first, ReadOnlySpan<string?> second)
    {
        if (first.Length != second.Length) throw new ArgumentException($"The columns have {first.Length} and {second.Length} rows; they must have as many.", nameof(second));
        for (var row = 0; row < first.Length; row++)
        {
            if (first[row] is { } a && second[row] is { } b) Add(a, b, 1);
        }
    }

    /// <summary>Adds a pair.</summary>
    /// <param name="first">The category of the first column.</param>
    /// <param name="second">The category of the second column.</param>
    /// <param name="count">How often it came.</param>
    public void Add(string first, string second, long count)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count += count;
        if (_pairs is null || count == 0) return;
        _pairs[(first, second)] = _pairs.GetValueOrDefault((first, second)) + count;
        if (_pairs.Count > MaxPairs) _pairs = null;
    }

    /// <summary>Adds the rows that another table has seen.</summary>
    /// <param name="other">The other table. It is not changed.</param>
    public void Merge(ContingencyTable other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._pairs is null)
        {
            Count += other.Count;
            _pairs = null;
            return;
        }

        foreach (var ((first, second), count) in other._pairs.ToArray()) Add(first, second, count);
    }

    /// <summary>Makes a copy that grows by itself.</summary>
    /// <returns>The copy.</returns>
    public ContingencyTable Clone() => new() { Count = Count, _pairs = _pairs is null ? null : new(_pairs) };

    internal void Write(StateWriter writer)
    {
        writer.Flag(IsOverfull);
        if (_pairs is null)
        {
            writer.Number(Count);
            return;
        }

        writer.Number(_pairs.Count);
        foreach (var ((first, second), count) in _pairs.OrderBy(p => p.Key.First, StringComparer.Ordinal).ThenBy(p => p.Key.Second, StringComparer.Ordinal))
        {
            writer.Text(first);
            writer.Text(second);
            writer.Number(count);
        }
    }

    internal static ContingencyTable Read(StateReader reader)
    {
        if (reader.Flag()) return new() { Count = reader.Number(), _pairs = null };
        var table = new ContingencyTable();
        for (var left = reader.Length(3); left > 0; left--) table.Add(reader.Text(), reader.Text(), reader.Number());
        return table;
    }

    private (Dictionary<string, long> Rows, Dictionary<string, long> Columns) Margins()
    {
        var (rows, columns) = (new Dictionary<string, long>(StringComparer.Ordinal), new Dictionary<string, long>(StringComparer.Ordinal));
        foreach (var ((first, second), count) in Pairs)
        {
            rows[first] = rows.GetValueOrDefault(first) + count;
            columns[second] = columns.GetValueOrDefault(second) + count;
        }

        return (rows, columns);
    }
}
