using System.Diagnostics;
using System.Globalization;

namespace MlOps.Benchmarks;

/// <summary>Three million real flights, fetched once with npm into the temporary folder: as Parquet, and the same rows as CSV.</summary>
internal static class FlightsFile
{
    public static readonly string Folder = Path.Combine(Path.GetTempPath(), "mlops-benchmarks");

    public static string Parquet => Ensure(Path.Combine(Folder, "package", "data", "flights-3m.parquet"), Fetch);

    public static string Csv => Ensure(Path.Combine(Folder, "flights-3m.csv"), path =>
        Sql($"COPY (SELECT date, delay, distance, origin, destination FROM '{Parquet}') TO '{path}' (FORMAT csv, HEADER true)"));

    /// <summary>Gets thirty million flights: each of the three million ten times.</summary>
    public static string TenfoldParquet => Ensure(Path.Combine(Folder, "flights-30m.parquet"), path =>
        Sql($"COPY (SELECT f.* FROM range(10) AS times, '{Parquet}' AS f) TO '{path}' (FORMAT parquet)"));

    private static string Ensure(string path, Action<string> make)
    {
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Folder);
            make(path);
        }

        return path;
    }

    private static void Fetch(string path)
    {
        Run("npm", "pack", "vega-datasets@3.2.1", "--silent");
        Run("tar", "xzf", "vega-datasets-3.2.1.tgz", "package/data/flights-3m.parquet");
    }

    private static void Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true })!;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{file} ended with {process.ExitCode}."));
    }

    private static void Sql(string statement)
    {
        using var connection = Duck.Open();
        Duck.Run(connection, statement);
    }
}
