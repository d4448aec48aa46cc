using System.Text.Json;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Onnx;

/// <summary>Loads ONNX models.</summary>
internal sealed class OnnxModelRuntime(TransformerCatalog catalog, IOptions<OnnxOptions> options) : IModelRuntime
{
    public const string PlatformName = "onnx_onnxv1";

    public string Platform => PlatformName;

    public Task<ILoadedModel> LoadAsync(BundleContent bundle, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return Task.Run<ILoadedModel>(() => Load(bundle), cancellationToken); // a large graph takes a while to optimise
    }

    private OnnxModel Load(BundleContent bundle)
    {
        var manifest = bundle.Manifest;
        if (manifest.Platform != PlatformName)
            throw new DataException($"Model '{manifest.Model}' is of the platform '{manifest.Platform}'; this runtime loads {PlatformName}.") { DataSource = manifest.Model };
        if (!bundle.Parts.TryGetValue(BundleFile.ModelPart, out var bytes) || !bundle.Parts.TryGetValue(OnnxLayout.Part, out var layout))
            throw new DataException($"The bundle of model '{manifest.Model}' lacks the part '{BundleFile.ModelPart}' or '{OnnxLayout.Part}'. Import it again.") { DataSource = manifest.Model };
        var preparation = catalog.Load(manifest.Preparation);
        try
        {
            var session = OnnxSessions.Open(bytes, options.Value.Threads);
            try
            {
                return new(manifest, session, preparation, OnnxLayout.Read(layout));
            }
            catch
            {
                session.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            throw new DataException($"The model '{manifest.Model}' cannot be loaded: {e.Message}. Import it again, or serve it with the version of this library that imported it.", e) { DataSource = manifest.Model };
        }
    }
}
