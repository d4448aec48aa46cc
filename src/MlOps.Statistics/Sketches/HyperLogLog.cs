using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.Statistics;

/// <summary>Counts different values in 16 KiB, from their 64-bit hashes; parts merge without any loss, in any order.</summary>
/// <remarks>
/// Flajolet et al., HyperLogLog, 2007, with p = 14; the estimate is Ertl's (New cardinality estimation algorithms for HyperLogLog sketches, 2017, algorithm 6), which needs
/// no tables and no switch between ranges. One standard error is 1.04 / sqrt(2^14) = 0.81 %.
/// </remarks>
internal sealed class HyperLogLog
{
    public const int Precision = 14;
    public const int Registers = 1 << Precision;
    public const int MaxRank = 64 - Precision + 1;
    public const double StandardError = 1.04 / 128;

    // Hashes are filtered when no more than one in four passes.
    private const int FilterFrom = 2;

    private readonly byte[] _ranks;
    private int _least;
    private int _untilScan = Registers;

    public HyperLogLog() => _ranks = new byte[Registers];

    public HyperLogLog(ReadOnlySpan<byte> ranks) => _ranks = ranks.ToArray();

    public ReadOnlySpan<byte> Ranks => _ranks;

    public void Add(ulong hash) => Raise(ref MemoryMarshal.GetArrayDataReference(_ranks), hash);

    /// <summary>Adds many. A hash whose rank is not above the least of all registers is passed over in vectors; it could change nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<ulong> hashes)
    {
        ref var ranks = ref MemoryMarshal.GetArrayDataReference(_ranks);
        _untilScan -= hashes.Length;
        if (_untilScan <= 0) Scan();
        var i = 0;
        if (_least >= FilterFrom)
        {
            var ceiling = Vector512.Create(1UL << (64 - _least));
            var whole = MemoryMarshal.Cast<ulong, Vector512<ulong>>(hashes);

            // Eight vectors at a time, for how many pass is guessed wrong once a time.
            for (; i + 64 <= hashes.Length; i += 64)
            {
                var candidates = 0UL;
                for (var v = 0; v < 8; v++) candidates |= Vector512.LessThan(whole[(i >> 3) + v] << Precision, ceiling).ExtractMostSignificantBits() << (v * 8);
                for (; candidates != 0; candidates &= candidates - 1) Raise(ref ranks, hashes[i + BitOperations.TrailingZeroCount(candidates)]);
            }
        }

        for (; i < hashes.Length; i++) Raise(ref ranks, hashes[i]);
    }

    public void Merge(HyperLogLog other)
    {
        for (var i = 0; i < _ranks.Length; i++) _ranks[i] = Math.Max(_ranks[i], other._ranks[i]);
        Scan();
    }

    public double Estimate()
    {
        Span<int> with = stackalloc int[MaxRank + 1];
        with.Clear();
        foreach (var rank in _ranks) with[rank]++;
        return Estimate(with);
    }

    public HyperLogLog Clone() => new(_ranks) { _least = _least, _untilScan = _untilScan };

    /// <summary>Estimates from how many registers have each rank, from 0 on.</summary>
    public static double Estimate(ReadOnlySpan<int> with)
    {
        const double m = Registers;
        var z = m * Tau((m - with[MaxRank]) / m);
        for (var k = MaxRank - 1; k >= 1; k--) z = (z + with[k]) * 0.5;
        z += m * Sigma(with[0] / m);
        return m * m / (2 * Math.Log(2) * z);
    }

    /// <summary>The register of a hash and the rank that the hash gives it, as register * 64 + rank.</summary>
    public static int PlaceOf(ulong hash) => ((int)(hash >> (64 - Precision)) << 6) | RankOf(hash);

    private static double Sigma(double x)
    {
        if (x == 1) return double.PositiveInfinity;
        var (y, z) = (1.0, x);
        for (var before = double.NaN; z != before;)
        {
            x *= x;
            before = z;
            z += x * y;
            y += y;
        }

        return z;
    }

    private static double Tau(double x)
    {
        if (x is 0 or 1) return 0;
        var (y, z) = (1.0, 1 - x);
        for (var before = double.NaN; z != before;)
        {
            x = Math.Sqrt(x);
            before = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        }

        return z / 3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int RankOf(ulong hash) => BitOperations.LeadingZeroCount((hash << Precision) | (1UL << (Precision - 1))) + 1;

    // Without a branch, which would be guessed wrong often.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Raise(ref byte ranks, ulong hash)
    {
        ref var rank = ref Unsafe.Add(ref ranks, (nint)(hash >> (64 - Precision)));
        var above = RankOf(hash) - rank;
        rank += (byte)(above & ~(above >> 31));
    }

    private void Scan()
    {
        var least = Vector512<byte>.AllBitsSet;
        foreach (var ranks in MemoryMarshal.Cast<byte, Vector512<byte>>(_ranks)) least = Vector512.Min(least, ranks);
        _least = byte.MaxValue;
        for (var lane = 0; lane < Vector512<byte>.Count; lane++) _least = Math.Min(_least, least[lane]);
        _untilScan = Registers;
    }
}
