using MlOps.Core;
using MlOps.Data;

namespace FlightDelays;

/// <summary>A row of the feed.</summary>
public sealed record Flight(DateTimeOffset Date, long Delay, long Distance, string Origin, string Destination);

/// <summary>A validation stage of our own: bad data stops the run before anything is learned from it.</summary>
public sealed class CheckFlights(IDatasetStore datasets) : IPipelineStage<Dataset, Dataset>
{
    public async Task<Dataset> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken)
    {
        long row = 0;
        await foreach (var flight in datasets.ReadRowsAsync<Flight>(input, cancellationToken))
        {
            row++;
            if (flight.Distance is < 1 or > 6000) throw Wrong("distance", "between 1 and 6000");
            if (flight.Delay is < -1440 or > 2880) throw Wrong("delay", "between a day early and two days late");
            if (flight.Origin.Length != 3 || flight.Destination.Length != 3) throw Wrong("origin or destination", "a code of three letters");
        }

        if (row < 10_000) throw new DataException($"Only {row} flights in '{input.Name}'; at least 10,000 are needed to learn from.") { DataSource = input.Name };
        context.LogMetric("rows", row);
        return input;

        DataException Wrong(string column, string expected) =>
            new($"Row {row} of '{input.Name}': {column} must be {expected}. Repair the feed or drop the row.") { DataSource = input.Name, Row = row, Column = column };
    }
}
