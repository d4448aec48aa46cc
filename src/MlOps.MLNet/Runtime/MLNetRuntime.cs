using Microsoft.ML;
using MlOps.Core;

namespace MlOps.MLNet;

/// <summary>Loads models that ML.NET saved.</summary>
internal sealed class MLNetRuntime(TransformerCatalog catalog) : IModelRuntime
{
    public const string PlatformName = "mlnet_zip";

    public string Platform => PlatformName;

    public Task<ILoadedModel> LoadAsync(BundleContent bundle, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return Task.Run<ILoadedModel>(() => Load(bundle), cancellationToken); // parsing a large forest takes a while
    }

    private MLNetModel Load(BundleContent bundle)
    {
        var manifest = bundle.Manifest;
        if (manifest.Platform != PlatformName)
            throw new DataException($"Model '{manifest.Model}' is of the platform '{manifest.Platform}'; this runtime loads {PlatformName}.") { DataSource = manifest.Model };
        if (!bundle.Parts.TryGetValue(BundleFile.ModelPart, out var bytes))
            throw new DataException($"The bundle of model '{manifest.Model}' lacks the part '{BundleFile.ModelPart}'. Run the pipeline again.") { DataSource = manifest.Model };
        var preparation = catalog.Load(manifest.Preparation);
        ITransformer? transformer = null;
        try
        {
            using var stream = new MemoryStream(bytes, writable: false);
            transformer = new MLContext().Model.Load(stream, out var inputSchema);
            if (inputSchema is null) throw new DataException($"The model '{manifest.Model}' was saved without the schema of its input. Save it with one.");
            return new MLNetModel(manifest, transformer, inputSchema, preparation);
        }
        catch (Exception e)
        {
            (transformer as IDisposable)?.Dispose();
            if (e is OutOfMemoryException || (e is MlOpsException && transformer is not null)) throw;
            throw new DataException(
                $"ML.NET cannot load the model '{manifest.Model}': {e.Message} Reference the package of its trainer (as Microsoft.ML.FastTree) in this host, or train it again.", e)
            { DataSource = manifest.Model };
        }
    }
}
