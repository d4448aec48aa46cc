using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Where the profile of a dataset is stored.</summary>
/// <param name="Fingerprint">The fingerprint of the dataset that was profiled.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Artifact">The profile in its binary form, in the artifact store.</param>
public sealed record StoredProfile(string Fingerprint, long Rows, ArtifactRef Artifact) : IFingerprinted;

/// <summary>Stores profiles as artifacts.</summary>
public static class ProfileStorageExtensions
{
    /// <summary>Stores the profile of a dataset.</summary>
    /// <param name="artifacts">The store.</param>
    /// <param name="profile">The profile, with the fingerprint of its dataset.</param>
    /// <param name="cancellationToken">Stops the call; nothing is stored then.</param>
    /// <returns>Where it is stored. Profiles of the same rows, made with the same options, are stored once.</returns>
    /// <exception cref="ArgumentException">The profile has no fingerprint.</exception>
    public static async Task<StoredProfile> PutProfileAsync(this IArtifactStore artifacts, DatasetProfile profile, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(artifacts);
        ArgumentNullException.ThrowIfNull(profile);
        if (profile.Fingerprint is not { } fingerprint) throw new ArgumentException("The profile is that of no dataset. Profile a dataset, or set its fingerprint.", nameof(profile));
        using var content = new MemoryStream(profile.ToBytes(), writable: false);
        return new(fingerprint, profile.Rows, await artifacts.PutAsync(content, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Reads a stored profile.</summary>
    /// <param name="artifacts">The store.</param>
    /// <param name="stored">Where it is stored.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="NotFoundException">It is not stored here.</exception>
    /// <exception cref="DataException">What is stored there is no profile, or that of another dataset.</exception>
    public static async Task<DatasetProfile> GetProfileAsync(this IArtifactStore artifacts, StoredProfile stored, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(artifacts);
        ArgumentNullException.ThrowIfNull(stored);
        var content = await artifacts.OpenAsync(stored.Artifact.Digest, cancellationToken).ConfigureAwait(false);
        await using var closing = content.ConfigureAwait(false);
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        try
        {
            var profile = DatasetProfile.FromBytes(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
            return profile.Fingerprint == stored.Fingerprint
                ? profile
                : throw new DataException($"Artifact {stored.Artifact.Digest} is the profile of another dataset: {profile.Fingerprint ?? "none"} instead of {stored.Fingerprint}.");
        }
        catch (InvalidDataException e)
        {
            throw new DataException($"Artifact {stored.Artifact.Digest} is no profile: {e.Message}", e);
        }
    }
}
