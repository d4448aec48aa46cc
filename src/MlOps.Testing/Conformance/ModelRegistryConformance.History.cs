using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

// The history: what it says, how it is chained, what it answers.
public abstract partial class ModelRegistryConformance
{
    [Fact]
    public async Task Everything_that_happens_is_on_record_in_its_order()
    {
        var registry = await CreateAsync();
        var note = new ChangeNote(Samples.Awkward, Samples.Awkward, Samples.Noon.AddTicks(12_345)); // a fraction of a microsecond is cut off
        await registry.CreateModelAsync(new("m", note), Cancel);
        await registry.ChangeModelAsync("m", new(note) { Description = "x" }, Cancel);
        await registry.RegisterAsync(Samples.Version(1, "m") with { By = "bob", Signatures = [Signature] }, Cancel);
        await registry.RegisterAsync(FromSource(2) with { Model = "m" }, Cancel);
        await registry.ChangeVersionAsync("m", 1, new(note) { Description = "x", Stage = ModelStages.Staging, Signature = Signature with { Value = "bW9yZQ==" } }, Cancel);
        await registry.ApproveAsync(new("m", 1, "champion", "risk-officer", note), Cancel);
        await registry.SetAliasAsync(new("m", "champion", null, 1, note.By, note.Reason, note.At), Cancel);
        await registry.ChangeModelAsync("m", new(note) { Name = "n" }, Cancel);
        await registry.DeleteVersionAsync("n", 1, note, Cancel);
        await registry.DeleteModelAsync("n", note, Cancel);

        var digest = Samples.Bundle("bundle 1").Artifact.Digest;
        (RegistryEventKind, string, int?, string?, string?, string?)[] expected =
        [
            (RegistryEventKind.ModelCreated, "m", null, null, null, null),
            (RegistryEventKind.ModelChanged, "m", null, null, null, null),
            (RegistryEventKind.VersionRegistered, "m", 1, null, null, digest),
            (RegistryEventKind.Signed, "m", 1, null, null, digest),
            (RegistryEventKind.VersionRegistered, "m", 2, null, null, "mlflow-artifacts:/2/artifacts/model"),
            (RegistryEventKind.VersionChanged, "m", 1, null, null, null),
            (RegistryEventKind.StageChanged, "m", 1, null, "None", "Staging"),
            (RegistryEventKind.Signed, "m", 1, null, null, digest),
            (RegistryEventKind.Approved, "m", 1, "champion", null, "risk-officer"),
            (RegistryEventKind.AliasMoved, "m", 1, "champion", null, "1"),
            (RegistryEventKind.ModelRenamed, "m", null, null, "m", "n"),
            (RegistryEventKind.ModelRenamed, "n", null, null, "m", "n"),
            (RegistryEventKind.AliasMoved, "m", 1, "champion", "1", null),
            (RegistryEventKind.AliasMoved, "n", 1, "champion", null, "1"),
            (RegistryEventKind.AliasMoved, "n", 1, "champion", "1", null),
            (RegistryEventKind.VersionDeleted, "n", 1, null, null, null),
            (RegistryEventKind.ModelDeleted, "n", null, null, null, null),
        ];
        var history = await HistoryAsync(registry);
        Assert.Equal(expected, history.Select(e => (e.Kind, e.Model, e.Version, e.Alias, e.From, e.To)));
        Assert.Equal(Enumerable.Range(1, expected.Length).Select(i => (long)i), history.Select(e => e.Sequence));
        Assert.Equal((Samples.Awkward, Samples.Awkward, Samples.Noon.AddTicks(12_340)), (history[0].By, history[0].Reason, history[0].At));
        Assert.Equal("bob", history[2].By);
        Assert.True((await registry.VerifyAsync(null, Cancel)).IsIntact);
    }

    [Fact]
    public async Task The_history_is_read_by_model_version_and_kind_and_in_parts()
    {
        var registry = await RegisteredAsync(3);
        await registry.RegisterAsync(Samples.Version(1, "other"), Cancel);
        await registry.SetAliasAsync(Change(null, 2), Cancel);
        Assert.Equal([1, 2, 3, 4, 7], (await registry.GetHistoryAsync(new() { Model = Model }, Cancel)).Select(e => e.Sequence));
        Assert.Equal([3, 7], (await registry.GetHistoryAsync(new() { Model = Model, Version = 2 }, Cancel)).Select(e => e.Sequence));
        Assert.Equal([1, 5, 7], (await registry.GetHistoryAsync(new() { Kinds = [RegistryEventKind.ModelCreated, RegistryEventKind.AliasMoved] }, Cancel)).Select(e => e.Sequence));
        Assert.Equal([3, 4], (await registry.GetHistoryAsync(new() { After = 2, Limit = 2 }, Cancel)).Select(e => e.Sequence));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], await registry.ReadHistoryAsync(new() { Limit = 2 }, Cancel).Select(e => e.Sequence).ToListAsync(Cancel));
        Assert.Empty(await registry.GetHistoryAsync(new() { After = long.MaxValue }, Cancel));
        Assert.Empty(await registry.GetHistoryAsync(new() { Model = "nobody" }, Cancel));
    }

    [Fact]
    public async Task Each_entry_holds_the_hash_of_the_one_before_and_its_own()
    {
        var registry = await RegisteredAsync(3);
        var history = await HistoryAsync(registry);
        Assert.Equal(RegistryHead.Empty.Hash, history[0].PreviousHash);
        Assert.Equal(history.SkipLast(1).Select(e => e.Hash), history.Skip(1).Select(e => e.PreviousHash));
        Assert.All(history, entry => Assert.Equal(RegistryHistory.HashOf(entry), entry.Hash));
        var verified = await registry.VerifyAsync(new(2, history[1].Hash), Cancel);
        Assert.Equal((true, new RegistryHead(4, history[3].Hash)), (verified.IsIntact, verified.Head));
    }

    [Fact]
    public async Task Many_that_write_at_once_leave_one_chain_without_gaps()
    {
        IModelRegistry[] registries = [await CreateAsync(), await CreateAsync()];
        await Samples.InParallel(40, i => registries[i % 2].RegisterAsync(Samples.Version(i, $"model-{i % 4}"), Cancel));
        var verified = await registries[1].VerifyAsync(null, Cancel);
        Assert.Equal((true, 44L), (verified.IsIntact, verified.Head.Sequence));
    }

    [Fact]
    public async Task What_changes_nothing_leaves_nothing()
    {
        var registry = await RegisteredAsync(1);
        var before = await HistoryAsync(registry);
        await registry.RegisterAsync(Samples.Version(1), Cancel);
        await registry.ChangeVersionAsync(Model, 1, new(Note) { Stage = ModelStages.None }, Cancel);
        await registry.ChangeModelAsync(Model, new(Note) { Name = Model }, Cancel);
        await Assert.ThrowsAsync<ConflictException>(() => registry.SetAliasAsync(Change(7, 1), Cancel));
        await Assert.ThrowsAsync<NotFoundException>(() => registry.ApproveAsync(new(Model, 2, "champion", "owner", Note), Cancel));
        await Assert.ThrowsAsync<NotFoundException>(() => registry.ApproveAsync(new("other", 1, "champion", "owner", Note), Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.ApproveAsync(new(Model, 1, "champion", " ", Note), Cancel));
        Assert.Equal(before, await HistoryAsync(registry));
    }

    [Fact]
    public async Task A_watch_tells_of_everything()
    {
        var registry = await RegisteredAsync(1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watch = registry.WatchAsync(stop.Token).Take(3).ToListAsync(stop.Token).AsTask();
        await registry.ApproveAsync(new(Model, 1, "champion", "owner", Note), Cancel);
        await registry.RegisterAsync(FromSource(1), Cancel);
        Assert.Equal((await HistoryAsync(registry)).Skip(2), await watch);
    }

    [Fact]
    public async Task What_an_alias_pointed_to_at_a_time_is_known_also_when_the_version_is_gone()
    {
        var registry = await RegisteredAsync(3);
        await registry.SetAliasAsync(Change(null, 1) with { At = Samples.Noon.AddHours(1) }, Cancel);
        await registry.SetAliasAsync(Change(null, 3, "challenger") with { At = Samples.Noon.AddHours(1) }, Cancel);
        await registry.SetAliasAsync(Change(1, 2) with { At = Samples.Noon.AddHours(2), By = "bob", Reason = "faster" }, Cancel);
        await registry.DeleteVersionAsync(Model, 2, Note with { At = Samples.Noon.AddHours(3) }, Cancel);
        (double Hours, int? Version)[] expected = [(0, null), (0.999, null), (1, 1), (1.999, 1), (2, 2), (2.999, 2), (3, null), (99, null)];
        foreach (var (hours, version) in expected)
            Assert.Equal(version, (await registry.FindByAliasAtAsync(Model, "champion", Samples.Noon.AddHours(hours), Cancel))?.Version);
        var entry = await registry.FindByAliasAtAsync(Model, "champion", Samples.Noon.AddHours(2), Cancel);
        Assert.Equal(("bob", "faster", "1", "2"), (entry?.By, entry?.Reason, entry?.From, entry?.To));
        await registry.DeleteModelAsync(Model, Note with { At = Samples.Noon.AddHours(4) }, Cancel);
        Assert.Equal(1, (await registry.FindByAliasAtAsync(Model, "champion", Samples.Noon.AddHours(1), Cancel))?.Version);
        Assert.Null(await registry.FindByAliasAtAsync("other", "champion", Samples.Noon.AddHours(1), Cancel));
    }

    [Fact]
    public async Task Going_back_twice_goes_back_by_two_versions()
    {
        var registry = await RegisteredAsync(3);
        foreach (var change in (AliasChange[])[Change(null, 1), Change(1, 2), Change(2, 2), Change(2, 3)]) await registry.SetAliasAsync(change, Cancel);
        Assert.Equal(2, (await registry.RollBackAsync(Model, "champion", Note, Cancel)).Version);
        var back = await registry.RollBackAsync(Model, "champion", new("carol", "worse on Sundays", Samples.Noon.AddDays(1)), Cancel);
        Assert.Equal((1, "champion"), (back.Version, Assert.Single(back.Aliases)));
        Assert.Equal(1, (await registry.FindByAliasAsync(Model, "champion", Cancel))?.Version);
        await Assert.ThrowsAsync<NotFoundException>(() => registry.RollBackAsync(Model, "champion", Note, Cancel));
        var last = (await HistoryAsync(registry))[^1];
        Assert.Equal((RegistryEventKind.AliasRolledBack, "carol", "worse on Sundays", "2", "1"), (last.Kind, last.By, last.Reason, last.From, last.To));
        await registry.SetAliasAsync(Change(1, 3), Cancel);
        Assert.Equal(1, (await registry.RollBackAsync(Model, "champion", Note, Cancel)).Version);
    }

    [Fact]
    public async Task An_alias_that_was_removed_comes_back_to_where_it_pointed()
    {
        var registry = await RegisteredAsync(2);
        foreach (var change in (AliasChange[])[Change(null, 1), Change(1, 2), Change(2, null)]) await registry.SetAliasAsync(change, Cancel);
        Assert.Equal(2, (await registry.RollBackAsync(Model, "champion", Note, Cancel)).Version);
        Assert.Equal(1, (await registry.RollBackAsync(Model, "champion", Note, Cancel)).Version);
    }

    [Fact]
    public async Task Nobody_goes_back_to_a_version_that_is_gone_or_never_was_there()
    {
        var registry = await RegisteredAsync(3);
        await Assert.ThrowsAsync<NotFoundException>(() => registry.RollBackAsync(Model, "champion", Note, Cancel));
        foreach (var change in (AliasChange[])[Change(null, 1), Change(1, 2)]) await registry.SetAliasAsync(change, Cancel);
        await Assert.ThrowsAsync<ConflictException>(() => registry.SetAliasAsync(Change(2, 3) with { IsRollBack = true }, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.SetAliasAsync(Change(2, null) with { IsRollBack = true }, Cancel));
        await registry.DeleteVersionAsync(Model, 1, Note, Cancel);
        await Assert.ThrowsAsync<NotFoundException>(() => registry.RollBackAsync(Model, "champion", Note, Cancel));
        Assert.Equal(2, (await registry.FindByAliasAsync(Model, "champion", Cancel))?.Version);
    }
}
