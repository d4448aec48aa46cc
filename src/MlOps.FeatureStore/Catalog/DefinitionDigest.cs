using System.Text.Json;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>SHA-256 of what matters for values: not of descriptions, owners and tags.</summary>
internal static class DefinitionDigest
{
    /// <summary>Gives the digest of a service: its features with their types and keys, in order.</summary>
    public static string Of(FeatureDefinitions definitions, FeatureService service) => Sha256.Hex(JsonSerializer.Serialize(
        service.Features.Select(IReadOnlyList<string> (f) =>
        [
            f.ToString(),
            f.Name,
            definitions.FindType(f)?.ToString() ?? string.Empty,
            .. f.KeyColumns.Where(k => k.Key != k.Value).OrderBy(k => k.Key, StringComparer.Ordinal).SelectMany(k => new[] { k.Key, k.Value }),
        ]),
        MlOpsJson.Options));
}
