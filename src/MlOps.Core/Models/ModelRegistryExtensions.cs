using System.Globalization;
using System.Runtime.CompilerServices;

namespace MlOps.Core;

/// <summary>What the calls of a registry say together, the same for every registry.</summary>
public static class ModelRegistryExtensions
{
    private static readonly RegistryEventKind[] AliasKinds = [RegistryEventKind.AliasMoved, RegistryEventKind.AliasRolledBack];

    /// <summary>Lists all versions of a model, the newest first.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The versions; none when there is no such model.</returns>
    public static async Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(this IModelRegistry registry, string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return await registry.ReadVersionsAsync(new() { Model = model, Limit = 1000 }, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists the names of all models, in order.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The names.</returns>
    public static async Task<IReadOnlyList<string>> ListModelsAsync(this IModelRegistry registry, CancellationToken cancellationToken = default) =>
        await registry.ReadModelsAsync(new() { Limit = 1000 }, cancellationToken).Select(model => model.Name).ToListAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Reads all pages of a list of models.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="query">Which. Its limit is the size of the pages.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The models.</returns>
    public static IAsyncEnumerable<RegisteredModel> ReadModelsAsync(this IModelRegistry registry, ModelQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(query);
        return Pages.ReadAsync((after, cancel) => registry.SearchModelsAsync(query with { After = after }, cancel), query.After, cancellationToken);
    }

    /// <summary>Reads all pages of a list of versions.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="query">Which. Its limit is the size of the pages.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The versions.</returns>
    public static IAsyncEnumerable<ModelVersion> ReadVersionsAsync(this IModelRegistry registry, VersionQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(query);
        return Pages.ReadAsync((after, cancel) => registry.SearchVersionsAsync(query with { After = after }, cancel), query.After, cancellationToken);
    }

    /// <summary>Reads the history to its end, the oldest entry first.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="query">Which entries. Its limit is how many are read at once.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The entries.</returns>
    public static async IAsyncEnumerable<RegistryEvent> ReadHistoryAsync(
        this IModelRegistry registry, RegistryHistoryQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(query);
        while (true)
        {
            var entries = await registry.GetHistoryAsync(query, cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries) yield return entry;
            if (entries.Count < query.Limit) yield break;
            query = query with { After = entries[^1].Sequence };
        }
    }

    /// <summary>Lists the changes of the aliases of a model, the oldest first.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The changes.</returns>
    public static async Task<IReadOnlyList<AliasChange>> GetAliasHistoryAsync(this IModelRegistry registry, string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return await registry.ReadHistoryAsync(new() { Model = model, Kinds = AliasKinds }, cancellationToken).Select(ToAliasChange).ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says what an alias pointed to at a time, also when the version, or the model, is gone by now.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="model">The model, by the name that it had at the time.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="at">The time.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>
    /// The entry that pointed the alias there: the version is its <see cref="RegistryEvent.Version"/>, and it says who did it, when and why. Null when the alias pointed to nothing.
    /// </returns>
    /// <remarks>
    /// Of the entries up to the time, by their own clocks, the last one of the history counts.
    /// </remarks>
    public static async Task<RegistryEvent?> FindByAliasAtAsync(this IModelRegistry registry, string model, string alias, DateTimeOffset at, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(alias);
        return (await ReadAliasAsync(registry, model, alias, cancellationToken).ConfigureAwait(false)).FindLast(entry => entry.At <= at) is { To: not null } last ? last : null;
    }

    /// <summary>Points an alias back to the version that it pointed to before.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="model">The model.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="note">Who does so, why and when.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The version that it points to now.</returns>
    /// <exception cref="NotFoundException">The alias pointed to no version before, or that version was removed; nothing was changed.</exception>
    /// <exception cref="ConflictException">Somebody else moved the alias at the same time; nothing was changed.</exception>
    /// <exception cref="GateRefusedException">A gate objects, with its reasons; nothing was changed.</exception>
    /// <remarks>
    /// Going back twice goes back by two versions and does not return to the one that was bad. An alias that was removed comes back to where it pointed. The gates are asked, with
    /// <see cref="AliasChange.IsRollBack"/>: those that <c>AddModelGate</c> declares then only load the version and replay its samples, where that was asked for, because the
    /// version has met the rest before and what was compared with is what is to be left.
    /// </remarks>
    public static async Task<ModelVersion> RollBackAsync(this IModelRegistry registry, string model, string alias, ChangeNote note, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(alias);
        ArgumentNullException.ThrowIfNull(note);
        var current = (await registry.FindByAliasAsync(model, alias, cancellationToken).ConfigureAwait(false))?.Version;
        var before = await FindBeforeAsync(registry, model, alias, current, cancellationToken).ConfigureAwait(false)
            ?? throw new NotFoundException("version", $"{model}@{alias} before the present one", "Point the alias to a version yourself.");
        var version = await registry.FindAsync(model, before, cancellationToken).ConfigureAwait(false)
            ?? throw new NotFoundException("version", string.Create(CultureInfo.InvariantCulture, $"{model}/{before}"), $"The alias '{alias}' pointed to it before, but it was removed. Point the alias to another version yourself.");
        await registry.SetAliasAsync(new(model, alias, current, before, note.By, note.Reason, note.At) { IsRollBack = true }, cancellationToken).ConfigureAwait(false);
        return await registry.FindAsync(model, before, cancellationToken).ConfigureAwait(false) ?? version;
    }

    /// <summary>Says which version <see cref="RollBackAsync"/> would point an alias to.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="model">The model.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="current">The version that it points to now; null when it points to none.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The number of the version, which may have been removed since; null when there is none before.</returns>
    public static async Task<int?> FindBeforeAsync(this IModelRegistry registry, string model, string alias, int? current, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(alias);
        return BeforeNow(await ReadAliasAsync(registry, model, alias, cancellationToken).ConfigureAwait(false), current);
    }

    /// <summary>Makes a change of an alias of its entry in the history.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>The change.</returns>
    /// <exception cref="ArgumentException">The entry is not about an alias.</exception>
    public static AliasChange ToAliasChange(this RegistryEvent entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!entry.IsAliasChange) throw new ArgumentException($"Entry {entry.Sequence} of the history is of the kind {entry.Kind}, not a change of an alias.", nameof(entry));
        return new(entry.Model, entry.Alias!, Version(entry.From), Version(entry.To), entry.By, entry.Reason, entry.At) { IsRollBack = entry.Kind is RegistryEventKind.AliasRolledBack };

        static int? Version(string? number) => number is null ? null : int.Parse(number, CultureInfo.InvariantCulture);
    }

    // What the alias pointed to, the latest on top: going back takes away, everything else puts on.
    private static int? BeforeNow(List<RegistryEvent> changes, int? current)
    {
        var versions = new Stack<int>();
        foreach (var change in changes.Select(ToAliasChange))
        {
            if (change.To is not { } to) continue;
            if (change.IsRollBack && versions.Contains(to)) while (versions.Peek() != to) versions.Pop();
            else if (!versions.TryPeek(out var top) || top != to) versions.Push(to);
        }

        if (current is not null && versions.TryPeek(out var now) && now == current) versions.Pop();
        return versions.TryPeek(out var before) ? before : null;
    }

    private static ValueTask<List<RegistryEvent>> ReadAliasAsync(IModelRegistry registry, string model, string alias, CancellationToken cancellationToken) =>
        registry.ReadHistoryAsync(new() { Model = model, Kinds = AliasKinds }, cancellationToken).Where(entry => entry.Alias == alias).ToListAsync(cancellationToken);
}
