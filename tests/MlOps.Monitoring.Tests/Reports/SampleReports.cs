using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring.Tests;

/// <summary>Reports of days, with a section of every kind and one that only a host knows.</summary>
internal static class SampleReports
{
    public const string Attack = "<script>alert(1)</script>`|@everyone";

    public static DateTimeOffset Start { get; } = new(2001, 5, 1, 0, 0, 0, TimeSpan.Zero);

    public static MonitorReport Day(int day = 0, bool hasMoved = true)
    {
        var (from, to) = (Start.AddDays(day), Start.AddDays(day + 1));
        return new("flights-daily", "flights", 2, from, to, 1000, 3, [new(0, from, to, 1000, 3)], [Drift(hasMoved), Performance(day), Operations(), new FailedSection("multivariate", "no reference") { Summary = "The check failed." }, new WeatherSection("weather", 12.5, [new("ORD", 3, double.NaN), new(Attack, 4, double.PositiveInfinity)]) { Summary = "It rained." }]);
    }

    /// <summary>A day that was cut, with every kind of comparison of rows as wholes.</summary>
    public static MonitorReport Wholes()
    {
        Chunk[] chunks = [new(0, Start, Start.AddHours(12), 500, 0), new(1, Start.AddHours(12), Start.AddDays(1), 500, 3)];
        return new("flights-daily", "flights", 2, Start, Start.AddDays(1), 1000, 3, chunks,
        [
            new MultivariateReport(
                20_000,
                1000,
                new(DriftStatus.Drifted, 4, 2, new(10_000, 0.84, 0.01), new(1000, 1.2, 0.02), 0.62, 1e-9, [new(chunks[0], DriftStatus.Stable, new(500, 0.85, 0.02), 0.51, 1), new(chunks[1], DriftStatus.Drifted, new(500, 1.6, 0.03), 0.71, 1e-12)], "Columns do not go together as in training."),
                new("all columns", DriftStatus.Drifted, 20_000, 1000, 0.66, 0.01, 1e-8, [new("distance", 700, 900, 0.8)], "Trees tell rows of the window from rows of training.") { Chunks = [new(chunks[0], DriftStatus.Stable, 500, 0.5, 1, []), new(chunks[1], DriftStatus.Drifted, 500, 0.8, 1e-9, [new("distance", 700, 950, 0.8)])] },
                [new("embedding", 16, DriftStatus.Stable, 2000, 1000, 0.0002, 0.4, "Not moved.")],
                [new(Attack, DriftStatus.NotCompared, 0, 0, double.NaN, double.NaN, double.NaN, [], $"Moved to {Attack}.")]) { Summary = "Drift of rows as wholes." },
        ]);
    }

    public static DriftReport Drift(bool hasMoved = true) => new(
        20_000,
        1000,
        3,
        [
            new("still", ColumnType.Float64, DriftStatus.Stable, 0.012, 0.01, 1, 0, 0, 1, "PSI 0.012, 0.010 is noise."),
            new("distance", ColumnType.Int64, hasMoved ? DriftStatus.Drifted : DriftStatus.Stable, hasMoved ? 0.9 : 0.02, 0.01, hasMoved ? 1e-40 : 1, 0, 0.01, 0.5, "Moved.") { Change = Bins([new("at most 300", 2000, 50), new("above 300 and at most 2000", 7000, 600), new("above 2000", 1000, 350)]) },
            new(Attack, ColumnType.String, DriftStatus.NotCompared, double.NaN, double.NaN, double.NaN, 0.1, double.NaN, double.NaN, "Not compared."),
        ],
        new("late", 0.2, 0.25, 20_000, 900, 0.01, false, "A small change."))
    {
        Summary = "Drift in distance.",
        Alarms = !hasMoved ? [] :
        [
            new("drift", AlarmKind.Drift, AlarmSeverity.Warning, "distance", $"Moved to {Attack}.")
            {
                Statistic = "psi",
                Value = 0.9,
                Reference = 0.01,
                Threshold = 0.1,
                PValue = 1e-40,
                Contributors = [new("above 2000", 0.1, 0.35, 0.7), new("at most 300", 0.2, 0.05, 0.2), new(Attack, 0, 0.01, 0.1)],
            },
        ],
    };

    /// <summary>A comparison that is known by its bins.</summary>
    public static ColumnChange Bins(IReadOnlyList<ChangedBin> bins) => new(bins.Sum(b => b.Reference), bins.Sum(b => b.Current), 0, 0)
    {
        Bins = bins,
        UnseenShare = 0.25,
        Distances = new Dictionary<DistanceMeasure, MeasuredDistance> { [DistanceMeasure.PopulationStability] = new(0.9, 0.01), [DistanceMeasure.Wasserstein] = new(double.NaN, double.NaN) },
    };

    public static PerformanceReport Performance(int day)
    {
        var isLabelled = day < 3;
        PerformanceValue estimated = new(0.70, 0.01, 0.67, 0.73, 1000), realized = new(0.60, 0.012, 0.564, 0.636, 900);
        PerformancePoint point = new(0, isLabelled ? PerformanceStatus.Realized : PerformanceStatus.Estimated, estimated, isLabelled ? realized : null, 0.66, 0.76, isLabelled ? 0.9 : 0, isLabelled);
        return new("binary-classification", new("validation", 5000, true), [new(0, 1000, isLabelled ? 900 : 0, point.Status)], [new("auc", null, true, 0.71, [point]), new("auc", "origin=ORD", true, 0.72, [point with { IsAlarm = false }])])
        {
            Summary = "The auc is worse.",
            Calibration = [new(0, isLabelled ? 900 : 0, isLabelled ? 0.03 : double.NaN, isLabelled ? 0.15 : double.NaN, isLabelled ? [new(0.1, 0.12, 500), new(0.6, 0.5, 400)] : [])],
            Fairness = [new("carrier", [new("A", 600, 500, 0.3, 0.6, 0.2), new("B", 400, 400, 0.1, 0.3, 0.1)], [new("demographic_parity_difference", 0.2, 0.1, 0.3, 0.05, ["B", "A"], true)])],
            Staleness = new(TimeSpan.FromDays(9), null, 0.1, TimeSpan.FromHours(30)),
            Stability = new(1000, 0, 1, 0, 1e-9, double.NaN, true),
            Alarms = isLabelled ? [new("performance", AlarmKind.Performance, AlarmSeverity.Critical, "auc", "The auc is 0.6.") { Statistic = "auc", Value = 0.6, Reference = 0.71, Threshold = 0.66, Chunk = new(0, Start.AddDays(day), Start.AddDays(day + 1), 1000, 3) }] : [],
        };
    }

    public static OperationsReport Operations() => new([new(2, [new(0, 1000, 3, 0.01, 0.002, 0.005, 0.02)])], [new(1, "run-1", 12, 1 << 20), new(2, null, double.NaN, 2 << 20)])
    {
        Changes = [new("latency_p50", 2, 0, 0.001, 0.002, 0.01, true)],
    };

    /// <summary>What a check of a host's own finds.</summary>
    public sealed record WeatherSection(string Check, double Rain, IReadOnlyList<Station> Stations) : MonitorSection(Check);

    public sealed record Station(string Name, int Days, double Wind);
}
