using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.ModelRegistry.Tests;

/// <summary>A host with a registry, artifacts and a runtime that loads what this makes.</summary>
internal sealed class World : IDisposable
{
    private static readonly Tensor[] Inputs = [Tensor.Of("distance", [100d])];
    private static readonly Tensor[] Outputs = [Tensor.Of("Score", [1f])];

    public World(Action<MlOpsBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        var builder = services.AddMlOpsCore().UseInMemoryStores().AddModelRegistry();
        services.AddSingleton<IModelRuntime>(Runtime);
        configure?.Invoke(builder);
        Services = services.BuildServiceProvider();
    }

    public ServiceProvider Services { get; }

    public FakeRuntime Runtime { get; } = new("fake", _ => Outputs);

    public IModelRegistry Registry => Services.GetRequiredService<IModelRegistry>();

    public IModelLoader Loader => Services.GetRequiredService<IModelLoader>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Packages a model that loads and predicts its samples.</summary>
    public async Task<ModelBundle> BundleAsync(string content = "a", string model = "flight-delay")
    {
        var file = new MemoryStream();
        var parts = new Dictionary<string, byte[]> { [BundleFile.ModelPart] = System.Text.Encoding.UTF8.GetBytes(content), [BundleFile.SamplesPart] = new BundleSamples(Inputs, Outputs).ToBytes() };
        var manifest = BundleFile.Write(file, Make.Manifest() with { Model = model }, parts);
        return new(model, await Services.GetRequiredService<IArtifactStore>().PutAsync(new MemoryStream(file.ToArray()), Cancel), manifest);
    }

    /// <summary>Registers a version.</summary>
    public async Task<ModelVersion> RegisterAsync(string content = "a", EvaluationReport? evaluation = null, EvaluationReport? acceptance = null, string by = "alice") =>
        await Registry.RegisterAsync(new("flight-delay", await BundleAsync(content), null, Make.Noon, evaluation, acceptance) { By = by }, Cancel);

    /// <summary>Points an alias to a version, and says what speaks against it.</summary>
    public async Task<IReadOnlyList<string>> PromoteAsync(int version, string alias = "champion")
    {
        var current = (await Registry.FindByAliasAsync("flight-delay", alias, Cancel))?.Version;
        try
        {
            await Registry.SetAliasAsync(new("flight-delay", alias, current, version, "dave", "because", Make.Noon), Cancel);
            return [];
        }
        catch (GateRefusedException e)
        {
            return e.Reasons;
        }
    }

    public void Dispose() => Services.Dispose();
}
