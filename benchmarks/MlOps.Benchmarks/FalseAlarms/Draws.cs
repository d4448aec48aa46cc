using System.Runtime.InteropServices;
using MlOps.Statistics;

namespace MlOps.Benchmarks;

/// <summary>Draws samples of columns from distributions that do not change, or change as a study wants.</summary>
internal sealed class Draws(ulong seed)
{
    private ulong _state = seed;

    public double Uniform() => (SplitMix.Next(ref _state) >> 11) * (1.0 / (1UL << 53));

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>Draws a sample of some rows.</summary>
    public ColumnSample Sample(StudyColumn column, int rows, Shift shift = default)
    {
        var missing = 0;
        if (column.Categories > 0)
        {
            var codes = new int[rows];
            var upTo = column.UpTo(shift.Share);
            for (var i = 0; i < rows; i++)
            {
                var at = Array.BinarySearch(upTo, Uniform());
                codes[i] = Math.Min(at >= 0 ? at + 1 : ~at, upTo.Length - 1);
            }

            if (shift.Missing > 0) missing = codes.Count(_ => Uniform() < shift.Missing);
            return new(column, [], codes[missing..], missing);
        }

        var values = new double[rows];
        for (var i = 0; i < rows; i++)
        {
            var value = column.Kind switch
            {
                "normal" => Normal(),
                "heavy-tailed" => Math.Tan(Math.PI * (Uniform() - 0.5)),
                "integer" => Math.Floor(-12 * Math.Log(1 - Uniform())),
                _ => throw new ArgumentOutOfRangeException(nameof(column)),
            };
            value = (value * (1 + shift.Scale)) + shift.Mean;
            if (column.Kind == "integer") value = Math.Floor(value);
            if (Uniform() < column.Missing + shift.Missing) missing++;
            else values[i - missing] = value;
        }

        return new(column, values[..(rows - missing)], [], missing);
    }
}

/// <summary>How a column is distributed.</summary>
/// <param name="Kind">normal, heavy-tailed (Cauchy), integer (exponential, rounded down), or categories.</param>
/// <param name="Categories">How many categories there are, whose shares fall as one over the rank; 0 for numbers.</param>
/// <param name="Missing">The share of missing values.</param>
internal sealed record StudyColumn(string Kind, int Categories = 0, double Missing = 0)
{
    public static readonly StudyColumn[] All =
    [
        new("normal"), new("heavy-tailed"), new("integer"), new("normal", Missing: 0.03),
        new("2 categories", 2), new("20 categories", 20), new("300 categories", 300),
    ];

    public string Name => Categories > 0 ? $"{Categories} categories" : Missing > 0 ? $"{Kind}, {Missing:P0} missing" : Kind;

    /// <summary>The cumulated shares; some rows of the first category may become the last one.</summary>
    public double[] UpTo(double moved)
    {
        double[] shares = [.. Enumerable.Range(0, Categories).Select(i => 1.0 / (i + 1))];
        var (sum, upTo) = (shares.Sum(), 0.0);
        shares[0] -= moved * sum;
        shares[^1] += moved * sum;
        return [.. shares.Select(s => upTo += s / sum)];
    }
}

/// <summary>A change of a distribution.</summary>
internal readonly record struct Shift(double Mean = 0, double Scale = 0, double Share = 0, double Missing = 0);

/// <summary>A sample of a column.</summary>
internal sealed record ColumnSample(StudyColumn Column, double[] Numbers, int[] Codes, int MissingRows)
{
    public int Values => Math.Max(Numbers.Length, Codes.Length);

    public ColumnProfile Profile()
    {
        var profile = new ColumnProfile();
        if (Column.Categories == 0)
        {
            profile.Add(Numbers);
        }
        else
        {
            var bytes = new uint[Codes.Length];
            for (var i = 0; i < bytes.Length; i++) bytes[i] = 0x30303063 + (uint)(((Codes[i] / 100) << 8) + ((Codes[i] / 10 % 10) << 16) + ((Codes[i] % 10) << 24));
            int[] offsets = [.. Enumerable.Range(0, bytes.Length + 1).Select(i => 4 * i)];
            profile.AddText(offsets, MemoryMarshal.AsBytes(bytes.AsSpan()));
        }

        profile.AddMissing(MissingRows);
        return profile;
    }
}
