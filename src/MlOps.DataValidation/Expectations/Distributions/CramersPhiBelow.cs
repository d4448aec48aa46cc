using System.Globalization;
using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>Two columns are not associated by more than some Cramér's phi, 0 for independent to 1 for determined.</summary>
/// <param name="First">The first column.</param>
/// <param name="Second">The second column.</param>
/// <param name="Threshold">The most phi.</param>
/// <param name="FirstBins">Into how many bins of equal width numbers of the first column are put; of text the so many most frequent values are kept and the others put together.</param>
/// <param name="SecondBins">The same for the second column.</param>
/// <param name="FirstEdges">
/// The edges of the bins of the first column, at least two and rising, in place of <paramref name="FirstBins"/>; null for none. A bin holds its lower edge, the last one its upper edge too; numbers below and above all
/// bins make a category each.
/// </param>
/// <param name="SecondEdges">The same for the second column.</param>
/// <remarks>
/// The square root of chi-square over rows times the smaller number of categories less one (Cramér 1946, 21.9); chi-square of a table of two by two with Yates's correction. A missing value is a
/// category of its own.
/// </remarks>
public sealed record CramersPhiBelow(string First, string Second, double Threshold = 0.1, int FirstBins = 10, int SecondBins = 10, IReadOnlyList<double>? FirstEdges = null, IReadOnlyList<double>? SecondEdges = null)
    : Expectation(NullPolicy.Judge)
{
    /// <summary>Gets the most phi.</summary>
    public double Threshold { get; init; } = Threshold is >= 0 and <= 1 ? Threshold : throw new ArgumentOutOfRangeException(nameof(Threshold), Threshold, "Phi lies between 0 and 1.");

    /// <summary>Gets the number of bins of the first column.</summary>
    public int FirstBins { get; init; } = FirstBins > 0 ? FirstBins : throw new ArgumentOutOfRangeException(nameof(FirstBins), FirstBins, "There is at least one bin.");

    /// <summary>Gets the number of bins of the second column.</summary>
    public int SecondBins { get; init; } = SecondBins > 0 ? SecondBins : throw new ArgumentOutOfRangeException(nameof(SecondBins), SecondBins, "There is at least one bin.");

    /// <summary>Gets the edges of the bins of the first column; null for bins of equal width.</summary>
    public IReadOnlyList<double>? FirstEdges { get; init; } = Binning.Checked(FirstEdges, nameof(FirstEdges));

    /// <summary>Gets the edges of the bins of the second column; null for bins of equal width.</summary>
    public IReadOnlyList<double>? SecondEdges { get; init; } = Binning.Checked(SecondEdges, nameof(SecondEdges));

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<string> Columns => [First, Second];

    /// <inheritdoc/>
    protected override string Describe() => string.Create(CultureInfo.InvariantCulture, $"Cramér's phi of '{First}' and '{Second}' is at most {Threshold}");

    internal override Check Plan(CheckPlan plan)
    {
        var (first, second) = (plan.Column(First), plan.Column(Second));
        foreach (var (column, edges) in new[] { (first, FirstEdges), (second, SecondEdges) })
        {
            if (edges is not null && !column.Kind.IsNumeric() && column.Kind != CellKind.Nothing) throw column.Unfit("bins with edges");
        }

        var pairs = plan.Share($"{first.Index} {second.Index}", this, () => new PairCounts(first, second, Math.Min(plan.Options.MaxDistinct, 1_000_000)));
        return new AggregateCheck(this, [first.Index, second.Index], _ =>
        {
            if (pairs.Total == 0) return new(false, default, "there are no rows");
            var phi = Phi(pairs);
            return double.IsNaN(phi) ? new(false, default, "one of the columns has one category only") : new(phi <= Threshold, phi, string.Create(CultureInfo.InvariantCulture, $"it is {phi:0.######}"));
        }, pairs);
    }

    private double Phi(PairCounts pairs)
    {
        var first = Binning.Of(pairs.Pairs.Select(p => (p.Key.First, p.Value)), FirstBins, FirstEdges);
        var second = Binning.Of(pairs.Pairs.Select(p => (p.Key.Second, p.Value)), SecondBins, SecondEdges);
        var cells = new Dictionary<(string, string), long>();
        foreach (var ((a, b), count) in pairs.Pairs)
        {
            var cell = (first(a), second(b));
            cells[cell] = cells.GetValueOrDefault(cell) + count;
        }

        var rows = cells.GroupBy(c => c.Key.Item1, c => c.Value, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(), StringComparer.Ordinal);
        var columns = cells.GroupBy(c => c.Key.Item2, c => c.Value, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(), StringComparer.Ordinal);
        var least = Math.Min(rows.Count, columns.Count) - 1;
        if (least < 1) return double.NaN;
        var yates = rows.Count == 2 && columns.Count == 2;
        var statistic = 0.0;
        foreach (var (row, inRow) in rows)
        {
            foreach (var (column, inColumn) in columns)
            {
                var expected = (double)inRow * inColumn / pairs.Total;
                var distance = Math.Abs(cells.GetValueOrDefault((row, column)) - expected);
                if (yates) distance -= Math.Min(0.5, distance);
                statistic += distance * distance / expected;
            }
        }

        return Math.Clamp(Math.Sqrt(statistic / pairs.Total / least), 0, 1);
    }
}

/// <summary>Puts values into categories.</summary>
internal static class Binning
{
    /// <exception cref="ArgumentException">The edges are no edges.</exception>
    public static IReadOnlyList<double>? Checked(IReadOnlyList<double>? edges, string name)
    {
        if (edges is null) return null;
        if (edges.Count < 2) throw new ArgumentException("Bins have at least two edges.", name);
        for (var i = 0; i < edges.Count; i++)
        {
            if (double.IsNaN(edges[i]) || (i > 0 && edges[i] <= edges[i - 1])) throw new ArgumentException($"The edges of bins must rise; the edge at {i} is {edges[i].ToString(CultureInfo.InvariantCulture)}.", name);
        }

        return edges;
    }

    /// <summary>Numbers into the bins that are given or into ones of equal width, the most frequent of other values by themselves and the rest together.</summary>
    public static Func<Scalar, string> Of(IEnumerable<(Scalar Value, long Count)> values, int bins, IReadOnlyList<double>? edges)
    {
        if (edges is not null) return v => v.IsMissing ? "(missing)" : BinOf(Bounds.Number(v)!.Value, edges);
        var counted = values.GroupBy(v => v.Value).Select(g => (Value: g.Key, Count: g.Sum(v => v.Count))).Where(v => !v.Value.IsMissing).ToList();
        if (counted.Count > 0 && counted.TrueForAll(v => v.Value.Value is long or double or decimal))
        {
            var numbers = counted.ConvertAll(v => Bounds.Number(v.Value)!.Value).FindAll(double.IsFinite);
            if (numbers.Count == 0) return v => v.ToString();
            var (least, width) = (numbers.Min(), (numbers.Max() - numbers.Min()) / bins);
            return v => v.IsMissing || !double.IsFinite(Bounds.Number(v)!.Value) ? $"({v})" : width == 0 ? "0" : Math.Clamp((long)((Bounds.Number(v)!.Value - least) / width), 0, bins - 1).ToString(CultureInfo.InvariantCulture);
        }

        if (counted.Count <= bins) return v => v.IsMissing ? "(missing)" : $"={v}";
        var kept = counted.OrderByDescending(v => v.Count).Take(bins).Select(v => v.Value).ToHashSet();
        return v => v.IsMissing ? "(missing)" : kept.Contains(v) ? $"={v}" : "(other)";
    }

    private static string BinOf(double number, IReadOnlyList<double> edges)
    {
        if (double.IsNaN(number)) return "(not a number)";
        if (number < edges[0]) return "(below)";
        if (number > edges[^1]) return "(above)";
        var bin = 0;
        while (bin < edges.Count - 2 && number >= edges[bin + 1]) bin++;
        return bin.ToString(CultureInfo.InvariantCulture);
    }
}
