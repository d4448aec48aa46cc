namespace MlOps.Core;

/// <summary>Names stored bytes by their content.</summary>
/// <param name="Digest">The SHA-256 of the bytes in lower-case hexadecimal, 64 characters.</param>
/// <param name="Size">The number of bytes.</param>
public sealed record ArtifactRef(string Digest, long Size);

/// <summary>Bytes in a store.</summary>
/// <param name="Artifact">Their name and size.</param>
/// <param name="StoredAt">When they were last stored: storing bytes that are there already counts.</param>
public sealed record StoredArtifact(ArtifactRef Artifact, DateTimeOffset StoredAt);
