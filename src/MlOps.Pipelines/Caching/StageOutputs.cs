using System.Collections;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>A stage's output as it is passed on and stored.</summary>
/// <param name="Value">The value, read back from its JSON, so that a run that computes and a run that takes an earlier result pass on the same.</param>
/// <param name="Json">The JSON.</param>
/// <param name="Fingerprint">What identifies the content.</param>
internal sealed record StageResult(object? Value, string Json, string Fingerprint);

/// <summary>Writes outputs of stages as JSON, reads them back, and looks into them.</summary>
internal static class StageOutputs
{
    private const int MaxBytes = 4 << 20;
    private const string Advice = "What passes between stages is stored as JSON: make it a record whose public properties hold everything, and put bytes into the artifact store.";

    /// <summary>Writes an output.</summary>
    /// <exception cref="StageOutputException">The output does not survive being written and read.</exception>
    public static StageResult Write(string stage, Type type, object? value)
    {
        var name = TypeNames.Short(value?.GetType() ?? type);
        string json;
        object? back;
        try
        {
            json = JsonSerializer.Serialize(value, type, MlOpsJson.Options);
            back = JsonSerializer.Deserialize(json, type, MlOpsJson.Options);
        }
        catch (Exception e) when (e is NotSupportedException or JsonException or InvalidOperationException or ArgumentException)
        {
            throw new StageOutputException($"The output of stage '{stage}', a {name}, cannot be written as JSON and read back: {e.Message} {Advice}", e);
        }

        if (Encoding.UTF8.GetByteCount(json) is var bytes && bytes > MaxBytes)
            throw new StageOutputException($"The output of stage '{stage}', a {name}, takes {bytes} bytes as JSON; {MaxBytes} are allowed. {Advice}");
        var keepsType = value is null || value is IEnumerable || back?.GetType() == value.GetType();
        var keepsValue = JsonSerializer.Serialize(back, type, MlOpsJson.Options) == json && !(json == "{}" && StageParameters.HasState(value));
        return keepsType && keepsValue
            ? new(back, json, Fingerprints.Of(back, type))
            : throw new StageOutputException($"The output of stage '{stage}', a {name}, is not the same after it was written as JSON and read back. {Advice}");
    }

    /// <summary>Reads a stored output.</summary>
    /// <returns>The value, or why it cannot be used.</returns>
    public static async Task<(object? Value, string? Problem)> ReadAsync(string json, Type type, IArtifactStore? artifacts, CancellationToken cancellationToken)
    {
        object? value;
        try
        {
            value = JsonSerializer.Deserialize(json, type, MlOpsJson.Options);
            if (value is null && json != "null") return (null, "the stored result is empty");
        }
        catch (Exception e) when (e is NotSupportedException or JsonException or InvalidOperationException or ArgumentException or MlOpsException)
        {
            return (null, $"the stored result cannot be read as a {TypeNames.Short(type)} any more");
        }

        if (artifacts is null) return (value, null);
        foreach (var artifact in Look(value).Artifacts)
        {
            if (!await artifacts.ExistsAsync(artifact.Digest, cancellationToken).ConfigureAwait(false))
                return (null, $"artifact {artifact.Digest[..Math.Min(12, artifact.Digest.Length)]} of the stored result is gone from the artifact store");
        }

        return (value, null);
    }

    /// <summary>Finds the datasets and artifacts that an output refers to.</summary>
    public static OutputContent Look(object? value)
    {
        var content = new OutputContent();
        Look(value, null, content, 0);
        return content;
    }

    private static void Look(object? value, string? part, OutputContent content, int depth)
    {
        if (value is null or string || depth > 32) return;
        var type = value.GetType();
        if (type.IsPrimitive || type.IsEnum) return;
        switch (value)
        {
            case ArtifactRef artifact:
                content.Artifacts.Add(artifact);
                return;
            case Dataset dataset:
                content.Artifacts.Add(dataset.Artifact);
                content.Datasets.Add(new(dataset.ToReference(), dataset.Origin, part));
                return;
            case DatasetReference dataset:
                content.Artifacts.Add(dataset.Artifact);
                content.Datasets.Add(new(dataset, null, part));
                return;
            case ModelBundle bundle: // the parts that its manifest lists lie inside the one file
                content.Artifacts.Add(bundle.Artifact);
                content.Bundles.Add(bundle);
                return;
            case ModelVersion version:
                content.Versions.Add(version);
                break;
            case DataSplit split:
                Look(split.Training, "training", content, depth);
                Look(split.Validation, "validation", content, depth);
                Look(split.Holdout, "holdout", content, depth);
                return;
            case IDictionary map:
                foreach (var item in map.Values) Look(item, part, content, depth + 1);
                return;
            case IEnumerable items:
                foreach (var item in items) Look(item, part, content, depth + 1);
                return;
        }

        var contract = MlOpsJson.Options.GetTypeInfo(type);
        if (contract.Kind != JsonTypeInfoKind.Object) return;
        foreach (var property in contract.Properties)
        {
            if (property.Get is not null && !property.PropertyType.IsPrimitive) Look(property.Get(value), part, content, depth + 1);
        }
    }
}

/// <summary>What an output refers to.</summary>
internal sealed class OutputContent
{
    /// <summary>Gets the artifacts that must be in the store for the output to be of use.</summary>
    public HashSet<ArtifactRef> Artifacts { get; } = [];

    /// <summary>Gets the datasets, with the part of a split that each is.</summary>
    public List<RunDataset> Datasets { get; } = [];

    /// <summary>Gets the packaged models.</summary>
    public List<ModelBundle> Bundles { get; } = [];

    /// <summary>Gets the registered versions.</summary>
    public List<ModelVersion> Versions { get; } = [];
}
