using MlOps.Statistics;

namespace MlOps.Data;

/// <summary>A generator whose numbers are the same on every machine and version: SplitMix64.</summary>
internal sealed class SeededRandom(int seed)
{
    private ulong _state = unchecked((ulong)seed);

    public ulong Next() => SplitMix.Next(ref _state);

    /// <summary>Gives a number below the limit, each with the same chance but for 2^-32.</summary>
    public int Below(int limit) => (int)(((UInt128)Next() * (uint)limit) >> 64);

    /// <summary>Gives parts 0, 1 and 2, as many of each as asked for, in random order (Fisher and Yates).</summary>
    public byte[] Shuffled(long[] counts)
    {
        var parts = new byte[counts.Sum()];
        parts.AsSpan((int)counts[0], (int)counts[1]).Fill(1);
        parts.AsSpan((int)(counts[0] + counts[1])).Fill(2);
        for (var i = parts.Length - 1; i > 0; i--)
        {
            var other = Below(i + 1);
            (parts[i], parts[other]) = (parts[other], parts[i]);
        }

        return parts;
    }
}
