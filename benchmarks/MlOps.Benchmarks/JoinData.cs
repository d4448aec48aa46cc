using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Apache.Arrow;
using MlOps.Core;
using MlOps.FeatureStore;
using Column = MlOps.Core.Column;

namespace MlOps.Benchmarks;

/// <summary>Entity rows and events made from seeds, kept as snapshots in the temporary folder: rows of one month, and events of three months in no order, in whole seconds so that some fall together, created within the hour.</summary>
/// <param name="Entities">The number of entities.</param>
/// <param name="Events">The number of events of a view.</param>
internal sealed record JoinData(int Entities, int Events)
{
    public const int Rows = 1_000_000;
    private const int BatchRows = 65_536;
    private const long Second = 1_000_000;
    private const long Day = 86_400 * Second;
    private const long Start = 19_700 * Day;

    private static readonly string Folder = Path.Combine(FlightsFile.Folder, "join");
    private static readonly Column[] RowColumns = [new("id", ColumnType.Int64), new("entity", ColumnType.Int64), new("time", ColumnType.Timestamp)];
    private static readonly Column[] EventColumns =
        [new("entity", ColumnType.Int64), new("happened", ColumnType.Timestamp), new("created", ColumnType.Timestamp), new("a", ColumnType.Float64), new("b", ColumnType.Float64), new("c", ColumnType.Float64)];

    public static IReadOnlyList<string> Names { get; } = [.. EventColumns.Skip(3).Select(c => c.Name)];

    public static TimeSpan TimeToLive { get; } = TimeSpan.FromDays(7);

    /// <summary>Opens a host with the embedded stores and some views over the events.</summary>
    /// <param name="events">The events of each view.</param>
    /// <param name="memory">How many bytes a join may hold; null for the default.</param>
    public static ServiceProvider Open(IReadOnlyList<Dataset> events, long? memory)
    {
        var entity = new Entity("entity", [new("entity", ColumnType.Int64)]);
        var views = events.Select((e, i) => new FeatureView
        {
            Name = $"view{i}",
            Entities = [entity],
            Source = FeatureSource.Of(e),
            EventTime = "happened",
            CreatedTime = "created",
            TimeToLive = TimeToLive,
            Features = [.. Names.Select(n => new Feature(n, ColumnType.Float64))],
        });
        return Host(services => services.AddSingleton(new FeatureDefinitions([entity], [.. views])).Configure<LocalJoinOptions>(o => o.MemoryBudget = memory ?? o.MemoryBudget));
    }

    /// <summary>Gives the rows.</summary>
    public Task<Dataset> RowsAsync() => EnsureAsync($"rows-{Entities}", RowColumns, Rows, seed: 1, (random, row) => [row, random.Next(Entities), Start + (60 * Day) + random.NextInt64(30 * 86_400) * Second]);

    /// <summary>Gives the events of a view.</summary>
    public Task<Dataset> EventsAsync(int view) => EnsureAsync($"events-{Entities}-{Events}-{view}", EventColumns, Events, seed: 100 + view, (random, _) =>
    {
        var at = Start + (random.NextInt64(90 * 86_400) * Second);
        return [random.Next(Entities), at, at + random.NextInt64(3600 * Second), .. Names.Select(_ => BitConverter.DoubleToInt64Bits(random.NextDouble()))];
    });

    /// <summary>Gives the Parquet file of a snapshot.</summary>
    public static async Task<string> FileOfAsync(Dataset dataset)
    {
        await using var services = Host();
        return await services.GetRequiredService<IArtifactStore>().GetLocalPathAsync(dataset.Artifact.Digest);
    }

    private static ServiceProvider Host(Action<IServiceCollection>? configure = null)
    {
        var services = new ServiceCollection().AddLogging();
        configure?.Invoke(services);
        return services.AddMlOps(o => o.Folder = Path.Combine(Folder, "mlops")).AddFeatureStore().Services.BuildServiceProvider();
    }

    private static async Task<Dataset> EnsureAsync(string name, Column[] columns, int rows, int seed, Func<Random, long, long[]> make)
    {
        var path = Path.Combine(Folder, name + ".json");
        if (File.Exists(path)) return JsonSerializer.Deserialize<Dataset>(await File.ReadAllTextAsync(path), MlOpsJson.Options)!;
        Directory.CreateDirectory(Folder);
        await using var services = Host();
        var dataset = await services.GetRequiredService<IDatasetStore>().WriteAsync(name, new("benchmark", name), MakeAsync(columns, rows, seed, make));
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(dataset, MlOpsJson.Options));
        return dataset;
    }

    private static async IAsyncEnumerable<RecordBatch> MakeAsync(Column[] columns, int rows, int seed, Func<Random, long, long[]> make, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        var random = new Random(seed);
        var schema = new DatasetSchema(columns).ToArrow();
        for (var start = 0; start < rows; start += BatchRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = Math.Min(BatchRows, rows - start);
            var buffers = columns.Select(_ => new byte[length * sizeof(long)]).ToArray();
            for (var row = 0; row < length; row++)
            {
                var values = make(random, start + row);
                for (var column = 0; column < values.Length; column++) MemoryMarshal.Write(buffers[column].AsSpan(row * sizeof(long)), values[column]);
            }

            yield return new(schema, buffers.Select((b, i) => ArrowArrayFactory.BuildArray(new ArrayData(schema.GetFieldByIndex(i).DataType, length, 0, 0, [ArrowBuffer.Empty, new(b)]))), length);
        }
    }
}
