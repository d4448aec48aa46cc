using System.Collections.Concurrent;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Serving.Tests;

/// <summary>Loads models that add up what they get, times their version.</summary>
internal sealed class FakeLoader : IModelLoader
{
    private int _loads;

    public ConcurrentBag<FakeModel> Loaded { get; } = [];

    public int Loads => _loads;

    /// <summary>The versions that cannot be loaded.</summary>
    public ConcurrentDictionary<int, bool> Broken { get; } = new();

    public Action? OnPredict { get; set; }

    /// <summary>Is told which version predicts.</summary>
    public Action<int>? OnVersion { get; set; }

    /// <summary>Says which distances a model refuses.</summary>
    public Predicate<double> Refuses { get; set; } = _ => false;

    public Task<BundleContent> ReadAsync(ArtifactRef bundle, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<BundleContent> ReadAsync(ModelVersion version, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<ILoadedModel> LoadAsync(ModelVersion version, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _loads);
        if (Broken.ContainsKey(version.Version)) throw new ArtifactCorruptException("model", "a", "b");
        var model = new FakeModel(version.RequireBundle().Manifest, version.Version, () =>
        {
            OnPredict?.Invoke();
            OnVersion?.Invoke(version.Version);
        }, distance => Refuses(distance));
        Loaded.Add(model);
        return Task.FromResult<ILoadedModel>(model);
    }
}

internal sealed class FakeModel(BundleManifest manifest, int version, Action onPredict, Predicate<double> refuses) : ILoadedModel
{
    public volatile bool IsDisposed;

    public int Version => version;

    public BundleManifest Manifest => manifest;

    public IReadOnlyList<Tensor> Predict(IReadOnlyList<Tensor> inputs)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        onPredict();
        foreach (var input in inputs)
        {
            if (!manifest.Signature.InputSchema.Contains(input.Name)) throw new ModelInputException($"Input '{input.Name}' is unknown.", input.Name);
        }

        var distance = inputs.FirstOrDefault(i => i.Name == "distance") as Tensor<double> ?? throw new ModelInputException("Input 'distance' is missing or no FP64.", "distance");
        if (System.Array.Exists(distance.Values, refuses)) throw new ModelInputException("Input 'distance' is further than the earth is round.", "distance");
        var result = new List<Tensor>
        {
            Tensor.Of("Score", [.. distance.Values.Select(v => (float)(v * version))]),
            Tensor.Of("Version", [.. distance.Values.Select(_ => (long)version)]),
        };
        ObjectDisposedException.ThrowIf(IsDisposed, this); // also not during a call
        return result;
    }

    public Func<TInput, TOutput> Bind<TInput, TOutput>()
        where TInput : class
        where TOutput : class, new()
    {
        var specs = manifest.Signature.GetInputs();
        var read = TensorRow.Reader<TInput>(specs);
        var write = TensorRow.Writer<TOutput>(manifest.Signature.Outputs);
        return input =>
        {
            var row = TensorRow.Create(specs);
            read(input, row);
            var output = new TOutput();
            write(Predict(row), output);
            return output;
        };
    }

    public void Dispose() => IsDisposed = true;
}

internal sealed class FakeLog : IPredictionLog
{
    public ConcurrentQueue<PredictionEntry> Entries { get; } = new();

    public bool IsBroken { get; set; }

    public ValueTask WriteAsync(PredictionEntry entry, CancellationToken cancellationToken = default)
    {
        if (IsBroken) throw new StoreException("full");
        Entries.Enqueue(entry);
        return ValueTask.CompletedTask;
    }

    public Task WriteGroundTruthAsync(string model, IReadOnlyList<GroundTruth> values, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task FlushAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public IAsyncEnumerable<RecordBatch> ReadAsync(string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}

public sealed class Flight
{
    public double Distance { get; set; }
}

public sealed class Delay
{
    public float Score { get; set; }

    public long Version { get; set; }
}
