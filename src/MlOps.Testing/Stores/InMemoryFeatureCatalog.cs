using MlOps.Core;

namespace MlOps.Testing;

/// <summary>A feature catalog that forgets everything with the process. Thread-safe.</summary>
/// <remarks>Times are kept in UTC to the microsecond, as the relational stores keep them.</remarks>
public sealed class InMemoryFeatureCatalog : IFeatureCatalog
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Kind, string Name), List<FeatureDefinitionVersion>> _definitions = [];
    private readonly Dictionary<string, MaterializationMark> _marks = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<IReadOnlyList<FeatureDefinitionVersion>> ListAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<FeatureDefinitionVersion>>([.. _definitions.Values
                .Select(versions => versions[^1])
                .Where(newest => !newest.IsRemoved)
                .OrderBy(newest => newest.Kind, StringComparer.Ordinal).ThenBy(newest => newest.Name, StringComparer.Ordinal)]);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FeatureDefinitionVersion>> GetHistoryAsync(string kind, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(name);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult<IReadOnlyList<FeatureDefinitionVersion>>(_definitions.TryGetValue((kind, name), out var versions) ? [.. versions] : []);
    }

    /// <inheritdoc/>
    public Task ApplyAsync(IReadOnlyList<FeatureDefinitionVersion> changes, CancellationToken cancellationToken = default)
    {
        FeatureCatalogChecks.Check(changes);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            foreach (var change in changes)
            {
                var newest = _definitions.TryGetValue((change.Kind, change.Name), out var versions) ? versions.Count : 0;
                if (newest != change.Version - 1)
                    throw new ConflictException($"The {change.Kind} '{change.Name}' has been changed by somebody else: version {change.Version} was to follow version {newest}. Nothing was applied; make a new plan.");
            }

            foreach (var change in changes)
            {
                if (!_definitions.TryGetValue((change.Kind, change.Name), out var versions)) _definitions[(change.Kind, change.Name)] = versions = [];
                versions.Add(change with { Note = change.Note with { At = Stored.Time(change.Note.At) } });
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<MaterializationMark?> FindMarkAsync(string view, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(view);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult(_marks.GetValueOrDefault(view));
    }

    /// <inheritdoc/>
    public Task<MaterializationMark> SetMarkAsync(MaterializationMark mark, CancellationToken cancellationToken = default)
    {
        FeatureCatalogChecks.Check(mark);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if ((_marks.TryGetValue(mark.View, out var stored) ? stored.Revision : 0) != mark.Revision)
                throw new ConflictException($"View '{mark.View}' is being materialized by somebody else: its mark is no longer at revision {mark.Revision}. Look at the mark again, and go on from there.");
            return Task.FromResult(_marks[mark.View] = mark with
            {
                EventTime = Stored.Time(mark.EventTime),
                CreatedTime = mark.CreatedTime is { } created ? Stored.Time(created) : null,
                Revision = mark.Revision + 1,
            });
        }
    }
}
