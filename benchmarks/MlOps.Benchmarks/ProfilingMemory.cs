using MlOps.Core;
using MlOps.DataValidation;

namespace MlOps.Benchmarks;

/// <summary>Does the memory that a full profile takes grow with the rows? Thirty million flights in Parquet against three million.</summary>
/// <remarks>Counted is the most memory that the process held, engine and runtime included.</remarks>
internal static class ProfilingMemory
{
    public static readonly Comparison Comparison = new(
        "profile-peak",
        "Peak memory of a full profile from Parquet",
        new("30M x 5 rows", () => ProfileAsync(FlightsFile.TenfoldParquet)),
        new("3M x 5 rows", () => ProfileAsync(FlightsFile.Parquet)),
        new("at most 1.10", (_, ratio) => ratio <= 1.1));

    private static async Task<Measured> ProfileAsync(string path)
    {
        await using var flights = new FlightsReader();
        var profile = await new Profiler().ProfileAsync(flights.Engine, new ParquetFile(path));
        Console.WriteLine($"{profile.Rows} rows");
        return Measured.PeakMemory();
    }
}
