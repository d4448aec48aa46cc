using System.Globalization;
using System.Runtime.CompilerServices;
using MlOps.Core;

namespace MlOps.Testing;

/// <summary>A model registry that forgets everything with the process. Thread-safe.</summary>
/// <remarks>What is registered is kept as a copy, made through JSON as a real store makes it.</remarks>
public sealed class InMemoryModelRegistry : IModelRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<ModelVersion>> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Model, string Alias), int> _aliases = [];
    private readonly List<AliasChange> _changes = [];
    private TaskCompletionSource _changed = NewSignal();

    /// <inheritdoc/>
    public Task<ModelVersion> RegisterAsync(NewModelVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(version.Bundle, nameof(version));
        ModelNames.CheckModel(version.Model);
        cancellationToken.ThrowIfCancellationRequested();
        var kept = Stored.Copy(version);
        lock (_gate)
        {
            if (!_models.TryGetValue(version.Model, out var versions)) _models[version.Model] = versions = [];
            var registered = versions.Find(v => v.Bundle.Artifact.Digest == kept.Bundle.Artifact.Digest && v.RunId == kept.RunId);
            if (registered is null)
            {
                registered = new(kept.Model, versions.Count + 1, kept.Bundle, kept.RunId, Stored.Time(kept.CreatedAt), kept.Evaluation, kept.Acceptance, []);
                versions.Add(registered);
            }

            return Task.FromResult(WithAliases(registered));
        }
    }

    /// <inheritdoc/>
    public Task<ModelVersion?> FindAsync(string model, int version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult(Find(model, version));
    }

    /// <inheritdoc/>
    public Task<ModelVersion?> FindByAliasAsync(string model, string alias, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(alias);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult(_aliases.TryGetValue((model, alias), out var version) ? Find(model, version) : null);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult<IReadOnlyList<ModelVersion>>(_models.TryGetValue(model, out var versions) ? [.. versions.AsEnumerable().Reverse().Select(WithAliases)] : []);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListModelsAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult<IReadOnlyList<string>>([.. _models.Keys.Order(StringComparer.Ordinal)]);
    }

    /// <inheritdoc/>
    public Task SetAliasAsync(AliasChange change, CancellationToken cancellationToken = default)
    {
        ModelNames.CheckChange(change);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_models.ContainsKey(change.Model)) throw new NotFoundException("model", change.Model);
            if (change.To is { } wanted && Find(change.Model, wanted) is null)
                throw new NotFoundException("version", string.Create(CultureInfo.InvariantCulture, $"{change.Model}/{wanted}"));
            int? current = _aliases.TryGetValue((change.Model, change.Alias), out var version) ? version : null;
            if (current != change.From) throw ModelNames.Conflict(change, current);
            if (change.To is { } to) _aliases[(change.Model, change.Alias)] = to;
            else _aliases.Remove((change.Model, change.Alias));
            _changes.Add(change with { At = Stored.Time(change.At) });
            _changed.SetResult();
            _changed = NewSignal();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<AliasChange>> GetAliasHistoryAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate) return Task.FromResult<IReadOnlyList<AliasChange>>([.. _changes.Where(c => c.Model == model)]);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AliasChange> WatchAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate) return FollowAsync(_changes.Count, cancellationToken);
    }

    // Continuations run on their own threads: nobody who watches runs inside the lock.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async IAsyncEnumerable<AliasChange> FollowAsync(int position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            AliasChange? next = null;
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
                if (position < _changes.Count) next = _changes[position++];
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (next is not null) yield return next;
            else await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private ModelVersion? Find(string model, int version) =>
        _models.TryGetValue(model, out var versions) && version >= 1 && version <= versions.Count ? WithAliases(versions[version - 1]) : null;

    private ModelVersion WithAliases(ModelVersion version) => version with
    {
        Aliases = [.. _aliases.Where(a => a.Key.Model == version.Model && a.Value == version.Version).Select(a => a.Key.Alias).Order(StringComparer.Ordinal)],
    };
}
