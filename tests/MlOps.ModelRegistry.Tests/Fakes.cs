using MlOps.Core;
using MlOps.Tests;

namespace MlOps.ModelRegistry.Tests;

/// <summary>Loads models that give what the test says.</summary>
internal sealed class FakeRuntime(string platform, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> predict) : IModelRuntime
{
    public string Platform => platform;

    public List<FakeModel> Loaded { get; } = [];

    public Task<ILoadedModel> LoadAsync(BundleContent bundle, CancellationToken cancellationToken = default)
    {
        var model = new FakeModel(bundle.Manifest, predict);
        Loaded.Add(model);
        return Task.FromResult<ILoadedModel>(model);
    }
}

internal sealed class FakeModel(BundleManifest manifest, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> predict) : ILoadedModel
{
    public bool IsDisposed { get; private set; }

    public BundleManifest Manifest => manifest;

    public IReadOnlyList<Tensor> Predict(IReadOnlyList<Tensor> inputs) => predict(inputs);

    public Func<TInput, TOutput> Bind<TInput, TOutput>()
        where TInput : class
        where TOutput : class, new() => throw new NotSupportedException();

    public void Dispose() => IsDisposed = true;
}

/// <summary>Objects to what the test says.</summary>
internal sealed class FakeGate : IAliasGate
{
    public Func<AliasChange, IReadOnlyList<string>> Objections { get; set; } = _ => [];

    public ValueTask<IReadOnlyList<string>> ObjectionsAsync(AliasChange change, ModelVersion? candidate, IModelRegistry registry, CancellationToken cancellationToken = default) =>
        new(Objections(change));
}

internal static class Make
{
    public static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);

    public static BundleManifest Manifest(string platform = "fake") => Manifests.Empty with
    {
        Platform = platform,
        Signature = new(new([new("distance", ColumnType.Float64)]), [new("Score", TensorType.Float32)]),
        Features = ["distance"],
    };

    public static StageContext Context(IServiceProvider services) => new() { Services = services, Pipeline = "daily", Stage = "stage", RunId = "run 1", Seed = 1 };

    public static ModelBundle Bundle(string content) => new("flight-delay", new(Sha256.Hex(content), 1), Manifest());

    public static Dataset Data(string name) =>
        new(name, Sha256.Hex(name), new([]), 1, new(Sha256.Hex(name), 1), new("rows", name), Noon);

    /// <summary>A judgement with checks that hold, compared with an incumbent or not.</summary>
    public static EvaluationReport Report(string? incumbent = null, params GateCheck[] checks) =>
        new(Data("validation").ToReference(), new Dictionary<string, double>(), new Dictionary<string, double>(), null, incumbent, checks.Length > 0 ? checks : [Holds]);

    public static readonly GateCheck Holds = new("auc at least 0.65", "auc", 0.71, 0.65, true);

    public static readonly GateCheck Fails = new("log_loss at most 0.5", "log_loss", 0.61, 0.5, false);

    public static readonly GateCheck NobodyToCompareWith = new("auc no worse than champion: there is no champion yet", "auc", 0.71, double.NaN, true);

    public static EvaluatedCandidate Candidate(string content, EvaluationReport? evaluation = null, EvaluationReport? acceptance = null) =>
        new(Bundle(content), new(Data("training"), Data("validation"), Data("holdout").Lock(), []), evaluation ?? Report(), acceptance);
}
