using Apache.Arrow;
using MlOps.DataValidation;

namespace MlOps.Benchmarks;

/// <summary>What does it cost to put one row in a hundred aside with its reasons, against only checking the same rows with the same suite?</summary>
/// <remarks>Counted is the processor time of all threads in a warm pass. The receivers of the rows do nothing.</remarks>
internal static class QuarantiningRows
{
    private static readonly Target Target = new("at most 1.5", (_, ratio) => ratio <= 1.5);

    // 1 % of the flights are longer, 1 % of the numbers smaller.
    private static readonly ExpectationSuite Flights = ExpectationSuite.Create("flights", s =>
    {
        s.Column("distance").NotNull().Between(0, 2555);
        s.Column("delay").NotNull().Between(-1000, 2000);
        s.Column("origin").NotNull().Add(new LengthBetween("origin", 3, 3));
        s.Column("destination").NotNull().Add(new LengthBetween("destination", 3, 3));
        s.Column("date").NotNull();
    });

    private static readonly ExpectationSuite Numbers = ExpectationSuite.Create("numbers", s =>
    {
        s.Column(NumberTable.Names[2]).Between(1);
        foreach (var name in NumberTable.Names) s.Column(name).NotNull().Between(-1e6, 1e6);
    });

    public static readonly Comparison[] Comparisons =
    [
        new("quarantine", "3M x 5 rows in Parquet, 1 % of them put aside, processor time", new("quarantine", () => FlightsAsync(puts: true)), new("checks only", () => FlightsAsync(puts: false)), Target),
        new("quarantine-memory", "3M x 16 doubles in memory, 1 % of the rows put aside, processor time", new("quarantine", () => NumbersAsync(puts: true)), new("checks only", () => NumbersAsync(puts: false)), Target),
    ];

    private static async Task<Measured> FlightsAsync(bool puts)
    {
        await using var flights = new FlightsReader();
        return await Measured.WarmPassAsync(() => PassAsync(Flights, flights.ReadAsync(), puts));
    }

    private static async Task<Measured> NumbersAsync(bool puts)
    {
        var batches = NumberTable.Batches();
        return await Measured.WarmPassAsync(() => PassAsync(Numbers, batches.ToAsyncEnumerable(), puts));
    }

    private static async Task PassAsync(ExpectationSuite suite, IAsyncEnumerable<RecordBatch> rows, bool puts)
    {
        var result = puts ? await suite.QuarantineAsync(rows, (RecordBatch _) => default, (RecordBatch _) => default) : await suite.ValidateAsync(rows);
        Console.WriteLine($"{result.RejectedCount} of {result.RowCount} rows rejected");
    }
}
