using MlOps.Core;

namespace MlOps.Testing;

/// <summary>A model with all that belongs to it, as the registry in memory keeps it.</summary>
internal sealed class InMemoryModel(string name, DateTimeOffset createdAt)
{
    public string Name { get; private set; } = name;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset UpdatedAt { get; set; } = createdAt;

    public string? Description { get; set; }

    public Dictionary<string, string> Tags { get; set; } = [];

    public int LastVersion { get; set; }

    public SortedDictionary<int, ModelVersion> Versions { get; } = [];

    public SortedDictionary<string, int> Aliases { get; } = new(StringComparer.Ordinal);

    public static ModelVersion Register(int number, NewModelVersion kept) =>
        new(kept.Model, number, kept.Bundle, kept.RunId, Stored.Time(kept.CreatedAt), kept.Evaluation, kept.Acceptance, [])
        {
            By = kept.By,
            Source = kept.Source,
            RunLink = kept.RunLink,
            Description = string.IsNullOrEmpty(kept.Description) ? null : kept.Description,
            SemanticVersion = kept.SemanticVersion,
            Tags = kept.Tags,
            Signatures = kept.Signatures,
        };

    public RegisteredModel ToModel() => new(Name, CreatedAt)
    {
        UpdatedAt = UpdatedAt,
        Description = Description,
        Tags = Tags.ToDictionary(),
        Aliases = Aliases.ToDictionary(),
        LastVersion = LastVersion,
    };

    public ModelVersion? Find(int version) => Versions.TryGetValue(version, out var found) ? With(found) : null;

    /// <summary>Gives a version its present aliases and the present name of its model.</summary>
    public ModelVersion With(ModelVersion version) => version with { Model = Name, Aliases = [.. Aliases.Where(alias => alias.Value == version.Version).Select(alias => alias.Key)] };

    public void Rename(string to, int taken) => (Name, LastVersion) = (to, Math.Max(LastVersion, taken));

    public List<AliasChange> Removals(int? version, ChangeNote note) =>
        [.. Aliases.Where(alias => version is null || alias.Value == version).Select(alias => new AliasChange(Name, alias.Key, alias.Value, null, note.By, note.Reason, note.At))];

    public List<AliasChange> Renames(string to, ChangeNote note) => [.. Aliases.Select(alias => new AliasChange(to, alias.Key, null, alias.Value, note.By, note.Reason, note.At))];
}
