using Apache.Arrow;
using MlOps.Core;
using MlOps.Data;
using Column = MlOps.Core.Column;

namespace FlightDelays;

/// <summary>Adds where the two airports lie. The table is part of the model: a request names only their codes.</summary>
/// <param name="Table">Latitude and longitude by airport code.</param>
public sealed record AirportCoordinates(SortedDictionary<string, Position> Table) : IDataTransformer
{
    private static readonly string[] Ends = ["origin", "destination"];

    public DatasetSchema GetOutputSchema(DatasetSchema input) => new(input.Concat(
        Ends.SelectMany(end => new Column[] { new($"{end}_latitude", ColumnType.Float64), new($"{end}_longitude", ColumnType.Float64) })));

    public RecordBatch Apply(RecordBatch batch)
    {
        var columns = batch.Arrays.ToList();
        foreach (var end in Ends)
        {
            var codes = (StringArray)batch.Column(end);
            var (latitudes, longitudes) = (new DoubleArray.Builder(), new DoubleArray.Builder());
            for (var i = 0; i < batch.Length; i++)
            {
                // An airport that is not in the table has no coordinates: the trees know what to do with a missing value.
                var position = codes.GetString(i) is { } code && Table.TryGetValue(code, out var found) ? found : null;
                latitudes.Append(position?.Latitude);
                longitudes.Append(position?.Longitude);
            }

            columns.Add(latitudes.Build());
            columns.Add(longitudes.Build());
        }

        return new RecordBatch(GetOutputSchema(DatasetSchema.FromArrow(batch.Schema)).ToArrow(), columns, batch.Length);
    }
}

/// <summary>A place on Earth, in degrees.</summary>
public sealed record Position(double Latitude, double Longitude);

/// <summary>A row of airports.csv.</summary>
public sealed record Airport(string Iata, double Latitude, double Longitude);

/// <summary>A stage with two inputs: puts the table of airports into the preparation of the split.</summary>
public sealed class LocateAirports(IDatasetStore datasets, TransformerCatalog transformers) : IPipelineStage<(DataSplit Split, Dataset Airports), DataSplit>
{
    public async Task<DataSplit> RunAsync((DataSplit Split, Dataset Airports) input, StageContext context, CancellationToken cancellationToken)
    {
        var table = new SortedDictionary<string, Position>(StringComparer.Ordinal);
        await foreach (var airport in datasets.ReadRowsAsync<Airport>(input.Airports, cancellationToken))
            table[airport.Iata] = new(airport.Latitude, airport.Longitude);
        context.LogMetric("airports", table.Count);
        return input.Split with { Preparation = [.. input.Split.Preparation, transformers.Save(new AirportCoordinates(table))] };
    }
}
