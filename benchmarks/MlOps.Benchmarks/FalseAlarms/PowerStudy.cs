using System.Globalization;
using MlOps.Statistics;

namespace MlOps.Benchmarks;

/// <summary>How often is a real change found, by the p-values of this library at a level of 5 %, by its reports as they are by default, and by the published default rules of two peers? Seeded.</summary>
internal static class PowerStudy
{
    private const int Reports = 200;
    private static readonly (int Reference, int Current)[] Sizes = [(1000, 200), (1000, 1000), (5000, 500), (20_000, 2000)];

    public static void Run()
    {
        Curve("normal, mean moved by", new("normal"), [0, 0.05, 0.1, 0.2, 0.3, 0.5], "standard deviations", x => new(Mean: x));
        Curve("normal, spread larger by", new("normal"), [0, 0.1, 0.2, 0.4, 0.8], "of itself", x => new(Scale: x));
        Curve("20 categories, moved from the first to the last", new("20 categories", 20), [0, 0.02, 0.05, 0.1, 0.2], "of the rows", x => new(Share: x));
        Curve("normal, missing", new("normal"), [0, 0.01, 0.05, 0.1, 0.3], "of the values", x => new(Missing: x));
    }

    private static void Curve(string name, StudyColumn column, double[] changes, string unit, Func<double, Shift> shift)
    {
        Console.WriteLine();
        Console.WriteLine($"**{name}** … {unit}: percent of reports that alarm, p-values at 5 % / report by default / Evidently / NannyML");
        Console.WriteLine();
        Console.WriteLine($"| reference, current | {string.Join(" | ", changes.Select(c => c.ToString(CultureInfo.InvariantCulture)))} |");
        Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", changes.Length))}");
        foreach (var (reference, current) in Sizes)
        {
            var cells = changes.Select((change, c) => Cell(column, reference, current, shift(change), (ulong)((reference * 100) + c)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {reference:N0}, {current:N0} | {string.Join(" | ", cells)} |"));
        }
    }

    private static string Cell(StudyColumn column, int reference, int current, Shift shift, ulong seed)
    {
        var alarms = new int[4];
        Parallel.For(0, Reports, i =>
        {
            var draws = new Draws((seed << 24) + (ulong)i);
            var (before, now) = (draws.Sample(column, reference), draws.Sample(column, current, shift));
            var change = ColumnComparer.Compare(before.Profile(), now.Profile());
            bool[] found = [FalseAlarmStudy.Alarms([change], 0.05), Reported(change), PeerRules.Evidently(before, now), PeerRules.NannyMl(before, now)];
            for (var rule = 0; rule < found.Length; rule++)
            {
                if (found[rule]) Interlocked.Increment(ref alarms[rule]);
            }
        });
        return string.Join(" / ", alarms.Select(a => (100 * a / Reports).ToString(CultureInfo.InvariantCulture)));
    }

    // The default options of a monitor: a level of 0.1 %, and changes from a least size on.
    private static bool Reported(ColumnChange change)
    {
        var p = BenjaminiHochberg.Adjust([.. FalseAlarmStudy.PValues(change)]);
        return (p[0] <= 0.001 && change.Distance(DistanceMeasure.PopulationStability).Value >= 0.1)
            || (p[1] <= 0.001 && Math.Abs(change.CurrentMissingShare - change.ReferenceMissingShare) >= 0.05)
            || (p[2] <= 0.001 && change.UnseenShare - change.ExpectedUnseenShare >= 0.01);
    }
}
