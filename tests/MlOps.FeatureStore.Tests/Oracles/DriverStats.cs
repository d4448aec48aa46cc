using System.Globalization;
using Apache.Arrow;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.FeatureStore.Tests.Materialization;
using MlOps.Peers;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

/// <summary>Feast's example data, and the join that its SQL gives with a time to live of a day.</summary>
internal static class DriverStats
{
    public static readonly Column[] Events =
    [
        new("event_timestamp", ColumnType.Timestamp), new("driver_id", ColumnType.Int64), new("conv_rate", ColumnType.Float64), new("acc_rate", ColumnType.Float64), new("avg_daily_trips", ColumnType.Int64), new("created", ColumnType.Timestamp),
    ];

    public static readonly Column[] Rows = [new("row_id", ColumnType.Int64), new("driver_id", ColumnType.Int64), new("event_timestamp", ColumnType.Timestamp)];

    public static readonly Column[] Expected = [.. Rows, new("conv_rate", ColumnType.Float64), new("acc_rate", ColumnType.Float64), new("avg_daily_trips", ColumnType.Int64)];

    public static FeatureView ViewOf(FeatureSource source) => new()
    {
        Name = "driver_stats",
        Entities = [new("driver", [new("driver_id", ColumnType.Int64)])],
        Source = source,
        EventTime = "event_timestamp",
        CreatedTime = "created",
        TimeToLive = TimeSpan.FromDays(1),
        Features = [new("conv_rate", ColumnType.Float64), new("acc_rate", ColumnType.Float64), new("avg_daily_trips", ColumnType.Int64)],
    };

    public static RecordBatch Read(string file, IReadOnlyList<Column> columns)
    {
        Assert.SkipUnless(File.Exists(PathOf(file)) || Environment.GetEnvironmentVariable("CI") == "true", "The peers' cases are not here. Set MLOPS_ORACLES to their folder.");
        return Tables.Batch(columns, [.. File.ReadLines(PathOf(file)).Skip(1).Select(line => line.Split(',').Zip(columns, (text, column) => Value(text, column.Type)).ToArray())]);
    }

    /// <summary>Gives what Feast's SQL brings to its online store: driver, event time and features.</summary>
    public static IEnumerable<FeatureValue[]> Materialized() => Tables.Rows(Read("driver_stats_expected_materialize.csv", [new("driver_id", ColumnType.Int64), new("event_timestamp", ColumnType.Timestamp), .. Expected[3..]]));

    /// <summary>Materializes the view into a store in memory and gives what lies there, by driver.</summary>
    public static async Task<List<FeatureValue[]>> MaterializeAsync(FeatureView view, IEventReader reader, DateTimeOffset from, DateTimeOffset to)
    {
        var (store, tables) = (new FakeStore(), new OnlineTables(Options.Create(new OnlineFeaturesOptions())));
        var context = new MaterializationContext(tables, store, [], [], new FakeTimeProvider(to), new FeatureStoreMetrics(), Options.Create(new MaterializationOptions()));
        var materializer = new Materializer(new(view.Entities, [view]), reader, new FakeCatalog(), context, new Pusher(context, []), [], NullLogger<Materializer>.Instance);
        await materializer.MaterializeAsync([view.Name], from, to, null, TestContext.Current.CancellationToken);
        return
        [
            .. Enumerable.Range(1001, 5).Select(id => (Id: (FeatureValue)(long)id, Row: store.Rows.GetValueOrDefault(new(tables.Of(view), EntityKey.Write([.. view.Keys], [(long)id])!))))
                .Where(d => d.Row is not null)
                .Select(d => (FeatureValue[])[d.Id, FeatureValue.FromBits(ColumnType.Timestamp, d.Row!.EventTime), .. ValuesOf(view, d.Row)]),
        ];
    }

    public static string PathOf(string file) => Path.Combine(Oracles.Folder, "featurestore", file);

    private static FeatureValue[] ValuesOf(FeatureView view, OnlineRow row)
    {
        var values = new FeatureValue[view.Features.Count];
        new RowForm(view).Read(row.Values, values);
        return values;
    }

    private static FeatureValue Value(string text, ColumnType type) => text.Length == 0
        ? default
        : type switch
        {
            ColumnType.Int64 => long.Parse(text, CultureInfo.InvariantCulture),
            ColumnType.Float64 => double.Parse(text, CultureInfo.InvariantCulture),
            _ => Tables.At(text),
        };
}
