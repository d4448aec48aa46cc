using MlOps.Core;
using MlOps.FeatureStore;

namespace MlOps.Benchmarks;

/// <summary>What does reading windows of entities cost, which are computed as of the moment of the read from tiles, beside reading as many plain features?</summary>
/// <remarks>A thousand airports with 400 events each over a week, in process: mean and largest over 1 h, 24 h and 7 d, six features. What is timed is the median of single calls of one caller, each for other airports.</remarks>
internal static class ReadingWindowsOnline
{
    private const int Airports = 1_000;
    private const int EventsOfAirport = 400;
    private const int Queries = 1_000;

    private static readonly Entity Airport = new("airport", [new("id", ColumnType.Int64)]);

    private static readonly FeatureView Windows = new()
    {
        Name = "delays",
        Entities = [Airport],
        Source = FeatureSource.Pushed(),
        EventTime = "at",
        Features =
        [
            .. new[] { 1, 24, 168 }.SelectMany(hours => new[] { AggregationKind.Mean, AggregationKind.Max }.Select(kind =>
                new Feature($"{kind}_{hours}h", ColumnType.Float64) { Column = "delay", Aggregation = new(kind, TimeSpan.FromHours(hours)) })),
        ],
    };

    private static readonly FeatureView Plain = Windows with { Name = "plain", Features = [.. Windows.Features.Select(f => new Feature(f.Name, ColumnType.Float64))] };

    public static readonly Comparison[] Comparisons = [Of("online-windows-1", "Six windows of one entity in process", 1), Of("online-windows-100", "Six windows of 100 entities in process", 100)];

    private static Comparison Of(string name, string question, int entities) =>
        new(name, question, new("windows", () => ReadAsync(Windows, entities)), new("six plain features", () => ReadAsync(Plain, entities)), new("none", (_, _) => true));

    private static async Task<Measured> ReadAsync(FeatureView view, int entities)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddMlOpsCore().UseInProcessOnlineStore();
        services.AddSingleton(new FeatureDefinitions([Airport], [view])).AddSingleton<IFeatureDirectory, FeatureDirectory>().AddWindows().AddOnlineFeatures();
        await using var host = services.BuildServiceProvider();
        var (store, table, now) = (host.GetRequiredService<IOnlineStore>(), host.GetRequiredService<OnlineTables>().Of(view), FeatureTime.ToMicros(DateTimeOffset.UtcNow));
        if (view.IsWindowed) await new WindowStore(view, table, store).PushAsync(Events(now), now, CancellationToken.None);
        else await store.WriteAsync(Rows(view, table, now));
        var (reader, queries) = (host.GetRequiredService<IOnlineFeatures>(), QueriesOf(view, entities));
        if ((await reader.ReadAsync(queries[0])).StatusOf(0, view.Features.Count - 1) != FeatureStatus.Present) throw new InvalidOperationException("Nothing was read.");
        return await Measured.MedianCallAsync(async i => await reader.ReadAsync(queries[i % queries.Length]));
    }

    private static Apache.Arrow.RecordBatch Events(long now)
    {
        var schema = new DatasetSchema([new("id", ColumnType.Int64), new(EventColumns.EventTime, ColumnType.Timestamp), new("delay", ColumnType.Float64)]);
        var builders = schema.Select(c => new ArrowColumnBuilder(c.Type)).ToArray();
        var random = new Random(1);
        for (var i = 0; i < Airports * EventsOfAirport; i++)
        {
            builders[0].Append((long)(i % Airports));
            builders[1].Append(FeatureValue.FromBits(ColumnType.Timestamp, now - 1 - random.NextInt64(7L * 24 * 3600 * 1_000_000)));
            builders[2].Append(Math.Round(random.NextDouble() * 100, 1));
        }

        return new(schema.ToArrow(), builders.Select(b => b.Build()), Airports * EventsOfAirport);
    }

    private static OnlineWrite[] Rows(FeatureView view, string table, long now)
    {
        var layout = new RowLayout(view);
        var values = new FeatureValue[view.Features.Count];
        Array.Fill(values, 1.5);
        return [.. Enumerable.Range(0, Airports).Select(id => new OnlineWrite(new(table, EntityKey.Write([.. view.Keys], [(long)id])!), new(now - 1, long.MinValue, RowCodec.Write(layout, values))))];
    }

    private static OnlineQuery[] QueriesOf(FeatureView view, int entities)
    {
        var random = new Random(2);
        return
        [
            .. Enumerable.Range(0, Queries).Select(_ => new OnlineQuery
            {
                Features = [.. view.Features.Select(f => $"{view.Name}:{f.Name}")],
                Entities = new Dictionary<string, IReadOnlyList<FeatureValue>> { ["id"] = [.. Enumerable.Range(0, entities).Select(_ => (FeatureValue)random.NextInt64(Airports))] },
            }),
        ];
    }
}
