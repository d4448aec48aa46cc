using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlOps.Benchmarks;

/// <summary>What does it cost to read three million flights of five columns into an IDataView: a snapshot in Parquet against the same rows as CSV through ML.NET's TextLoader?</summary>
/// <remarks>Every value of every column is read by a cursor, as a trainer would. Counted is the processor time of all threads in a second pass: the first one compiles.</remarks>
internal static class ReadingRows
{
    public static readonly Comparison Comparison = new(
        "read",
        "3M x 5 rows into IDataView, processor time",
        new("snapshot in Parquet", ReadSnapshotAsync),
        new("TextLoader on CSV", ReadCsvAsync),
        new("at most 0.20", (_, ratio) => ratio <= 0.2));

    private static async Task<Measured> ReadSnapshotAsync()
    {
        await using var flights = await FlightsSnapshot.OpenAsync();
        return await SecondPassAsync(flights.ToDataView());
    }

    private static Task<Measured> ReadCsvAsync()
    {
        var csv = FlightsFile.Csv;
        return SecondPassAsync(new MLContext().Data.LoadFromTextFile(
            csv,
            [new("date", DataKind.DateTime, 0), new("delay", DataKind.Single, 1), new("distance", DataKind.Single, 2), new("origin", DataKind.String, 3), new("destination", DataKind.String, 4)],
            separatorChar: ',',
            hasHeader: true));
    }

    private static async Task<Measured> SecondPassAsync(IDataView view)
    {
        await Walk(view);
        return await Measured.CpuAsync(() => Walk(view));
    }

    private static Task Walk(IDataView view)
    {
        using var cursor = view.GetRowCursor(view.Schema);
        var date = cursor.GetGetter<DateTime>(view.Schema["date"]);
        var delay = cursor.GetGetter<float>(view.Schema["delay"]);
        var distance = cursor.GetGetter<float>(view.Schema["distance"]);
        var origin = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["origin"]);
        var destination = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["destination"]);
        var (rows, sum, day, number, text) = (0, 0.0, default(DateTime), 0f, default(ReadOnlyMemory<char>));
        while (cursor.MoveNext())
        {
            date(ref day);
            delay(ref number);
            sum += number;
            distance(ref number);
            sum += number;
            origin(ref text);
            sum += text.Length;
            destination(ref text);
            sum += text.Length + day.Day;
            rows++;
        }

        Console.WriteLine($"{rows} rows, sum {sum}"); // the same on both sides
        return Task.CompletedTask;
    }
}
