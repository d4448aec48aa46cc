using System.Globalization;

namespace MlOps.Benchmarks;

/// <summary>How often do the published default rules of two peers alarm on data that have not changed? Seeded.</summary>
internal static class PeersOnNothing
{
    private const int Reports = 400;
    private static readonly int[] References = [300, 1000, 1001, 10_000];
    private static readonly int[] Currents = [40, 100, 1000];

    public static void Run()
    {
        Console.WriteLine();
        Console.WriteLine("### The peers' default rules on unchanged data");
        Console.WriteLine();
        Console.WriteLine("Percent of columns that alarm, Evidently / NannyML");
        Console.WriteLine();
        Console.WriteLine($"| column | {string.Join(" | ", References.SelectMany(r => Currents.Select(c => string.Create(CultureInfo.InvariantCulture, $"{r:N0} against {c:N0}"))))} |");
        Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", References.Length * Currents.Length))}");
        foreach (var column in new[] { StudyColumn.All[0], StudyColumn.All[1], StudyColumn.All[5], StudyColumn.All[6] })
            Console.WriteLine($"| {column.Name} | {string.Join(" | ", References.SelectMany(r => Currents.Select(c => Cell(column, r, c))))} |");
    }

    private static string Cell(StudyColumn column, int reference, int current)
    {
        var alarms = new int[2];
        Parallel.For(0, Reports, i =>
        {
            var draws = new Draws(((ulong)reference << 40) + ((ulong)current << 20) + (ulong)i);
            var (before, now) = (draws.Sample(column, reference), draws.Sample(column, current));
            if (PeerRules.Evidently(before, now)) Interlocked.Increment(ref alarms[0]);
            if (PeerRules.NannyMl(before, now)) Interlocked.Increment(ref alarms[1]);
        });
        return string.Join(" / ", alarms.Select(a => (100.0 * a / Reports).ToString("0.#", CultureInfo.InvariantCulture)));
    }
}
