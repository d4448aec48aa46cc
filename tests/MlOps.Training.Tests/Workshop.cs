using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Training.Tests;

/// <summary>A host with everything in memory, and data to train on.</summary>
internal sealed class Workshop : IDisposable
{
    private readonly ServiceProvider _services;

    public Workshop(Action<MlOpsBuilder>? configure = null)
    {
        Store = new InMemoryDatasetStore(batchSize: 300);
        var services = new ServiceCollection();
        services.AddSingleton(this);
        services.AddSingleton<IDatasetStore>(Store);
        var builder = services.AddMlOpsCore().UseInMemoryStores().AddTraining().AddModelRegistry().AddMLNet().AddTransformer<Halve>().AddTransformer<NeedsLabel>().AddTransformer<IsLarge>();
        configure?.Invoke(builder);
        _services = services.BuildServiceProvider();
    }

    public InMemoryDatasetStore Store { get; }

    public IServiceProvider Services => _services;

    public IModelRegistry Registry => _services.GetRequiredService<IModelRegistry>();

    public List<string> Messages { get; } = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public StageContext Context(int seed = 7, bool acceptance = false) => new()
    {
        Services = _services,
        Pipeline = "test",
        Stage = "stage",
        RunId = "run",
        Seed = seed,
        IsAcceptance = acceptance,
        Progress = (message, _) => Messages.Add(message),
    };

    /// <summary>Two informative numbers, a text, a truth value and a column nobody needs; the label is noisy.</summary>
    public async Task<DataSplit> BinaryAsync(int rows = 1200, params IDataTransformer[] preparation)
    {
        var catalog = _services.GetRequiredService<TransformerCatalog>();
        return new(
            await BinaryPartAsync("training", 1, rows),
            await BinaryPartAsync("validation", 2, rows / 2),
            (await BinaryPartAsync("holdout", 3, rows / 2)).Lock(),
            [.. preparation.Select(catalog.Save)]);
    }

    public Task<Dataset> BinaryPartAsync(string name, int seed, int rows)
    {
        var random = new Random(seed);
        var made = Enumerable.Range(0, rows).Select(_ =>
        {
            var (x, y, city) = (random.Next(0, 100), random.NextDouble(), random.Next(3));
            return (x, y: random.NextDouble() < 0.05 ? null : (object?)y, city, night: random.NextDouble() < 0.5, label: (x / 100.0) + y + (city * 0.3) + (random.NextDouble() * 0.8) > 1.8);
        }).ToList();
        return Store.WriteAsync(
            name,
            ("x", ColumnType.Int64, made.Select(r => r.x).Boxed()),
            ("y", ColumnType.Float64, made.Select(r => r.y).Boxed()),
            ("unused", ColumnType.Timestamp, made.Select(r => DateTime.UnixEpoch.AddDays(r.x)).Boxed()),
            ("city", ColumnType.String, made.Select(r => "city " + r.city).Boxed()),
            ("night", ColumnType.Boolean, made.Select(r => r.night).Boxed()),
            ("late", ColumnType.Boolean, made.Select(r => r.label).Boxed()));
    }

    /// <summary>Four measures of three kinds of flower, drawn around their means.</summary>
    public async Task<DataSplit> FlowersAsync(bool numbered = false)
    {
        async Task<Dataset> PartAsync(string name, int seed)
        {
            var random = new Random(seed);
            double Around(double mean) => mean + ((random.NextDouble() + random.NextDouble() - 1) * 0.8);
            var made = Enumerable.Range(0, 150).Select(i => (i % 3) switch
            {
                0 => (Kind: "setosa", Number: 10L, Long: Around(1.5), Wide: Around(0.3)),
                1 => (Kind: "versicolor", Number: 20L, Long: Around(4.2), Wide: Around(1.3)),
                _ => (Kind: "virginica", Number: 30L, Long: Around(5.4), Wide: Around(2.0)),
            }).ToList();
            return await Store.WriteAsync(
                name,
                ("kind", numbered ? ColumnType.Int64 : ColumnType.String, made.Select(r => numbered ? (object?)r.Number : r.Kind).ToArray()),
                ("long", ColumnType.Float64, made.Select(r => r.Long).Boxed()),
                ("wide", ColumnType.Float64, made.Select(r => r.Wide).Boxed()));
        }

        return new(await PartAsync("training", 1), await PartAsync("validation", 2), (await PartAsync("holdout", 3)).Lock(), []);
    }

    public async Task<DataSplit> FaresAsync()
    {
        async Task<Dataset> PartAsync(string name, int seed)
        {
            var random = new Random(seed);
            var made = Enumerable.Range(0, 400).Select(_ => (Km: random.Next(1, 50), Bags: random.Next(0, 4), Noise: random.NextDouble())).ToList();
            return await Store.WriteAsync(
                name,
                ("km", ColumnType.Int64, made.Select(r => r.Km).Boxed()),
                ("bags", ColumnType.Decimal, made.Select(r => (decimal)r.Bags).Boxed()),
                ("fare", ColumnType.Float64, made.Select(r => 3 + (1.7 * r.Km) + r.Bags + r.Noise).Boxed()));
        }

        return new(await PartAsync("training", 1), await PartAsync("validation", 2), (await PartAsync("holdout", 3)).Lock(), []);
    }

    public Task<Candidate> TrainAsync<TTrainer>(DataSplit split, Action<TrainOptions>? configure = null, StageContext? context = null, CancellationToken? token = null)
        where TTrainer : Trainer
    {
        var options = new TrainOptions();
        configure?.Invoke(options);
        var stage = new TrainStage<TTrainer>("model", options.Trials, options.Metric, options.CrossValidationFolds, options.SampleRows, options.Threads, options.Parallelism);
        return stage.RunAsync(split, context ?? Context(), token ?? Token);
    }

    public async Task<BundleContent> ReadAsync(Candidate candidate) => await Services.GetRequiredService<IModelLoader>().ReadAsync(candidate.Bundle.Artifact, Token);

    public async Task<ModelVersion> PromoteAsync(ModelBundle bundle, string alias = ModelNames.Champion)
    {
        var version = await Registry.RegisterAsync(new("model", bundle, "run", DateTimeOffset.UnixEpoch), Token);
        var from = (await Registry.FindByAliasAsync("model", alias, Token))?.Version;
        await Registry.SetAliasAsync(new("model", alias, from, version.Version, "test", "test", DateTimeOffset.UnixEpoch), Token);
        return version;
    }

    public void Dispose() => _services.Dispose();
}
