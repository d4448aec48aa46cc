namespace FlightDelays;

/// <summary>The data that lie beside the program.</summary>
internal static class Files
{
    public static string Flights => Path.Combine(AppContext.BaseDirectory, "data", "flights.parquet");

    public static string Schema => Path.Combine(AppContext.BaseDirectory, "data", "flights.schema.yaml");

    public static string Airports => Path.Combine(AppContext.BaseDirectory, "data", "airports.csv");
}
