using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Packs model files into bundles and registers them.</summary>
internal sealed class ModelImporter(
    IModelRegistry registry, IArtifactStore artifacts, IEnumerable<IModelFormat> formats, IEnumerable<IModelRuntime> runtimes,
    IEnumerable<IBundleSigner> signers, TimeProvider time) : IModelImporter
{
    public async Task<ModelVersion> ImportAsync(Stream file, ModelImport import, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(import);
        ModelNames.CheckModel(import.Model);
        using var memory = new MemoryStream();
        await file.CopyToAsync(memory, cancellationToken).ConfigureAwait(false);
        var bytes = memory.ToArray();
        var format = formats.LastOrDefault(f => f.Recognizes(bytes)) ?? throw import.Wrong(
            $"is in no format that this host can import; it knows {string.Join(", ", formats.Select(f => f.Platform).Order(StringComparer.Ordinal).DefaultIfEmpty("none"))}. Add the package of its runtime.");
        var content = await Task.Run(() => format.Describe(bytes, import), cancellationToken).ConfigureAwait(false);
        var samples = await PredictAsync(content, import, cancellationToken).ConfigureAwait(false);
        var parts = new Dictionary<string, byte[]>(content.Parts) { [BundleFile.SamplesPart] = samples.ToBytes() };

        using var zip = new MemoryStream();
        var manifest = BundleFile.Write(zip, content.Manifest, parts);
        zip.Position = 0;
        var bundle = new ModelBundle(import.Model, await artifacts.PutAsync(zip, cancellationToken).ConfigureAwait(false), manifest);
        var version = new NewModelVersion(import.Model, bundle, import.RunId, time.GetUtcNow());
        if (signers.LastOrDefault() is { } signer) version = version with { Signatures = [await signer.SignAsync(bundle.Artifact, cancellationToken).ConfigureAwait(false)] };
        return await registry.RegisterAsync(version, cancellationToken).ConfigureAwait(false);
    }

    private async Task<BundleSamples> PredictAsync(BundleContent content, ModelImport import, CancellationToken cancellationToken)
    {
        var platform = content.Manifest.Platform;
        var runtime = runtimes.LastOrDefault(r => r.Platform == platform) ?? throw import.Wrong($"needs a runtime for the platform '{platform}'. Add the package of that runtime to the host.");
        using var model = await runtime.LoadAsync(content, cancellationToken).ConfigureAwait(false);
        var inputs = import.Samples.Count > 0 ? import.Samples : MadeUp(content.Manifest.Signature);
        try
        {
            return new(inputs, model.Predict(inputs));
        }
        catch (ModelInputException e)
        {
            throw import.Wrong($"does not predict its samples: {e.Message} Give rows that it can predict in {nameof(ModelImport.Samples)}.", e);
        }
    }

    private static IReadOnlyList<Tensor> MadeUp(ModelSignature signature) =>
    [
        .. signature.GetInputs().Zip(signature.InputSchema, (input, column) => input.Type switch
        {
            TensorType.Bool => (Tensor)Tensor.Of(input.Name, [false, true, true]),
            TensorType.Int64 => Tensor.Of(input.Name, [0L, 1L, 2L]),
            TensorType.Float64 => Tensor.Of(input.Name, [0.0, 1.0, 2.5]),
            _ when column.Type == ColumnType.Date => Tensor.Of(input.Name, ["2000-01-01", "2000-02-29", "2001-12-31"]),
            _ when column.Type == ColumnType.Timestamp => Tensor.Of(input.Name, ["2000-01-01T00:00:00Z", "2000-02-29T12:30:00Z", "2001-12-31T23:59:59Z"]),
            _ => Tensor.Of(input.Name, (string?[])["", "a", "b"]),
        }),
    ];
}
