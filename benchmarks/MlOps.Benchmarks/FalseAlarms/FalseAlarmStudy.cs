using System.Globalization;
using MlOps.Statistics;

namespace MlOps.Benchmarks;

/// <summary>How often do reports alarm on data that have not changed? All sizes of reference and current sample in all combinations, seeded.</summary>
/// <remarks>The p-values alone are asked to hold a level of 5 %, with no least size of a change: any size that is asked for makes alarms rarer.</remarks>
internal static class FalseAlarmStudy
{
    private const double Level = 0.05;
    private static readonly int[] AllSizes = [40, 100, 300, 1000, 10_000, 100_000, 1_000_000];

    /// <summary>Gets or sets the largest sample that is drawn: smaller ones take seconds instead of minutes and gigabytes.</summary>
    public static int MostRows { get; set; } = 1_000_000;

    private static int[] Sizes => [.. AllSizes.Where(s => s <= MostRows)];

    public static void Run()
    {
        OneColumn();
        FiftyColumns();
        Tails();
    }

    public static void OneColumn()
    {
        Console.WriteLine("### One column");
        foreach (var column in StudyColumn.All) Table(column.Name, [column]);
    }

    public static void FiftyColumns()
    {
        Console.WriteLine("### Fifty columns");
        Table("all kinds in turn", [.. Enumerable.Range(0, 50).Select(i => StudyColumn.All[i % StudyColumn.All.Length])]);
    }

    /// <summary>Says whether the p-values of a report alarm.</summary>
    public static bool Alarms(IEnumerable<ColumnChange> columns, double level) =>
        Array.Exists(BenjaminiHochberg.Adjust([.. columns.SelectMany(PValues)]), p => p <= level);

    // As reports do it: where nothing is missing anywhere there is no test of it.
    public static IEnumerable<double> PValues(ColumnChange change) =>
        [change.PValue, change.ReferenceMissing + change.CurrentMissing == 0 ? double.NaN : change.MissingPValue, change.UnseenPValue];

    // A report is made of each of so many independent pairs of samples.
    private static void Table(string name, StudyColumn[] columns)
    {
        Console.WriteLine();
        Console.WriteLine($"**{name}**: alarms of reports on unchanged data (95 % interval)");
        Console.WriteLine();
        Console.WriteLine($"| reference \\ current | {string.Join(" | ", Sizes.Select(s => s.ToString("N0", CultureInfo.InvariantCulture)))} |");
        Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", Sizes.Length))}");
        var currents = Sizes.Select((size, i) => Reports(columns, size, (ulong)((i * 2) + 2))).ToArray();
        for (var r = 0; r < Sizes.Length; r++)
        {
            var cells = new string[Sizes.Length];
            var references = Reports(columns, Sizes[r], (ulong)((r * 2) + 1));
            Parallel.For(0, Sizes.Length, c => cells[c] = Cell(references, currents[c]));
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
        ( <= 100_000, 1) => 500,
        (_, 1) => 200,
        ( <= 1000, _) => 400,
        ( <= 10_000, _) => 200,
        ( <= 100_000, _) => 60,
        _ => 40,
    };

    // Small samples are where approximations break, and small levels where they break first.
    public static void Tails()
    {
        const int Reports = 40_000;
        (int Reference, int Current)[] sizes = [(40, 40), (100, 40), (1000, 40), (300, 100), (1000, 300), (10_000, 100)];
        Console.WriteLine();
        Console.WriteLine("### Small levels");
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Alarms of {Reports:N0} reports of one column at the levels of 1 % / 0.1 % / 0.01 %, in percent"));
        Console.WriteLine();
        Console.WriteLine($"| column | {string.Join(" | ", sizes.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Reference:N0} against {s.Current:N0}")))} |");
        Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", sizes.Length))}");
        foreach (var column in StudyColumn.All)
        {
            var cells = sizes.Select(size =>
            {
                double[] levels = [0.01, 0.001, 0.0001];
                var alarms = new int[levels.Length];
                var reports = size.Reference > 1000 ? Reports / 4 : Reports;
                Parallel.For(0, reports, i =>
                {
                    var draws = new Draws(((ulong)size.Reference << 40) + ((ulong)size.Current << 20) + (ulong)i);
                    var change = ColumnComparer.Compare(draws.Sample(column, size.Reference).Profile(), draws.Sample(column, size.Current).Profile());
                    for (var level = 0; level < levels.Length; level++)
                    {
                        if (Alarms([change], levels[level])) Interlocked.Increment(ref alarms[level]);
                    }
                });
                return string.Join(" / ", alarms.Select(a => (100.0 * a / reports).ToString("0.###", CultureInfo.InvariantCulture)));
            });
            Console.WriteLine($"| {column.Name} | {string.Join(" | ", cells)} |");
        }
    }

    /// <summary>A share with Wilson's interval.</summary>
    public static string Share(int alarms, int reports)
    {
        double n = reports, p = alarms / n, z = 1.96, middle = (p + (z * z / (2 * n))) / (1 + (z * z / n));
        var half = z / (1 + (z * z / n)) * Math.Sqrt((p * (1 - p) / n) + (z * z / (4 * n * n)));
        var mark = middle - half > Level ? " **!**" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{100 * p:0.0} ({100 * Math.Max(0, middle - half):0.0}-{100 * (middle + half):0.0}){mark}");
    }
}
