using MlOps.Core;
using MlOps.DataValidation;

namespace MlOps.Benchmarks;

/// <summary>What does the full profile of a Parquet file cost against SUMMARIZE of DuckDB on the same file?</summary>
/// <remarks>Counted is the processor time of all threads in a warm pass. Both sides read the file with DuckDB; SUMMARIZE gives less: no skewness, frequent values, histograms, lengths or order.</remarks>
internal static class ProfilingFlights
{
    public static readonly Comparison Comparison = new(
        "profile-parquet",
        "Full profile of 3M x 5 rows in Parquet, processor time",
        new("Profiler", ProfileAsync),
        new("DuckDB SUMMARIZE", SummarizeAsync),
        new("at most 0.10", (_, ratio) => ratio <= 0.1));

    private static async Task<Measured> ProfileAsync()
    {
        await using var flights = new FlightsReader();
        return await Measured.WarmPassAsync(async () =>
        {
            var profile = await new Profiler().ProfileAsync(flights.Engine, new ParquetFile(FlightsFile.Parquet));
            foreach (var name in profile.Columns)
            {
                var column = profile[name];
                var numbers = column.Numbers ?? column.Times?.Ticks ?? column.Texts?.Lengths;
                Console.WriteLine($"{name}: {column.Rows} rows, {column.Missing} missing, {column.Distinct.Value} different, median {numbers?.Quantile(0.5)}, {column.TopValues(10).Count} on top");
            }
        });
    }

    private static async Task<Measured> SummarizeAsync()
    {
        using var connection = Duck.Open();
        return await Measured.WarmPassAsync(() => Task.FromResult(Duck.Run(connection, $"SUMMARIZE SELECT * FROM '{FlightsFile.Parquet}'")));
    }
}
