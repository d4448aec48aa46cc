using MlOps.Core;

namespace MlOps.Testing;

/// <summary>Searches what the registry in memory keeps.</summary>
internal static class InMemoryRegistrySearch
{
    internal static IEnumerable<object> ValuesOf(RegisteredModel model, SearchField field) => field switch
    {
        { Entity: SearchEntity.Tag } => Tag(model.Tags, field.Key),
        { Key: "name" } => [model.Name],
        { Key: "creation_timestamp" } => [Stored.Micros(model.CreatedAt)],
        { Key: "last_updated_timestamp" } => [Stored.Micros(model.UpdatedAt)],
        _ => [],
    };

    internal static IEnumerable<object> ValuesOf(ModelVersion version, SearchField field) => field switch
    {
        { Entity: SearchEntity.Tag } => Tag(version.Tags, field.Key),
        { Key: "name" } => [version.Model],
        { Key: "run_id" } => Optional(version.RunId),
        { Key: "source_path" } => Optional(version.Source),
        { Key: "version_number" } => [(double)version.Version],
        { Key: "creation_timestamp" } => [Stored.Micros(version.CreatedAt)],
        { Key: "last_updated_timestamp" } => [Stored.Micros(version.UpdatedAt)],
        _ => [],
    };

    private static object[] Tag(IReadOnlyDictionary<string, string> tags, string name) => Optional(tags.GetValueOrDefault(name));

    private static object[] Optional(string? text) => text is null ? [] : [text];
}
