using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;
using MlOps.Data;

namespace FlightDelays;

/// <summary>A row of the feed.</summary>
public sealed record Flight(DateTimeOffset Date, long Delay, long Distance, string Origin, string Destination);

/// <summary>The feed of flights that both training and serving read: a source of our own around a Parquet file.</summary>
/// <param name="Path">The file.</param>
/// <param name="KilometresFrom">From when on distances arrive in kilometres instead of miles, as after an unannounced change at the supplier; null for never.</param>
/// <param name="BrokenOn">The day on which every tenth distance arrives with the wrong sign; null for none.</param>
public sealed record FlightFeed(string Path, DateTimeOffset? KilometresFrom = null, DateTimeOffset? BrokenOn = null) : IDataSource
{
    private const double KilometresPerMile = 1.609344;

    public DatasetOrigin Origin => new(
        "flight-feed",
        $"{System.IO.Path.GetFileName(Path)}{(KilometresFrom is { } from ? $", kilometres from {from:yyyy-MM-dd}" : "")}{(BrokenOn is { } day ? $", broken on {day:yyyy-MM-dd}" : "")}");

    private IDataSource File => Source.Parquet(Path);

    public async ValueTask<string?> GetVersionAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        $"{await File.GetVersionAsync(services, cancellationToken)} {KilometresFrom:O} {BrokenOn:O}";

    public ValueTask<long?> EstimateBytesAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        File.EstimateBytesAsync(services, cancellationToken);

    public async IAsyncEnumerable<RecordBatch> ReadAsync(IServiceProvider services, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in File.ReadAsync(services, cancellationToken))
            yield return KilometresFrom is null && BrokenOn is null ? batch : WithFaults(batch);
    }

    private RecordBatch WithFaults(RecordBatch batch)
    {
        var dates = (TimestampArray)batch.Column("date");
        var distances = (Int64Array)batch.Column("distance");
        var changed = new Int64Array.Builder().Reserve(batch.Length);
        for (var i = 0; i < batch.Length; i++)
        {
            var (distance, date) = (distances.GetValue(i), dates.GetTimestamp(i));
            if (date >= KilometresFrom) distance = distance is { } miles ? (long)Math.Round(miles * KilometresPerMile) : null;
            if (date?.Date == BrokenOn?.Date && i % 10 == 0) distance = -distance;
            changed.Append(distance);
        }

        var columns = batch.Schema.FieldsList.Select((field, i) => field.Name == "distance" ? changed.Build() : batch.Column(i));
        return new RecordBatch(batch.Schema, columns, batch.Length);
    }
}
