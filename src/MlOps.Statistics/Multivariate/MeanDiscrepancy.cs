namespace MlOps.Statistics;

/// <summary>The maximum mean discrepancy of two samples of rows, which is 0 only where the distributions are the same in every respect: for embeddings, whose single columns say little.</summary>
/// <remarks>
/// The unbiased estimate with the kernel exp(-d² / 2s²) and the median distance for s (Gretton et al., A kernel two-sample test, JMLR 13, 2012), tested by dealing the rows anew between the samples, which holds its level for samples of
/// any size and any distribution. Dealing ends once ten deals were as extreme as the samples (Besag and Clifford, Biometrika 78, 1991). Large samples are cut into blocks whose estimates are averaged (Zaremba, Gretton and
/// Blaschko, B-test, NIPS 2013), and dealt inside of them: time and memory grow with the rows, not with their square.
/// </remarks>
public static class MeanDiscrepancy
{
    private const int Extremes = 10;
    private const int DealsAtOnce = 32;
    private const int BandwidthPairs = 20_000;

    /// <summary>Tests two samples.</summary>
    /// <param name="first">The rows of the first, row after row.</param>
    /// <param name="second">The rows of the second.</param>
    /// <param name="width">How many numbers a row has.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>What was found. Rows with a number that is NaN or infinite are left out; with fewer than two rows in a sample the discrepancy is NaN. When all rows are equal it is 0 and its chance 1.</returns>
    /// <exception cref="ArgumentException">The numbers are no whole rows.</exception>
    public static DiscrepancyResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second, int width, DiscrepancyOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        options ??= new();
        var (a, b) = (Rows(first, width, nameof(first)), Rows(second, width, nameof(second)));
        if (a.Count < 2 || b.Count < 2) return new(double.NaN, double.NaN, double.NaN, a.Count, b.Count, 0);
        var state = options.Seed;
        Shuffle(a, ref state);
        Shuffle(b, ref state);
        var bandwidth = options.Bandwidth ?? MedianDistance(a, b, ref state);
        if (bandwidth == 0) return new(0, 1, 0, a.Count, b.Count, 0);
        var blocks = Blocks(a, b, bandwidth, options.BlockRows);
        var observed = blocks.Average(block => block.Discrepancy());
        var (deals, extreme) = (0, 0);
        var sums = new double[DealsAtOnce];
        while (deals < options.Permutations && extreme < Extremes)
        {
            // A block is dealt several times while its kernel is in the cache.
            var some = sums.AsSpan(0, Math.Min(DealsAtOnce, options.Permutations - deals));
            some.Clear();
            foreach (var block in blocks)
            {
                foreach (ref var sum in some)
                {
                    block.Deal(ref state);
                    sum += block.Discrepancy();
                }
            }

            for (var i = 0; i < some.Length && extreme < Extremes; i++, deals++)
            {
                if (some[i] / blocks.Count >= observed) extreme++;
            }
        }

        var chance = extreme == Extremes ? (double)extreme / deals : (extreme + 1.0) / (deals + 1);
        var (fewer, more) = (blocks.Sum(block => block.Members), blocks.Sum(block => block.Size - block.Members));
        return new(observed, chance, bandwidth, a.Count <= b.Count ? fewer : more, a.Count <= b.Count ? more : fewer, deals);
    }

    private static List<double[]> Rows(ReadOnlySpan<double> values, int width, string name)
    {
        if (values.Length % width != 0) throw new ArgumentException($"{values.Length} numbers are no whole rows of {width}.", name);
        var rows = new List<double[]>(values.Length / width);
        for (var at = 0; at < values.Length; at += width)
        {
            var row = values.Slice(at, width);
            if (!row.ContainsAnyExceptInRange(double.MinValue, double.MaxValue)) rows.Add(row.ToArray());
        }

        return rows;
    }

    private static void Shuffle(List<double[]> rows, ref ulong state)
    {
        for (var i = rows.Count - 1; i > 0; i--)
        {
            var other = Below(i + 1, ref state);
            (rows[i], rows[other]) = (rows[other], rows[i]);
        }
    }

    private static int Below(int limit, ref ulong state) => (int)(uint)Math.BigMul(SplitMix.Next(ref state), (ulong)limit, out _);

    // Where more than half of the pairs are equal, the mean of the others.
    private static double MedianDistance(List<double[]> a, List<double[]> b, ref ulong state)
    {
        var distances = new double[BandwidthPairs];
        double[] Draw(ref ulong seed) => Below(a.Count + b.Count, ref seed) is var at && at < a.Count ? a[at] : b[at - a.Count];
        for (var i = 0; i < distances.Length; i++) distances[i] = Math.Sqrt(VectorMath.SquaredDistance(Draw(ref state), Draw(ref state)));
        Array.Sort(distances);
        var median = distances[BandwidthPairs / 2];
        if (median > 0) return median;
        var largest = distances[^1];
        return largest == 0 ? 0 : distances.Where(d => d > 0).Average();
    }

    // The members are the smaller sample: what is summed is then small, and what follows from it by subtraction is divided by the larger number of pairs.
    private static List<Block> Blocks(List<double[]> a, List<double[]> b, double bandwidth, int blockRows)
    {
        var smaller = Math.Min(a.Count, b.Count);
        var count = Math.Max(1, 2 * smaller / blockRows);
        var limit = count > 1 ? blockRows / 2 : Math.Max(2, blockRows - Math.Min(smaller, blockRows / 2));
        var (sizeA, sizeB) = (Math.Min(a.Count / count, limit), Math.Min(b.Count / count, limit));
        if (a.Count > b.Count) (a, b, sizeA, sizeB) = (b, a, sizeB, sizeA);
        return [.. Enumerable.Range(0, count).Select(i => new Block([.. a.GetRange(i * sizeA, sizeA), .. b.GetRange(i * sizeB, sizeB)], sizeA, bandwidth))];
    }

    /// <summary>Rows of both samples with the kernel of every pair. Of the kernel without its diagonal, only the sum over the pairs of members changes from deal to deal, and the sum of their rows.</summary>
    private sealed class Block
    {
        private readonly float[] _kernel;
        private readonly double[] _sums; // of each row of the kernel
        private readonly double _total;
        private readonly int[] _order;
        private readonly float[] _isMember;

        public Block(double[][] rows, int members, double bandwidth)
        {
            (Size, Members) = (rows.Length, members);
            (_kernel, _sums, _isMember) = (new float[Size * Size], new double[Size], new float[Size]);
            _order = [.. Enumerable.Range(0, Size)];
            for (var i = 0; i < Size; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    var value = (float)Math.Exp(-VectorMath.SquaredDistance(rows[i], rows[j]) / (2 * bandwidth * bandwidth));
                    _kernel[(i * Size) + j] = _kernel[(j * Size) + i] = value;
                    _sums[i] += value;
                    _sums[j] += value;
                }
            }

            _total = _sums.Sum();
            _isMember.AsSpan(0, members).Fill(1);
        }

        public int Size { get; }

        public int Members { get; }

        public void Deal(ref ulong state)
        {
            // The first ones of a random order are the members.
            for (var i = 0; i < Members; i++)
            {
                var other = i + Below(Size - i, ref state);
                (_order[i], _order[other]) = (_order[other], _order[i]);
            }

            _isMember.AsSpan().Clear();
            for (var i = 0; i < Members; i++) _isMember[_order[i]] = 1;
        }

        public double Discrepancy()
        {
            var (rows, inside) = (0.0, 0.0);
            for (var i = 0; i < Members; i++)
            {
                var row = _order[i];
                rows += _sums[row];
                inside += VectorMath.Dot(_kernel.AsSpan(row * Size, Size), _isMember);
            }

            double n = Members, m = Size - Members;
            var across = rows - inside;
            var outside = _total - rows - across;
            return (inside / (n * (n - 1))) + (outside / (m * (m - 1))) - (2 * across / (n * m));
        }
    }
}

/// <summary>What <see cref="MeanDiscrepancy"/> finds.</summary>
/// <param name="Discrepancy">The estimate of the squared discrepancy, which may be below 0 by chance: 0 where the distributions are the same, 2 at most.</param>
/// <param name="PValue">The chance of one at least as large when they are the same; NaN when a sample has fewer than two rows.</param>
/// <param name="Bandwidth">The bandwidth of the kernel.</param>
/// <param name="FirstRows">The rows of the first sample that were used.</param>
/// <param name="SecondRows">The rows of the second sample that were used.</param>
/// <param name="Permutations">How often the rows were dealt anew.</param>
public sealed record DiscrepancyResult(double Discrepancy, double PValue, double Bandwidth, int FirstRows, int SecondRows, int Permutations);
