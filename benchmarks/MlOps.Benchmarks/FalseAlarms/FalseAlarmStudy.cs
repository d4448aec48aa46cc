using System.Globalization;
using MlOps.Statistics;

namespace MlOps.Benchmarks;

/// <summary>How often do reports alarm on data that have not changed? All sizes of reference and current sample in all combinations, seeded.</summary>
/// <remarks>The p-values alone are asked to hold a level of 5 %, with no least size of a change: any size that is asked for makes alarms rarer.</remarks>
internal static class FalseAlarmStudy
{
    private const double Level = 0.05;
    private static readonly int[] Sizes = [40, 100, 300, 1000, 10_000, 100_000, 1_000_000];

    public static void Run()
    {
        Console.WriteLine("### One column");
        foreach (var column in StudyColumn.All) Table(column.Name, [column]);
        Console.WriteLine("### Fifty columns");
        Table("all kinds in turn", [.. Enumerable.Range(0, 50).Select(i => StudyColumn.All[i % StudyColumn.All.Length])]);
    }

    /// <summary>Says whether the p-values of a report alarm.</summary>
    public static bool Alarms(IEnumerable<ColumnChange> columns, double level) =>
        Array.Exists(BenjaminiHochberg.Adjust([.. columns.SelectMany(c => new[] { c.PValue, c.MissingPValue, c.UnseenPValue })]), p => p <= level);

    // A report is made of each of so many independent pairs of samples.
    private static void Table(string name, StudyColumn[] columns)
    {
        Console.WriteLine();
        Console.WriteLine($"**{name}**: alarms of reports on unchanged data (95 % interval)");
        Console.WriteLine();
        Console.WriteLine($"| reference \\ current | {string.Join(" | ", Sizes.Select(s => s.ToString("N0", CultureInfo.InvariantCulture)))} |");
        Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", Sizes.Length))}");
        var references = Sizes.Select((size, i) => Reports(columns, size, (ulong)((i * 2) + 1))).ToArray();
        var currents = Sizes.Select((size, i) => Reports(columns, size, (ulong)((i * 2) + 2))).ToArray();
        for (var r = 0; r < Sizes.Length; r++)
        {
            var cells = new string[Sizes.Length];
            var row = r;
            Parallel.For(0, Sizes.Length, c => cells[c] = Cell(references[row], currents[c]));
            Console.WriteLine($"| {Sizes[r].ToString("N0", CultureInfo.InvariantCulture)} | {string.Join(" | ", cells)} |");
        }
    }

    private static string Cell(ColumnProfile[][] references, ColumnProfile[][] currents)
    {
        var reports = Math.Min(references.Length, currents.Length);
        var alarms = 0;
        for (var i = 0; i < reports; i++)
        {
            if (Alarms(references[i].Zip(currents[i], (a, b) => ColumnComparer.Compare(a, b)), Level)) alarms++;
        }

        return Share(alarms, reports);
    }

    private static ColumnProfile[][] Reports(StudyColumn[] columns, int size, ulong seed)
    {
        var reports = new ColumnProfile[Count(size, columns.Length)][];
        Parallel.For(0, reports.Length, i =>
        {
            var draws = new Draws((seed << 32) + (ulong)i);
            reports[i] = [.. columns.Select(c => draws.Sample(c, size).Profile())];
        });
        return reports;
    }

    private static int Count(int size, int columns) => (size, columns) switch
    {
        ( <= 1000, 1) => 2000,
        ( <= 10_000, 1) => 1000,
        ( <= 100_000, 1) => 300,
        (_, 1) => 100,
        ( <= 1000, _) => 400,
        ( <= 10_000, _) => 200,
        ( <= 100_000, _) => 40,
        _ => 20,
    };

    /// <summary>A share with Wilson's interval.</summary>
    public static string Share(int alarms, int reports)
    {
        double n = reports, p = alarms / n, z = 1.96, middle = (p + (z * z / (2 * n))) / (1 + (z * z / n));
        var half = z / (1 + (z * z / n)) * Math.Sqrt((p * (1 - p) / n) + (z * z / (4 * n * n)));
        var mark = middle - half > Level ? " **!**" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{100 * p:0.0} ({100 * Math.Max(0, middle - half):0.0}-{100 * (middle + half):0.0}){mark}");
    }
}
