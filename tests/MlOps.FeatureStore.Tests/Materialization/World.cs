using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

/// <summary>A materializer over stores in memory, at noon of 2026-11-25.</summary>
internal sealed class World
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private static readonly Entity Driver = new("driver", [new("driver_id", ColumnType.Int64)]);

    public World(params FeatureView[] views)
    {
        Views = views.Length == 0 ? [Drivers()] : views;
        Time.SetUtcNow(Noon);
    }

    public IReadOnlyList<FeatureView> Views { get; set; }

    public FeatureView View => Views[0];

    public FakeTimeProvider Time { get; } = new();

    public FakeEvents Events { get; } = new();

    public FakeStore Store { get; } = new();

    public OnlineTables Tables { get; } = new(Microsoft.Extensions.Options.Options.Create(new OnlineFeaturesOptions()));

    public FakeCatalog Catalog { get; } = new();

    public MaterializationOptions Options { get; } = new();

    public FeatureStoreMetrics Metrics { get; init; } = new();

    public FakeLogger<Materializer> Logger { get; } = new();

    public List<IFeatureGuard> Guards { get; } = [];

    public List<IDatasetStore> Datasets { get; } = [];

    public List<PushHistory> Histories { get; } = [];

    public List<FileFeatureStatistics> Statistics { get; } = [];

    public FeatureDefinitions Definitions => new([Driver], Views);

    public Materializer Materializer
    {
        get
        {
            var context = new MaterializationContext(Tables, Store, Guards, Datasets, Time, Metrics, Microsoft.Extensions.Options.Options.Create(Options));
            return new(Definitions, Events, Catalog, context, new Pusher(context, Histories), Statistics, Logger);
        }
    }

    public static FeatureView Drivers(string name = "drivers", bool created = true, TimeSpan? ttl = null, bool skipsNulls = false) => new()
    {
        Name = name,
        Entities = [Driver],
        Source = FeatureSource.Pushed(),
        EventTime = "event_timestamp",
        CreatedTime = created ? "created" : null,
        TimeToLive = ttl,
        SkipsNulls = skipsNulls,
        Features = [new("rate", ColumnType.Float64), new("trips", ColumnType.Int64)],
    };

    /// <summary>Adds an event that happened and was created so many hours before noon.</summary>
    public void Add(long? driver, double? hours, double? rate, long? trips = null, double? created = null, FeatureView? view = null)
    {
        view ??= View;
        FeatureValue time = hours is { } h ? Noon.AddHours(-h) : default(FeatureValue), arrived = (created ?? hours) is { } c ? Noon.AddHours(-c) : default(FeatureValue);
        Events.Add(view, view.CreatedTime is null ? [driver, time, rate, trips] : [driver, time, arrived, rate, trips]);
    }

    public async Task<MaterializedView> FullAsync(double fromHours = 1000, double toHours = 0, FeatureView? view = null) =>
        (await Materializer.MaterializeAsync([(view ?? View).Name], Noon.AddHours(-fromHours), Noon.AddHours(-toHours), null, TestContext.Current.CancellationToken)).Single();

    public async Task<MaterializedView> IncrementalAsync(DateTimeOffset? to = null) =>
        (await Materializer.MaterializeIncrementalAsync([View.Name], to, null, TestContext.Current.CancellationToken)).Single();

    public OnlineRow? RowOf(long driver, FeatureView? view = null) =>
        Store.Rows.GetValueOrDefault(new(Tables.Of(view ?? View), EntityKey.Write([new("driver_id", ColumnType.Int64)], [driver])!));

    public void Write(long driver, DateTimeOffset time, DateTimeOffset created, params FeatureValue[] values) =>
        Store.Write(new(new(Tables.Of(View), EntityKey.Write([new("driver_id", ColumnType.Int64)], [driver])!), new(FeatureTime.ToMicros(time), FeatureTime.ToMicros(created), new RowForm(View).Write(values))));

    public void WriteMoments(long driver, DateTimeOffset time, SkippingRow row) =>
        Store.Write(new(new(Tables.Of(View), EntityKey.Write([new("driver_id", ColumnType.Int64)], [driver])!), new(FeatureTime.ToMicros(time), 0, new RowForm(View).Write(row))));

    public FeatureValue[]? ValuesOf(long driver, FeatureView? view = null)
    {
        if (RowOf(driver, view) is not { IsDeleted: false } row) return null;
        view ??= View;
        if (view.SkipsNulls) return new RowForm(view).ReadSkipping(row).Values;
        RowCodec.TryOpen(new(view), row.Values.Span, out var encoded).Should().BeTrue();
        var values = new FeatureValue[view.Features.Count];
        for (var i = 0; i < values.Length; i++) values[i] = encoded[i];
        return values;
    }

    public double? RateOf(long driver, FeatureView? view = null) => ValuesOf(driver, view) is not { } values || values[0].IsMissing ? null : values[0].ToDouble();
}
