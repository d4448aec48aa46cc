using System.Text.Json.Serialization;

namespace MlOps.Core;

/// <summary>A packaged model: one zip file in the artifact store that holds everything needed to serve it and to know where it came from.</summary>
/// <param name="Model">The name of the model.</param>
/// <param name="Artifact">The file.</param>
/// <param name="Manifest">What the file says about itself.</param>
public sealed record ModelBundle(string Model, ArtifactRef Artifact, BundleManifest Manifest) : IFingerprinted
{
    /// <inheritdoc/>
    public string Fingerprint => Artifact.Digest;
}

/// <summary>What a bundle says about itself. It holds no time and no run, so that the same training gives the same bundle.</summary>
public sealed record BundleManifest
{
    /// <summary>The version of the bundle format that this library writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Gets the version of the bundle format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Gets the name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Gets the runtime that loads it, as the Open Inference Protocol's platform: mlnet_zip, onnx_onnxv1.</summary>
    public required string Platform { get; init; }

    /// <summary>Gets what is learned: binary-classification, multiclass-classification, regression.</summary>
    public required string Task { get; init; }

    /// <summary>Gets what the model takes and gives.</summary>
    public required ModelSignature Signature { get; init; }

    /// <summary>Gets the columns that the trainer learned from, after preparation, in order.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>Gets the column that it learned to predict.</summary>
    public required string Label { get; init; }

    /// <summary>Gets the fitted data-preparation steps that every request goes through.</summary>
    public required IReadOnlyList<FittedStep> Preparation { get; init; }

    /// <summary>Gets the trainer and its hyperparameters, as text.</summary>
    public required IReadOnlyDictionary<string, string> Hyperparameters { get; init; }

    /// <summary>Gets the metrics on the validation split; with cross-validation also mean and standard deviation as cv.auc.mean and cv.auc.sd.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Gets the metrics of the baseline on the validation split.</summary>
    public required IReadOnlyDictionary<string, double> Baseline { get; init; }

    /// <summary>Gets the data by what it was used for: training, validation, holdout.</summary>
    public required IReadOnlyDictionary<string, DatasetReference> Data { get; init; }

    /// <summary>Gets the feature service that it was trained on, and is to be served with.</summary>
    /// <value>Null when its features come from no feature store. It stands in the bundle only when there is one.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FeatureServiceReference? FeatureService { get; init; }

    /// <summary>Gets what it was made with: framework, operating system, library versions, seed.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Gets the other parts of the file with their digests.</summary>
    public IReadOnlyDictionary<string, ArtifactRef> Parts { get; init; } = new Dictionary<string, ArtifactRef>();
}
