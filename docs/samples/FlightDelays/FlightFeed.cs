using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;
using MlOps.Data;

namespace FlightDelays;

/// <summary>The feed of flights that both training and serving read: a source of our own around a Parquet file.</summary>
/// <param name="Path">The file.</param>
/// <param name="KilometresFrom">From when on distances arrive in kilometres instead of miles, as after an unannounced change at the supplier; null for never.</param>
public sealed record FlightFeed(string Path, DateTimeOffset? KilometresFrom = null) : IDataSource
{
    private const double KilometresPerMile = 1.609344;

    public DatasetOrigin Origin => new("flight-feed", $"{System.IO.Path.GetFileName(Path)}{(KilometresFrom is { } from ? $", kilometres from {from:yyyy-MM-dd}" : "")}");

    private IDataSource File => Source.Parquet(Path);

    public async ValueTask<string?> GetVersionAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        $"{await File.GetVersionAsync(services, cancellationToken)} {KilometresFrom:O}";

    public ValueTask<long?> EstimateBytesAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        File.EstimateBytesAsync(services, cancellationToken);

    public async IAsyncEnumerable<RecordBatch> ReadAsync(IServiceProvider services, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in File.ReadAsync(services, cancellationToken))
            yield return KilometresFrom is { } from ? InKilometres(batch, from) : batch;
    }

    private static RecordBatch InKilometres(RecordBatch batch, DateTimeOffset from)
    {
        var dates = (TimestampArray)batch.Column("date");
        var distances = (Int64Array)batch.Column("distance");
        var changed = new Int64Array.Builder().Reserve(batch.Length);
        for (var i = 0; i < batch.Length; i++)
        {
            var distance = distances.GetValue(i);
            changed.Append(distance is { } miles && dates.GetTimestamp(i) >= from ? (long)Math.Round(miles * KilometresPerMile) : distance);
        }

        var columns = batch.Schema.FieldsList.Select((field, i) => field.Name == "distance" ? changed.Build() : batch.Column(i));
        return new RecordBatch(batch.Schema, columns, batch.Length);
    }
}
