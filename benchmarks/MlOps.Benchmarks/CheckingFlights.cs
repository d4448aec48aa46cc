using MlOps.DataValidation;

namespace MlOps.Benchmarks;

/// <summary>What do thirty checks of three million flights cost in one pass, against thirty queries that ask the same of the same file?</summary>
/// <remarks>Counted is the processor time of all threads in a warm pass. Ours keeps the counts and a sample of the failing rows of each check; a query gives one number.</remarks>
internal static class CheckingFlights
{
    public static readonly Comparison Comparison = new(
        "check-suite",
        "30 checks of 3M x 5 rows in Parquet, processor time",
        new("one pass", ValidateAsync),
        new("30 DuckDB queries", QueryAsync),
        new("none", (_, _) => true));

    private static readonly string[] West = ["LAX", "SFO", "SAN", "SEA", "PDX", "OAK", "SJC", "LAS", "PHX", "ATL", "ORD", "DFW"];

    private static readonly (Expectation Expectation, string Sql)[] Checks =
    [
        .. Each(["date", "delay", "distance", "origin", "destination"], c => new NotNull(c), c => $"count(*) FILTER ({c} IS NULL)"),
        Unexpected(new ValuesBetween("delay", -60, 600), "delay NOT BETWEEN -60 AND 600"),
        Unexpected(new ValuesBetween("distance", 1, 6000), "distance NOT BETWEEN 1 AND 6000"),
        Unexpected(new ValuesBetween("date", new DateTime(2001, 1, 1), new DateTime(2002, 1, 1)), "date NOT BETWEEN '2001-01-01' AND '2002-01-01'"),
        Unexpected(new ValuesBetween("distance", 100) { Where = "delay > 60" }, "delay > 60 AND distance < 100"),
        Unexpected(new ValuesBetween("delay", Max: 1000) { Where = "origin = 'ATL'" }, "origin = 'ATL' AND delay > 1000"),
        .. Each(["origin", "destination"], c => new LengthBetween(c, 3, 3), c => $"count(*) FILTER (length({c}) <> 3)"),
        .. Each(["origin", "destination"], c => new MatchesRegex(c, ["^[A-Z]{3}$"]), c => $"count(*) FILTER (NOT regexp_matches({c}, '^[A-Z]{{3}}$'))"),
        Unexpected(new MatchesLike("origin", ["Z%"], PatternMatch.None), "origin LIKE 'Z%'"),
        .. Each(["origin", "destination"], c => new ValuesInSet(c, [.. West.Select(w => (Scalar)w)]) { Mostly = 0.1 }, c => $"count(*) FILTER ({c} NOT IN ({string.Join(", ", West.Select(w => $"'{w}'"))}))"),
        Unexpected(new ValuesNotInSet("destination", ["XXX", "ZZZ"]), "destination IN ('XXX', 'ZZZ')"),
        Unexpected(new ColumnsCompare("origin", MlOps.DataValidation.Comparison.NotEqual, "destination"), "origin = destination"),
        Unexpected(new ColumnsCompare("delay", MlOps.DataValidation.Comparison.Less, "distance") { Mostly = 0.9 }, "delay >= distance"),
        Of(Statistic.Mean, "delay", "avg(delay)"),
        Of(Statistic.StandardDeviation, "delay", "stddev_samp(delay)"),
        Of(Statistic.Mean, "distance", "avg(distance)"),
        Of(Statistic.Max, "distance", "max(distance)"),
        Of(Statistic.Min, "delay", "min(delay)"),
        Of(Statistic.Sum, "distance", "sum(distance)"),
        Of(Statistic.Median, "delay", "median(delay)"),
        Of(Statistic.DistinctCount, "origin", "count(DISTINCT origin)"),
        Of(Statistic.DistinctCount, "destination", "count(DISTINCT destination)"),
        (new RowCountBetween(1_000_000, 10_000_000), "count(*)"),
    ];

    private static async Task<Measured> ValidateAsync()
    {
        await using var flights = new FlightsReader();
        var suite = new ExpectationSuite("flights", [.. Checks.Select(c => c.Expectation)]);
        return await Measured.WarmPassAsync(async () =>
        {
            var result = await suite.ValidateAsync(flights.ReadAsync());
            foreach (var check in result.Results) Console.WriteLine($"{check.Expected}: {(check.JudgesRows ? check.UnexpectedCount : check.Observed)} {check.Error}");
        });
    }

    private static async Task<Measured> QueryAsync()
    {
        using var connection = Duck.Open();
        return await Measured.WarmPassAsync(() =>
        {
            foreach (var (expectation, sql) in Checks) Console.WriteLine($"{expectation.Description}: {Duck.Run(connection, $"SELECT {sql} FROM '{FlightsFile.Parquet}'")}"); // the same on both sides
            return Task.CompletedTask;
        });
    }

    private static IEnumerable<(Expectation Expectation, string Sql)> Each(string[] columns, Func<string, Expectation> expectation, Func<string, string> sql) => columns.Select(c => (expectation(c), sql(c)));

    private static (Expectation Expectation, string Sql) Unexpected(Expectation expectation, string condition) => (expectation, $"count(*) FILTER ({condition})");

    private static (Expectation Expectation, string Sql) Of(Statistic statistic, string column, string sql) => (new StatisticBetween(column, statistic, -1e12, 1e12), sql);
}
