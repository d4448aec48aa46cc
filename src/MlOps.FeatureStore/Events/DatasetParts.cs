using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Rows of datasets one after the other.</summary>
/// <param name="Parts">The datasets, of one schema; at least one.</param>
internal sealed record DatasetParts(IReadOnlyList<Dataset> Parts) : IFingerprinted
{
    /// <summary>Gets the fingerprint: that of the only part, else the SHA-256 of those of all.</summary>
    public string Fingerprint { get; } = Parts.Count == 1 ? Parts[0].Fingerprint : Sha256.Hex(string.Join('\n', Parts.Select(p => p.Fingerprint)));

    /// <summary>Gets the columns.</summary>
    public DatasetSchema Schema => Parts[0].Schema;

    /// <summary>Gets the number of rows.</summary>
    public long RowCount => Parts.Sum(p => p.RowCount);
}
