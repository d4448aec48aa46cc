using System.Globalization;
using System.Runtime.CompilerServices;
using MlOps.Core;

namespace MlOps.Testing;

/// <summary>A model registry that forgets everything with the process. Thread-safe.</summary>
/// <remarks>What is registered is kept as a copy, made through JSON as a real store makes it.</remarks>
/// <param name="gates">What is asked before an alias moves; null for nothing.</param>
public sealed class InMemoryModelRegistry(IEnumerable<IAliasGate>? gates = null) : IModelRegistry
{
    private readonly IAliasGate[] _gates = [.. gates ?? []];
    private readonly Lock _gate = new();
    private readonly Dictionary<string, InMemoryModel> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (InMemoryModel Model, int LastVersion)> _retired = new(StringComparer.Ordinal);
    private readonly List<RegistryEvent> _history = [];
    private TaskCompletionSource _changed = NewSignal();

    /// <inheritdoc/>
    public Task<RegisteredModel> CreateModelAsync(NewModel model, CancellationToken cancellationToken = default)
    {
        RegistryChecks.Check(model);
        return Write(
            entries =>
            {
                if (_models.ContainsKey(model.Name)) throw new ConflictException($"There is a model '{model.Name}' already. Nothing was changed.");
                return Create(model, entries).ToModel();
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<RegisteredModel?> FindModelAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Read(() => _models.GetValueOrDefault(model)?.ToModel(), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<RegisteredModel> ChangeModelAsync(string model, ModelChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        RegistryChecks.Check(change);
        var name = change.Name ?? model;
        var asked = name == model ? null : await AskForRenameAsync(model, name, change.Note, cancellationToken).ConfigureAwait(false);
        return await Write(
            entries =>
            {
                var found = Find(model);
                var moves = name == model ? [] : found.Renames(name, change.Note);
                CheckSame(asked, moves, model);
                if (name != model) CheckName(found, name);
                found.UpdatedAt = Stored.Time(change.Note.At);
                if (change.Description is not null || change.Tags.Count > 0 || change.RemovedTags.Count > 0)
                {
                    if (change.Description is { } description) found.Description = description.Length == 0 ? null : description;
                    found.Tags = Tagged(found.Tags, change.Tags, change.RemovedTags);
                    entries.Add(Entry(RegistryEventKind.ModelChanged, model, change.Note));
                }

                if (name != model) Rename(found, name, change.Note, moves, entries);
                return found.ToModel();
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeleteModelAsync(string model, ChangeNote note, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        RegistryChecks.Check(note);
        var asked = await AskForRemovalAsync(model, null, note, cancellationToken).ConfigureAwait(false);
        await Write(
            entries =>
            {
                var found = Find(model);
                var moves = found.Removals(null, note);
                CheckSame(asked, moves, model);
                _retired[model] = (found, found.LastVersion);
                entries.AddRange(moves.Select(Entry));
                entries.Add(Entry(RegistryEventKind.ModelDeleted, model, note));
                return _models.Remove(model);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<Page<RegisteredModel>> SearchModelsAsync(ModelQuery query, CancellationToken cancellationToken = default)
    {
        RegistryChecks.Check(query);
        var plan = SearchPlan.Create(Searchable.Models, query.Filter, query.OrderBy, query.After);
        return Read(() => plan.Search(_models.Values.Select(model => model.ToModel()), query.Limit, InMemoryRegistrySearch.ValuesOf), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ModelVersion> RegisterAsync(NewModelVersion version, CancellationToken cancellationToken = default)
    {
        RegistryChecks.Check(version);
        var kept = Stored.Copy(version);
        return Write(
            entries =>
            {
                var note = new ChangeNote(version.By, string.Empty, version.CreatedAt);
                var digest = kept.Bundle?.Artifact.Digest;
                var isThere = _models.TryGetValue(version.Model, out var model);
                if (isThere && digest is not null && model!.Versions.Values.FirstOrDefault(v => v.Bundle?.Artifact.Digest == digest && v.RunId == kept.RunId) is { } same) return model.With(same);
                if (isThere && kept.SemanticVersion is not null && model!.Versions.Values.FirstOrDefault(v => v.SemanticVersion == kept.SemanticVersion) is { } other)
                    throw new ConflictException(string.Create(CultureInfo.InvariantCulture, $"Version {other.Version} of model '{version.Model}' is {version.SemanticVersion} already. Nothing was registered. Raise the semantic version."));
                model ??= Create(new(version.Model, note), entries);
                var registered = InMemoryModel.Register(++model.LastVersion, kept);
                model.Versions.Add(registered.Version, registered);
                model.UpdatedAt = registered.CreatedAt;
                entries.Add(Entry(RegistryEventKind.VersionRegistered, version.Model, note, registered.Version, to: digest ?? version.Source));
                entries.AddRange(version.Signatures.Select(_ => Entry(RegistryEventKind.Signed, version.Model, note, registered.Version, to: digest)));
                return model.With(registered);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ModelVersion?> FindAsync(string model, int version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Read(() => _models.GetValueOrDefault(model)?.Find(version), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ModelVersion?> FindByAliasAsync(string model, string alias, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(alias);
        return Read(() => _models.TryGetValue(model, out var found) && found.Aliases.TryGetValue(alias, out var version) ? found.Find(version) : null, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ModelVersion> ChangeVersionAsync(string model, int version, VersionChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        RegistryChecks.Check(change);
        if (change.Stage is ModelStages.Production) await AskForProductionAsync(model, version, change.Note, cancellationToken).ConfigureAwait(false);
        return await Write(
            entries =>
            {
                var found = Find(model);
                var changed = Find(found, version);
                if (change.Signature is not null && changed.Bundle is null)
                    throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Version {version} of model '{model}' has no bundle that could be signed."), nameof(change));
                found.UpdatedAt = Stored.Time(change.Note.At);
                changed = changed with { UpdatedAt = found.UpdatedAt };
                if (change.Description is not null || change.Tags.Count > 0 || change.RemovedTags.Count > 0)
                {
                    changed = changed with
                    {
                        Description = change.Description switch { null => changed.Description, "" => null, var text => text },
                        Tags = Tagged(changed.Tags, change.Tags, change.RemovedTags),
                    };
                    entries.Add(Entry(RegistryEventKind.VersionChanged, model, change.Note, version));
                }

                if (change.Stage is { } stage)
                {
                    if (changed.Stage != stage) entries.Add(Entry(RegistryEventKind.StageChanged, model, change.Note, version, from: changed.Stage, to: stage));
                    changed = changed with { Stage = stage };
                    if (change.ArchiveOthers) Archive(found, version, stage, change.Note, entries);
                }

                if (change.Signature is { } signature && !changed.Signatures.Any(s => s.KeyId == signature.KeyId && s.Value == signature.Value))
                {
                    changed = changed with { Signatures = [.. changed.Signatures, Stored.Copy(signature)] };
                    entries.Add(Entry(RegistryEventKind.Signed, model, change.Note, version, to: changed.Bundle!.Artifact.Digest));
                }

                found.Versions[version] = changed;
                return found.With(changed);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeleteVersionAsync(string model, int version, ChangeNote note, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        RegistryChecks.Check(note);
        var asked = await AskForRemovalAsync(model, version, note, cancellationToken).ConfigureAwait(false);
        await Write(
            entries =>
            {
                var found = Find(model);
                Find(found, version);
                var moves = found.Removals(version, note);
                CheckSame(asked, moves, model);
                foreach (var move in moves) found.Aliases.Remove(move.Alias);
                found.UpdatedAt = Stored.Time(note.At);
                entries.AddRange(moves.Select(Entry));
                entries.Add(Entry(RegistryEventKind.VersionDeleted, model, note, version));
                return found.Versions.Remove(version);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<Page<ModelVersion>> SearchVersionsAsync(VersionQuery query, CancellationToken cancellationToken = default)
    {
        RegistryChecks.Check(query);
        var plan = SearchPlan.Create(Searchable.ModelVersions, query.Filter, query.OrderBy, query.After, query.Model, query.Stage);
        return Read(
            () => plan.Search(
                _models.Values.Where(model => query.Model is null || model.Name == query.Model).SelectMany(model => model.Versions.Values.Select(model.With))
                    .Where(version => query.Stage is null || version.Stage == query.Stage),
                query.Limit, InMemoryRegistrySearch.ValuesOf),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ModelVersion>> GetLatestVersionsAsync(IReadOnlyCollection<string> models, CancellationToken cancellationToken = default)
    {
        RegistryChecks.CheckModels(models);
        return Read(
            () => ModelStages.InOrder(_models.Values.Where(model => models.Contains(model.Name))
                .SelectMany(model => model.Versions.Values.GroupBy(version => version.Stage, (_, versions) => model.With(versions.Last())))),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task SetAliasAsync(AliasChange change, CancellationToken cancellationToken = default)
    {
        ModelNames.CheckChange(change);
        if (_gates.Length > 0) await _gates.AskAsync(change, await Read(() => Check(change), cancellationToken).ConfigureAwait(false), this, cancellationToken).ConfigureAwait(false);
        await Write(
            entries =>
            {
                Check(change);
                var model = Find(change.Model);
                model.UpdatedAt = Stored.Time(change.At);
                if (change.To is { } to) model.Aliases[change.Alias] = to;
                else model.Aliases.Remove(change.Alias);
                entries.Add(Entry(change));
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task ApproveAsync(Approval approval, CancellationToken cancellationToken = default)
    {
        RegistryChecks.Check(approval);
        return Write(
            entries =>
            {
                var found = Find(approval.Model);
                Find(found, approval.Version);
                found.UpdatedAt = Stored.Time(approval.Note.At);
                entries.Add(Entry(RegistryEventKind.Approved, approval.Model, approval.Note, approval.Version, approval.Alias, to: approval.Role));
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<RegistryEvent>> GetHistoryAsync(RegistryHistoryQuery query, CancellationToken cancellationToken = default)
    {
        RegistryChecks.Check(query);
        return Read<IReadOnlyList<RegistryEvent>>(
            () =>
            [
                .. _history.Skip((int)Math.Min(query.After, int.MaxValue))
                    .Where(entry => (query.Model is null || entry.Model == query.Model) && (query.Version is null || entry.Version == query.Version))
                    .Where(entry => query.Kinds.Count == 0 || query.Kinds.Contains(entry.Kind))
                    .Take(query.Limit),
            ],
            cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RegistryEvent> WatchAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate) return FollowAsync(_history.Count, cancellationToken);
    }

    // Continuations run on their own threads: nobody who watches runs inside the lock.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static RegistryEvent Entry(
        RegistryEventKind kind, string model, ChangeNote note, int? version = null, string? alias = null, string? from = null, string? to = null) =>
        new(0, kind, model, version, alias, from, to, note.By, note.Reason, note.At, string.Empty, string.Empty);

    private static RegistryEvent Entry(AliasChange change) => Entry(
        change.IsRollBack ? RegistryEventKind.AliasRolledBack : RegistryEventKind.AliasMoved,
        change.Model, new(change.By, change.Reason, change.At), change.To ?? change.From, change.Alias, Text(change.From), Text(change.To));

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Tagged(IReadOnlyDictionary<string, string> tags, IReadOnlyDictionary<string, string> set, IReadOnlyList<string> removed)
    {
        var result = tags.Where(tag => !removed.Contains(tag.Key)).ToDictionary();
        foreach (var (name, value) in set) result[name] = value;
        return result;
    }

    private static void CheckSame(List<AliasChange>? asked, List<AliasChange> moves, string model)
    {
        if (asked?.SequenceEqual(moves) == false)
            throw new ConflictException($"An alias of model '{model}' was moved while the gates were asked. Nothing was changed. Look at what is there and decide again.");
    }

    private static void Archive(InMemoryModel model, int version, string stage, ChangeNote note, List<RegistryEvent> entries)
    {
        foreach (var other in model.Versions.Values.Where(v => v.Stage == stage && v.Version != version).ToList())
        {
            model.Versions[other.Version] = other with { Stage = ModelStages.Archived, UpdatedAt = Stored.Time(note.At) };
            entries.Add(Entry(RegistryEventKind.StageChanged, model.Name, note, other.Version, from: stage, to: ModelStages.Archived));
        }
    }

    private static ModelVersion Find(InMemoryModel model, int version) =>
        model.Find(version) ?? throw new NotFoundException("version", string.Create(CultureInfo.InvariantCulture, $"{model.Name}/{version}"));

    private InMemoryModel Find(string model) => _models.GetValueOrDefault(model) ?? throw new NotFoundException("model", model);

    private InMemoryModel Create(NewModel model, List<RegistryEvent> entries)
    {
        var created = new InMemoryModel(model.Name, Stored.Time(model.Note.At))
        {
            Description = model.Description,
            Tags = model.Tags.ToDictionary(),
            LastVersion = _retired.GetValueOrDefault(model.Name).LastVersion,
        };
        _models.Add(model.Name, created);
        entries.Add(Entry(RegistryEventKind.ModelCreated, model.Name, model.Note));
        return created;
    }

    private void CheckName(InMemoryModel model, string name)
    {
        if (_models.ContainsKey(name)) throw new ConflictException($"Model '{model.Name}' cannot be called '{name}': another model is called so. Nothing was changed.");
        if (model.Versions.Values.Any(version => version.Bundle is not null)) ModelNames.CheckModel(name);
        var (owner, taken) = _retired.GetValueOrDefault(name);
        if (owner != model && model.Versions.Keys.Any(version => version <= taken))
            throw new ConflictException($"Model '{model.Name}' cannot be called '{name}': an earlier model was, and had versions up to {taken}, whose numbers are not given to other versions. Nothing was changed. Choose another name.");
    }

    private void Rename(InMemoryModel model, string name, ChangeNote note, List<AliasChange> moves, List<RegistryEvent> entries)
    {
        var old = model.Name;
        _models.Remove(old);
        _retired[old] = (model, model.LastVersion);
        model.Rename(name, _retired.GetValueOrDefault(name).LastVersion);
        _models.Add(name, model);
        entries.Add(Entry(RegistryEventKind.ModelRenamed, old, note, from: old, to: name));
        entries.Add(Entry(RegistryEventKind.ModelRenamed, name, note, from: old, to: name));
        foreach (var move in moves)
        {
            entries.Add(Entry(move with { Model = old, From = move.To, To = null }));
            entries.Add(Entry(move));
        }
    }

    private ModelVersion? Check(AliasChange change)
    {
        var model = Find(change.Model);
        var candidate = change.To is { } to ? Find(model, to) : null;
        int? current = model.Aliases.TryGetValue(change.Alias, out var version) ? version : null;
        if (current != change.From) throw ModelNames.Conflict(change, current);
        if (change.IsRollBack && !_history.Exists(e => e.IsAliasChange && e.Model == change.Model && e.Alias == change.Alias && e.To == Text(change.To)))
            throw new ConflictException(string.Create(CultureInfo.InvariantCulture, $"The alias '{change.Alias}' of model '{change.Model}' cannot go back to version {change.To}: it never pointed to it. Nothing was changed."));
        return candidate;
    }

    private async Task<List<AliasChange>?> AskForRemovalAsync(string model, int? version, ChangeNote note, CancellationToken cancellationToken)
    {
        if (_gates.Length == 0) return null;
        var moves = await Read(() => _models.GetValueOrDefault(model)?.Removals(version, note) ?? [], cancellationToken).ConfigureAwait(false);
        foreach (var move in moves) await _gates.AskAsync(move, null, this, cancellationToken).ConfigureAwait(false);
        return moves;
    }

    private async Task<List<AliasChange>?> AskForRenameAsync(string model, string name, ChangeNote note, CancellationToken cancellationToken)
    {
        if (_gates.Length == 0) return null;
        var (moves, candidates) = await Read(
            () =>
            {
                var found = Find(model);
                var renames = found.Renames(name, note);
                var used = found.Versions.Values.Where(v => v.Stage is ModelStages.Production)
                    .Select(v => new AliasChange(name, ModelStages.Production, null, v.Version, note.By, note.Reason, note.At));
                return (renames, renames.Concat(used).Select(move => (Move: move, Candidate: found.Find(move.To!.Value)! with { Model = name })).ToList());
            },
            cancellationToken).ConfigureAwait(false);
        foreach (var (move, candidate) in candidates) await _gates.AskAsync(move, candidate, this, cancellationToken).ConfigureAwait(false);
        return moves;
    }

    private async Task AskForProductionAsync(string model, int version, ChangeNote note, CancellationToken cancellationToken)
    {
        if (_gates.Length == 0 || await FindAsync(model, version, cancellationToken).ConfigureAwait(false) is not { Stage: not ModelStages.Production } candidate) return;
        var used = await SearchVersionsAsync(new() { Model = model, Stage = ModelStages.Production, Limit = 1 }, cancellationToken).ConfigureAwait(false);
        var change = new AliasChange(model, ModelStages.Production, used.Items.Count == 0 ? null : used.Items[0].Version, version, note.By, note.Reason, note.At);
        await _gates.AskAsync(change, candidate, this, cancellationToken).ConfigureAwait(false);
    }

    private Task<T> Read<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            lock (_gate) return Task.FromResult(work());
        }
        catch (MlOpsException e)
        {
            return Task.FromException<T>(e);
        }
    }

    // The work checks everything before it changes anything: there is no way back in memory.
    private Task<T> Write<T>(Func<List<RegistryEvent>, T> work, CancellationToken cancellationToken) => Read(
        () =>
        {
            var entries = new List<RegistryEvent>();
            var result = work(entries);
            foreach (var entry in entries) _history.Add(RegistryHistory.Chain(_history.Count == 0 ? RegistryHead.Empty : new(_history.Count, _history[^1].Hash), entry));
            _changed.SetResult();
            _changed = NewSignal();
            return result;
        },
        cancellationToken);

    private async IAsyncEnumerable<RegistryEvent> FollowAsync(int position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            RegistryEvent? next = null;
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
                if (position < _history.Count) next = _history[position++];
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (next is not null) yield return next;
            else await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
