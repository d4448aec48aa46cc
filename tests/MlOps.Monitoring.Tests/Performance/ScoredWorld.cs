using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.Monitoring.Tests;

/// <summary>A version with validation data that a model of the test's scores, and a log of what it predicted.</summary>
internal sealed class ScoredWorld : IDisposable
{
    private ServiceProvider? _services;

    public World World { get; } = new();

    public FakeLoader Loader { get; } = new();

    /// <summary>Gets or sets what is added to the host.</summary>
    public Action<IServiceCollection> More { get; set; } = _ => { };

    public IServiceProvider Services => _services!;

    /// <summary>Registers a version whose validation data are a table, and that predicts by a function of it.</summary>
    public async Task<ModelVersion> TrainAsync(
        Table validation, string task, IReadOnlyList<TensorSpec> outputs, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> predict, string label = "y", Table? training = null, string? runId = null, IReadOnlyDictionary<string, ArtifactRef>? parts = null)
    {
        var stop = TestContext.Current.CancellationToken;
        var data = await World.Datasets.WriteAsync("validation", new("rows", "test"), World.One(validation.ToBatch()), cancellationToken: stop);
        var trained = training is null ? data : await World.Datasets.WriteAsync("training", new("rows", "test"), World.One(training.ToBatch()), cancellationToken: stop);
        var manifest = Manifests.Empty with
        {
            Platform = "fake",
            Task = task,
            Signature = new(new(data.Schema.Where(c => c.Name != label)), outputs),
            Label = label,
            Data = new Dictionary<string, DatasetReference> { ["training"] = trained.ToReference(), ["validation"] = data.ToReference() },
            Parts = parts ?? new Dictionary<string, ArtifactRef>(),
        };
        Loader.Predict = predict;
        Loader.Manifest = manifest;
        var champion = await World.Registry.FindByAliasAsync("flight-delay", ModelNames.Champion, stop);
        return await World.ServeAsync(manifest, Sha256.Hex($"{data.Fingerprint} {task} {champion?.Version}"), World.May.AddDays(-30), runId);
    }

    public IModelMonitor Monitor(Action<PerformanceOptions>? performance = null, Action<MonitorOptions>? configure = null, Action<OperationsOptions>? operations = null)
    {
        _services?.Dispose();
        var services = new ServiceCollection().AddMetrics();
        More(services);
        services.AddMlOpsCore()
            .Use<IModelRegistry>(_ => World.Registry)
            .Use<IDatasetStore>(_ => World.Datasets)
            .Use<IPredictionLog>(_ => World.Log)
            .Use<IModelLoader>(_ => Loader)
            .AddMonitor("flight-delay", m => m.Configure(o =>
            {
                o.SkippedChecks.Add("drift");
                configure?.Invoke(o);
            }).Performance(performance ?? (_ => { })).Operations(operations ?? (_ => { })));
        _services = services.BuildServiceProvider();
        return _services.GetRequiredService<IModelMonitor>();
    }

    public async Task<PerformanceReport> CheckAsync(Action<PerformanceOptions>? performance = null, Action<MonitorOptions>? configure = null, int days = 1)
    {
        var report = await Monitor(performance, configure).CheckAsync("flight-delay", World.May, World.May.AddDays(days), TestContext.Current.CancellationToken);
        report.Sections.OfType<FailedSection>().Should().BeEmpty();
        return report.Section<PerformanceReport>()!;
    }

    public void Dispose() => _services?.Dispose();
}

/// <summary>Loads models that are functions of a test.</summary>
internal sealed class FakeLoader : IModelLoader
{
    public Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> Predict { get; set; } = _ => [];

    public BundleManifest? Manifest { get; set; }

    public BundleSamples? Samples { get; set; }

    public Exception? Error { get; set; }

    public int Loads { get; private set; }

    public int PredictedRows { get; private set; }

    public Task<BundleContent> ReadAsync(ArtifactRef bundle, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<BundleContent> ReadAsync(ModelVersion version, CancellationToken cancellationToken = default) =>
        Task.FromResult(new BundleContent(Manifest!, Samples is null ? new Dictionary<string, byte[]>() : new Dictionary<string, byte[]> { [BundleFile.SamplesPart] = Samples.ToBytes() }));

    public Task<ILoadedModel> LoadAsync(ModelVersion version, CancellationToken cancellationToken = default)
    {
        if (Error is not null) throw Error;
        Loads++;
        return Task.FromResult<ILoadedModel>(new Model(this));
    }

    private sealed class Model(FakeLoader loader) : ILoadedModel
    {
        public BundleManifest Manifest => loader.Manifest!;

        public IReadOnlyList<Tensor> Predict(IReadOnlyList<Tensor> inputs)
        {
            loader.PredictedRows += inputs[0].Rows;
            return loader.Predict(inputs);
        }

        public Func<TInput, TOutput> Bind<TInput, TOutput>()
            where TInput : class
            where TOutput : class, new() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
