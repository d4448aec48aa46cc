using System.Text.Json.Serialization;

namespace MlOps.Core;

/// <summary>An immutable table: a small record that names a columnar snapshot and can be stored, compared and passed between stages.</summary>
/// <param name="Name">What the data is called, for people.</param>
/// <param name="Fingerprint">The SHA-256 of the rows, in lower-case hexadecimal. The same columns and rows in the same order give the same fingerprint, whatever source they came from.</param>
/// <param name="Schema">The columns.</param>
/// <param name="RowCount">The number of rows.</param>
/// <param name="Artifact">The Parquet file in the artifact store.</param>
/// <param name="Origin">Where the rows came from.</param>
/// <param name="CreatedAt">When the snapshot was made. It takes no part in the fingerprint.</param>
public sealed record Dataset(
    string Name,
    string Fingerprint,
    DatasetSchema Schema,
    long RowCount,
    ArtifactRef Artifact,
    DatasetOrigin Origin,
    DateTimeOffset CreatedAt) : IFingerprinted
{
    /// <summary>Gets whether this is a holdout that only the acceptance stage may open.</summary>
    [JsonInclude]
    public bool IsLocked { get; internal init; }

    /// <summary>Gets the feature service whose features these rows hold; null when they hold none of a feature store.</summary>
    /// <value>Set for training sets, and kept by the operations that split, filter, clean or join them. It takes no part in the fingerprint.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FeatureServiceReference? FeatureService { get; init; }

    /// <summary>Gives the same dataset, locked: reading it throws <see cref="HoldoutLockedException"/> until an acceptance stage opens it.</summary>
    /// <returns>The locked dataset.</returns>
    public Dataset Lock() => this with { IsLocked = true };

    /// <summary>Gives the part of this record that identifies the rows and nothing of when they were taken.</summary>
    /// <returns>The reference.</returns>
    public DatasetReference ToReference() => new(Name, Fingerprint, Schema, RowCount, Artifact);
}

/// <summary>What a model remembers of the data that it learned from.</summary>
/// <param name="Name">What the data is called, for people.</param>
/// <param name="Fingerprint">The SHA-256 of the rows.</param>
/// <param name="Schema">The columns.</param>
/// <param name="RowCount">The number of rows.</param>
/// <param name="Artifact">The Parquet file in the artifact store.</param>
public sealed record DatasetReference(string Name, string Fingerprint, DatasetSchema Schema, long RowCount, ArtifactRef Artifact) : IFingerprinted;

/// <summary>Where the rows of a dataset came from.</summary>
/// <param name="Kind">The kind of source or the operation: parquet, csv, query, rows, split, join.</param>
/// <param name="Location">The file, address, query or parent fingerprints, without secrets.</param>
public sealed record DatasetOrigin(string Kind, string Location);

/// <summary>Something whose content has a fingerprint of its own, which then stands for it in cache keys and lineage.</summary>
public interface IFingerprinted
{
    /// <summary>Gets the SHA-256 of the content in lower-case hexadecimal.</summary>
    string Fingerprint { get; }
}
