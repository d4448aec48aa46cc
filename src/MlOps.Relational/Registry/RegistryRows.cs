using System.Text.Json;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>A registered model as its table has it.</summary>
internal sealed class ModelRow
{
    public long ModelKey { get; init; }

    public string Name { get; init; } = string.Empty;

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public long LastVersion { get; init; }

    public string? Description { get; init; }

    public RegisteredModel ToModel(IEnumerable<TextRow> tags, IEnumerable<AliasRow> aliases) => new(Name, Micros.ToTime(CreatedAt))
    {
        UpdatedAt = Micros.ToTime(UpdatedAt),
        Description = Description,
        LastVersion = (int)LastVersion,
        Tags = tags.ToDictionary(tag => tag.Name, tag => tag.Value),
        Aliases = aliases.ToDictionary(alias => alias.Alias, alias => (int)alias.Version),
    };
}

/// <summary>A version as its table has it.</summary>
internal sealed class VersionRow
{
    public long VersionKey { get; init; }

    public string Model { get; init; } = string.Empty;

    public long Version { get; init; }

    public string? Bundle { get; init; }

    public string? RunId { get; init; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public string RegisteredBy { get; init; } = string.Empty;

    public string? Evaluation { get; init; }

    public string? Acceptance { get; init; }

    public string? Source { get; init; }

    public string? RunLink { get; init; }

    public string? Description { get; init; }

    public string? SemanticVersion { get; init; }

    public string Stage { get; init; } = string.Empty;

    public string Signatures { get; init; } = string.Empty;

    public ModelVersion ToVersion(IEnumerable<TextRow> tags, IEnumerable<AliasRow> aliases) => new(
        Model,
        (int)Version,
        Bundle is null ? null : Read<ModelBundle>(Bundle),
        RunId,
        Micros.ToTime(CreatedAt),
        Evaluation is null ? null : Read<EvaluationReport>(Evaluation),
        Acceptance is null ? null : Read<EvaluationReport>(Acceptance),
        [.. aliases.Select(alias => alias.Alias).Order(StringComparer.Ordinal)])
    {
        UpdatedAt = Micros.ToTime(UpdatedAt),
        By = RegisteredBy,
        Source = Source,
        RunLink = RunLink,
        Description = Description,
        SemanticVersion = SemanticVersion,
        Stage = Stage,
        Tags = tags.ToDictionary(tag => tag.Name, tag => tag.Value),
        Signatures = Read<List<BundleSignature>>(Signatures),
    };

    internal static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, MlOpsJson.Options)!;

    internal static string Json<T>(T value) => JsonSerializer.Serialize(value, MlOpsJson.Options);
}

/// <summary>An alias, with the key of its model, or of its version.</summary>
internal sealed class AliasRow
{
    public long Owner { get; init; }

    public string Alias { get; init; } = string.Empty;

    public long Version { get; init; }
}
