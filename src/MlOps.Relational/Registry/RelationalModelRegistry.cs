using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Models, versions, aliases and their history in tables.</summary>
/// <remarks>
/// A writer takes the row of its model first and the head of the history last, so that writers wait for each other in one order. Gates are asked before the transaction,
/// because they may take long; the transaction begins by making sure that nothing has moved in between.
/// </remarks>
internal sealed class RelationalModelRegistry(
    RelationalDatabase database, IEnumerable<IAliasGate> gates, TimeProvider time, ILogger<RelationalModelRegistry> logger) : IModelRegistry
{
    private const int WatchedAtOnce = 1_000;

    private readonly IAliasGate[] _gates = [.. gates];
    private TaskCompletionSource _changed = NewSignal();

    public Task<RegisteredModel> CreateModelAsync(NewModel model, CancellationToken cancellationToken = default)
    {
        RegistryChecks.Check(model);
        return WriteAsync(
            async session =>
            {
                var key = await ModelWriter.TryCreateAsync(session, model).ConfigureAwait(false) ?? throw new ConflictException($"There is a model '{model.Name}' already. Nothing was changed.");
                await RegistryTables.TagAsync(session, "model_tags", "model_key", key, model.Tags, []).ConfigureAwait(false);
                await RegistryLog.AppendAsync(session, [RegistryLog.Entry(RegistryEventKind.ModelCreated, model.Name, model.Note)]).ConfigureAwait(false);
                return (await FindModelAsync(session, model.Name).ConfigureAwait(false))!;
            },
            cancellationToken);
    }

    public Task<RegisteredModel?> FindModelAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return database.ReadAsync(session => FindModelAsync(session, model), cancellationToken);
    }

    public async Task<RegisteredModel> ChangeModelAsync(string model, ModelChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        RegistryChecks.Check(change);
        var name = change.Name ?? model;
        var asked = name == model ? null : await AskForRenameAsync(model, name, change.Note, cancellationToken).ConfigureAwait(false);
        return await WriteAsync(
            async session =>
            {
                var key = await ModelWriter.TouchAsync(session, model, change.Note.At).ConfigureAwait(false);
                var moves = name == model ? [] : await AliasWriter.RenamesAsync(session, model, name, change.Note).ConfigureAwait(false);
                CheckSame(asked, moves, model);
                await RegistryLog.AppendAsync(session, await ModelWriter.ChangeAsync(session, key, model, change, moves).ConfigureAwait(false)).ConfigureAwait(false);
                return (await FindModelAsync(session, name).ConfigureAwait(false))!;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteModelAsync(string model, ChangeNote note, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        RegistryChecks.Check(note);
        var asked = await AskForRemovalAsync(model, null, note, cancellationToken).ConfigureAwait(false);
        await WriteAsync(
            async session =>
            {
                var key = await ModelWriter.TouchAsync(session, model, note.At).ConfigureAwait(false);
                var moves = await AliasWriter.RemovalsAsync(session, model, null, note).ConfigureAwait(false);
                CheckSame(asked, moves, model);
                await RegistryLog.AppendAsync(session, await ModelWriter.DeleteAsync(session, key, model, note, moves).ConfigureAwait(false)).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public Task<Page<RegisteredModel>> SearchModelsAsync(ModelQuery query, CancellationToken cancellationToken = default)
    {
        RegistryChecks.Check(query);
        var plan = SearchPlan.Create(Searchable.Models, query.Filter, query.OrderBy, query.After);
        return database.ReadAsync(session => RegistrySearch.ModelsAsync(session, plan, query), cancellationToken);
    }

    public Task<ModelVersion> RegisterAsync(NewModelVersion version, CancellationToken cancellationToken = default)
    {
        RegistryChecks.Check(version);
        return WriteAsync(
            async session =>
            {
                var (number, entries) = await VersionWriter.RegisterAsync(session, version).ConfigureAwait(false);
                await RegistryLog.AppendAsync(session, entries).ConfigureAwait(false);
                return (await RegistryTables.FindAsync(session, version.Model, number).ConfigureAwait(false))!;
            },
            cancellationToken);
    }

    public Task<ModelVersion?> FindAsync(string model, int version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return database.ReadAsync(session => RegistryTables.FindAsync(session, model, version), cancellationToken);
    }

    public Task<ModelVersion?> FindByAliasAsync(string model, string alias, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(alias);
        return database.ReadAsync(
            async session => (await RegistryTables.VersionsAsync(session, $"""
                {RegistryTables.SelectVersions}
                JOIN aliases a ON a.version_key = v.version_key
                WHERE m.name = @Model AND a.alias = @Alias
                """, new { Model = model, Alias = alias }).ConfigureAwait(false)).FirstOrDefault(),
            cancellationToken);
    }

    public async Task<ModelVersion> ChangeVersionAsync(string model, int version, VersionChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        RegistryChecks.Check(change);
        if (change.Stage is ModelStages.Production) await AskForProductionAsync(model, version, change.Note, cancellationToken).ConfigureAwait(false);
        return await WriteAsync(
            async session =>
            {
                var key = await ModelWriter.TouchAsync(session, model, change.Note.At).ConfigureAwait(false);
                await RegistryLog.AppendAsync(session, await VersionWriter.ChangeAsync(session, key, model, version, change).ConfigureAwait(false)).ConfigureAwait(false);
                return (await RegistryTables.FindAsync(session, model, version).ConfigureAwait(false))!;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteVersionAsync(string model, int version, ChangeNote note, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        RegistryChecks.Check(note);
        var asked = await AskForRemovalAsync(model, version, note, cancellationToken).ConfigureAwait(false);
        await WriteAsync(
            async session =>
            {
                var key = await ModelWriter.TouchAsync(session, model, note.At).ConfigureAwait(false);
                var moves = await AliasWriter.RemovalsAsync(session, model, version, note).ConfigureAwait(false);
                CheckSame(asked, moves, model);
                await RegistryLog.AppendAsync(session, await VersionWriter.DeleteAsync(session, key, model, version, note, moves).ConfigureAwait(false)).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public Task<Page<ModelVersion>> SearchVersionsAsync(VersionQuery query, CancellationToken cancellationToken = default)
    {
        RegistryChecks.Check(query);
        var plan = SearchPlan.Create(Searchable.ModelVersions, query.Filter, query.OrderBy, query.After, query.Model, query.Stage);
        return database.ReadAsync(session => RegistrySearch.VersionsAsync(session, plan, query), cancellationToken);
    }

    public Task<IReadOnlyList<ModelVersion>> GetLatestVersionsAsync(IReadOnlyCollection<string> models, CancellationToken cancellationToken = default)
    {
        RegistryChecks.CheckModels(models);
        cancellationToken.ThrowIfCancellationRequested();
        return models.Count == 0 ? Task.FromResult<IReadOnlyList<ModelVersion>>([]) : database.ReadAsync(session => RegistrySearch.LatestAsync(session, models), cancellationToken);
    }

    public async Task SetAliasAsync(AliasChange change, CancellationToken cancellationToken = default)
    {
        ModelNames.CheckChange(change);
        if (_gates.Length > 0)
        {
            var candidate = await database.ReadAsync(session => AliasWriter.CheckAsync(session, change), cancellationToken).ConfigureAwait(false);
            await _gates.AskAsync(change, candidate, this, cancellationToken).ConfigureAwait(false);
        }

        await WriteAsync(
            async session =>
            {
                var key = await ModelWriter.TouchAsync(session, change.Model, change.At).ConfigureAwait(false);
                await AliasWriter.CheckAsync(session, change).ConfigureAwait(false);
                await AliasWriter.MoveAsync(session, key, change).ConfigureAwait(false);
                await RegistryLog.AppendAsync(session, [RegistryLog.Entry(change)]).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public Task ApproveAsync(Approval approval, CancellationToken cancellationToken = default)
    {
        RegistryChecks.Check(approval);
        return WriteAsync(
            async session =>
            {
                await ModelWriter.TouchAsync(session, approval.Model, approval.Note.At).ConfigureAwait(false);
                if (await RegistryTables.FindAsync(session, approval.Model, approval.Version).ConfigureAwait(false) is null)
                    throw new NotFoundException("version", $"{approval.Model}/{approval.Version}");
                var entry = RegistryLog.Entry(RegistryEventKind.Approved, approval.Model, approval.Note, approval.Version, approval.Alias, to: approval.Role);
                await RegistryLog.AppendAsync(session, [entry]).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<RegistryEvent>> GetHistoryAsync(RegistryHistoryQuery query, CancellationToken cancellationToken = default)
    {
        RegistryChecks.Check(query);
        return database.ReadAsync<IReadOnlyList<RegistryEvent>>(async session => await RegistryLog.ReadAsync(session, query).ConfigureAwait(false), cancellationToken);
    }

    public IAsyncEnumerable<RegistryEvent> WatchAsync(CancellationToken cancellationToken = default)
    {
        // The position is read now and not when the caller first waits: nothing that happens in between is missed.
        var position = database.ReadAtOnce(RegistryLog.LastAsync, cancellationToken);
        return FollowAsync(position, cancellationToken);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task<RegisteredModel?> FindModelAsync(Session session, string model) =>
        (await RegistryTables.ModelsAsync(session, $"{RegistryTables.SelectModels}\nWHERE m.name = @Model", new { Model = model }).ConfigureAwait(false)).FirstOrDefault();

    private static void CheckSame(List<AliasChange>? asked, List<AliasChange> moves, string model)
    {
        if (asked?.SequenceEqual(moves) == false)
            throw new ConflictException($"An alias of model '{model}' was moved while the gates were asked. Nothing was changed. Look at what is there and decide again.");
    }

    private async Task<List<AliasChange>?> AskForRemovalAsync(string model, int? version, ChangeNote note, CancellationToken cancellationToken)
    {
        if (_gates.Length == 0) return null;
        var moves = await database.ReadAsync(session => AliasWriter.RemovalsAsync(session, model, version, note), cancellationToken).ConfigureAwait(false);
        foreach (var move in moves) await _gates.AskAsync(move, null, this, cancellationToken).ConfigureAwait(false);
        return moves;
    }

    private async Task<List<AliasChange>?> AskForRenameAsync(string model, string name, ChangeNote note, CancellationToken cancellationToken)
    {
        if (_gates.Length == 0) return null;
        var moves = await database.ReadAsync(session => AliasWriter.RenamesAsync(session, model, name, note), cancellationToken).ConfigureAwait(false);
        var used = (await this.ReadVersionsAsync(new() { Model = model, Stage = ModelStages.Production }, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false))
            .Select(version => new AliasChange(name, ModelStages.Production, null, version.Version, note.By, note.Reason, note.At));
        foreach (var move in moves.Concat(used))
        {
            var candidate = await FindAsync(model, move.To!.Value, cancellationToken).ConfigureAwait(false);
            if (candidate is not null) await _gates.AskAsync(move, candidate with { Model = name }, this, cancellationToken).ConfigureAwait(false);
        }

        return moves;
    }

    private async Task AskForProductionAsync(string model, int version, ChangeNote note, CancellationToken cancellationToken)
    {
        if (_gates.Length == 0 || await FindAsync(model, version, cancellationToken).ConfigureAwait(false) is not { Stage: not ModelStages.Production } candidate) return;
        var used = await SearchVersionsAsync(new() { Model = model, Stage = ModelStages.Production, Limit = 1 }, cancellationToken).ConfigureAwait(false);
        var change = new AliasChange(model, ModelStages.Production, used.Items.Count == 0 ? null : used.Items[0].Version, version, note.By, note.Reason, note.At);
        await _gates.AskAsync(change, candidate, this, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> WriteAsync<T>(Func<Session, Task<T>> work, CancellationToken cancellationToken)
    {
        var result = await database.WriteAsync(work, cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
        return result;
    }

    private async IAsyncEnumerable<RegistryEvent> FollowAsync(Task<long> start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = await start.ConfigureAwait(false);
        while (true)
        {
            var (changed, told) = (Volatile.Read(ref _changed).Task, database.NextChangeAsync()); // before the query, so that no change falls between
            var entries = await ReadAfterAsync(position, cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                position = entry.Sequence;
                yield return entry;
            }

            if (entries.Count == WatchedAtOnce) continue;
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, told, Task.Delay(database.WatchInterval, time, waiting.Token)).ConfigureAwait(false);
            await waiting.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<List<RegistryEvent>> ReadAfterAsync(long position, CancellationToken cancellationToken)
    {
        try
        {
            return await database.ReadAsync(session => RegistryLog.ReadAsync(session, new() { After = position, Limit = WatchedAtOnce }), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            logger.CannotWatch(database.Name, e); // a watch ends with its token only
            return [];
        }
    }
}
