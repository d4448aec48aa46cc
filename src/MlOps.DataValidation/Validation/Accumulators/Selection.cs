using System.Buffers;

namespace MlOps.DataValidation;

/// <summary>Finds the value at a rank without sorting all.</summary>
internal static class Selection
{
    private const int DigitBits = 16;
    private const int Digits = 1 << DigitBits;

    /// <summary>Gives the value that would stand at a rank from 0 if the values were sorted; NaN is below all others.</summary>
    /// <remarks>The values are counted by the first 16 bits of their ordered form, then those that share them with the value that is looked for by the next 16, and so on: four rounds, of ever fewer values.</remarks>
    public static double At(ReadOnlySpan<double> values, long rank)
    {
        var counts = ArrayPool<int>.Shared.Rent(Digits);
        for (var shift = 64 - DigitBits; shift >= 0; shift -= DigitBits)
        {
            Array.Clear(counts, 0, Digits);
            foreach (var value in values) counts[DigitOf(value, shift)]++;
            var digit = 0;
            while (counts[digit] <= rank) rank -= counts[digit++];
            if (counts[digit] < values.Length) values = With(values, digit, counts[digit], shift);
        }

        ArrayPool<int>.Shared.Return(counts);
        return values[(int)rank];
    }

    private static ReadOnlySpan<double> With(ReadOnlySpan<double> values, int digit, int count, int shift)
    {
        var with = new double[count + 1]; // one place more, so that each value can be written before it is known whether it counts
        var next = 0;
        foreach (var value in values)
        {
            with[next] = value;
            next += DigitOf(value, shift) == digit ? 1 : 0;
        }

        return with.AsSpan(0, count);
    }

    private static int DigitOf(double value, int shift)
    {
        if (double.IsNaN(value)) return 0;
        var bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        return (int)((ulong)(bits ^ ((bits >> 63) | long.MinValue)) >> shift) & (Digits - 1);
    }
}
