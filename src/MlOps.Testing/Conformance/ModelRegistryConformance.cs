using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

/// <summary>What every <see cref="IModelRegistry"/> must do. Derive a test class from it for each implementation.</summary>
/// <remarks>The derived class removes what it has created, best as an <see cref="IAsyncDisposable"/>; it is made anew for each test.</remarks>
public abstract partial class ModelRegistryConformance
{
    private const string Model = "flight-delay";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the registry of this test, which is empty at first. Called again in one test it opens the same registry once more, as another process would.</summary>
    /// <param name="gates">What the registry asks before an alias moves; the same in every call of one test.</param>
    /// <returns>The registry.</returns>
    protected abstract Task<IModelRegistry> CreateAsync(params IAliasGate[] gates);

    [Fact]
    public async Task Versions_are_numbered_from_1_for_each_model()
    {
        var registry = await CreateAsync();
        Assert.Equal(1, (await registry.RegisterAsync(Samples.Version(1), Cancel)).Version);
        Assert.Equal(2, (await registry.RegisterAsync(Samples.Version(2), Cancel)).Version);
        Assert.Equal(1, (await registry.RegisterAsync(Samples.Version(1, "Flight-Delay"), Cancel)).Version);
        Assert.Equal(1, (await registry.RegisterAsync(Samples.Version(1, new string('m', 200)), Cancel)).Version);
        Assert.Equal(3, (await registry.RegisterAsync(Samples.Version(3), Cancel)).Version);
        Assert.Equal(["Flight-Delay", "flight-delay", new string('m', 200)], await registry.ListModelsAsync(Cancel));
        Assert.Equal([3, 2, 1], (await registry.ListVersionsAsync(Model, Cancel)).Select(v => v.Version));
    }

    [Fact]
    public async Task A_version_comes_back_as_it_was_registered()
    {
        var registry = await CreateAsync();
        var given = Samples.Version(1) with { Acceptance = Samples.Report(holds: false), CreatedAt = new(2001, 5, 1, 14, 0, 0, TimeSpan.FromHours(2)) };
        foreach (var version in (ModelVersion?[])
            [
                await registry.RegisterAsync(given, Cancel),
                await registry.FindAsync(Model, 1, Cancel),
                Assert.Single(await registry.ListVersionsAsync(Model, Cancel)),
            ])
        {
            Assert.NotNull(version);
            Assert.Equal((Model, 1, given.RunId, given.CreatedAt), (version.Model, version.Version, version.RunId, version.CreatedAt));
            Assert.Equal(Stored.Json(given.Bundle), Stored.Json(version.Bundle));
            Assert.Equal(Stored.Json(given.Evaluation), Stored.Json(version.Evaluation));
            Assert.Equal(Stored.Json(given.Acceptance), Stored.Json(version.Acceptance));
            Assert.True(version.Evaluation!.IsBlessed);
            Assert.False(version.Acceptance!.IsBlessed);
            Assert.Empty(version.Aliases);
        }
    }

    [Fact]
    public async Task A_version_needs_no_run_and_no_judgement()
    {
        var registry = await CreateAsync();
        await registry.RegisterAsync(new(Model, Samples.Bundle("a"), null, Samples.Noon), Cancel);
        var version = await registry.FindAsync(Model, 1, Cancel);
        Assert.NotNull(version);
        Assert.Null(version.RunId);
        Assert.Null(version.Evaluation);
        Assert.Null(version.Acceptance);
    }

    [Fact]
    public async Task The_same_bundle_of_the_same_run_is_one_version()
    {
        var registry = await CreateAsync();
        await registry.RegisterAsync(Samples.Version(1), Cancel);
        var other = await registry.RegisterAsync(Samples.Version(1) with { RunId = null }, Cancel);
        await registry.RegisterAsync(Samples.Version(1) with { RunId = Samples.RunId(9) }, Cancel);
        await registry.SetAliasAsync(Change(null, 1), Cancel);
        var again = await registry.RegisterAsync(Samples.Version(1) with { CreatedAt = Samples.Noon.AddDays(1), Evaluation = null }, Cancel);
        Assert.Equal((1, Samples.Noon), (again.Version, again.CreatedAt));
        Assert.NotNull(again.Evaluation);
        Assert.Equal(["champion"], again.Aliases);
        Assert.Equal(2, other.Version);
        Assert.Equal(2, (await registry.RegisterAsync(Samples.Version(1) with { RunId = null }, Cancel)).Version);
        Assert.Equal(3, (await registry.ListVersionsAsync(Model, Cancel)).Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("..\\windows")]
    [InlineData("a b")]
    [InlineData("modèle")]
    [InlineData("model\n")]
    [InlineData("model\0")]
    [InlineData("012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890")]
    public async Task What_is_no_name_for_a_model_that_is_served_is_refused(string? name)
    {
        var registry = await CreateAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.RegisterAsync(Samples.Version(1) with { Model = name! }, Cancel));
        Assert.Empty(await registry.ListModelsAsync(Cancel));
    }

    [Fact]
    public async Task What_was_never_registered_is_not_there()
    {
        var registry = await CreateAsync();
        Assert.Null(await registry.FindAsync(Model, 1, Cancel));
        Assert.Empty(await registry.ListModelsAsync(Cancel));
        await registry.RegisterAsync(Samples.Version(1), Cancel);
        foreach (var number in (int[])[0, -1, 2, int.MaxValue, int.MinValue]) Assert.Null(await registry.FindAsync(Model, number, Cancel));
        Assert.Null(await registry.FindAsync("FLIGHT-DELAY", 1, Cancel));
        Assert.Null(await registry.FindByAliasAsync(Model, "champion", Cancel));
        Assert.Null(await registry.FindByAliasAsync("' OR 1=1 --", "champion", Cancel));
        Assert.Empty(await registry.ListVersionsAsync("other", Cancel));
        Assert.Empty(await registry.GetAliasHistoryAsync("other", Cancel));
        Assert.Empty(await registry.GetAliasHistoryAsync(Model, Cancel));
    }

    [Fact]
    public async Task Many_that_register_at_once_get_numbers_without_gaps()
    {
        IModelRegistry[] registries = [await CreateAsync(), await CreateAsync()];
        var versions = await Samples.InParallel(40, i => registries[i % 2].RegisterAsync(Samples.Version(i), Cancel));
        Assert.Equal(Enumerable.Range(1, 40), versions.Select(v => v.Version).Order());
        foreach (var version in versions)
        {
            Assert.Equal(version.RunId, (await registries[0].FindAsync(Model, version.Version, Cancel))?.RunId);
        }
    }

    [Fact]
    public async Task Many_that_register_the_same_at_once_get_one_version()
    {
        IModelRegistry[] registries = [await CreateAsync(), await CreateAsync()];
        var versions = await Samples.InParallel(16, i => registries[i % 2].RegisterAsync(Samples.Version(1), Cancel));
        Assert.All(versions, v => Assert.Equal(1, v.Version));
        Assert.Single(await registries[0].ListVersionsAsync(Model, Cancel));
    }

    [Fact]
    public async Task An_alias_is_set_moved_and_removed_and_all_of_it_is_on_record()
    {
        var registry = await RegisteredAsync(3);
        AliasChange[] changes =
        [
            Change(null, 1),
            Change(null, 1, "challenger") with { Reason = Samples.Awkward, By = Samples.Awkward },
            Change(1, 3) with { At = Samples.Noon.AddDays(1) },
            Change(3, 1) with { At = Samples.Noon.AddDays(-1) }, // in the order in which they happened, whatever the clocks said
            Change(1, 1),
            Change(1, null),
            Change(null, 2, "CHAMPION"),
        ];
        int?[] champions = [1, 1, 3, 1, 1, null, null];
        for (var i = 0; i < changes.Length; i++)
        {
            await registry.SetAliasAsync(changes[i], Cancel);
            Assert.Equal(champions[i], (await registry.FindByAliasAsync(Model, "champion", Cancel))?.Version);
        }

        Assert.Equal(changes, await registry.GetAliasHistoryAsync(Model, Cancel));
        Assert.Equal(["challenger"], (await registry.FindAsync(Model, 1, Cancel))?.Aliases);
    }

    [Fact]
    public async Task A_version_knows_its_aliases_in_order()
    {
        var registry = await RegisteredAsync(2);
        foreach (var alias in (string[])["b", "a", "B", "a-b", "_", "7", "größe-東京"]) await registry.SetAliasAsync(Change(null, 2, alias), Cancel);
        Assert.Equal(["7", "B", "_", "a", "a-b", "b", "größe-東京"], (await registry.FindByAliasAsync(Model, "a", Cancel))?.Aliases);
        Assert.Equal([7, 0], (await registry.ListVersionsAsync(Model, Cancel)).Select(v => v.Aliases.Count));
    }

    [Fact]
    public async Task Aliases_of_two_models_have_nothing_to_do_with_each_other()
    {
        var registry = await RegisteredAsync(1);
        await registry.RegisterAsync(Samples.Version(1, "other"), Cancel);
        await registry.SetAliasAsync(Change(null, 1), Cancel);
        Assert.Null(await registry.FindByAliasAsync("other", "champion", Cancel));
        Assert.Empty(await registry.GetAliasHistoryAsync("other", Cancel));
        Assert.Empty(Assert.Single(await registry.ListVersionsAsync("other", Cancel)).Aliases);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("latest")]
    [InlineData("LATEST")]
    [InlineData("v1")]
    [InlineData("V12")]
    [InlineData("a.b")]
    [InlineData("a b")]
    [InlineData("champion\n")]
    [InlineData("@champion")]
    public async Task What_is_no_name_for_an_alias_is_refused(string? alias)
    {
        var registry = await RegisteredAsync(1);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.SetAliasAsync(Change(null, 1, alias!), Cancel));
        Assert.Empty(await registry.GetAliasHistoryAsync(Model, Cancel));
    }

    [Fact]
    public async Task A_change_that_says_nothing_is_refused()
    {
        var registry = await RegisteredAsync(1);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.SetAliasAsync(null!, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.SetAliasAsync(Change(null, null), Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.SetAliasAsync(Change(null, 1) with { By = " " }, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.SetAliasAsync(Change(null, 1) with { Reason = null! }, Cancel));
        Assert.Empty(await registry.GetAliasHistoryAsync(Model, Cancel));
    }

    [Fact]
    public async Task An_alias_points_to_registered_versions_only()
    {
        var registry = await RegisteredAsync(1);
        foreach (var number in (int[])[0, 2, -1, int.MaxValue])
        {
            Assert.Equal("version", (await Assert.ThrowsAsync<NotFoundException>(() => registry.SetAliasAsync(Change(null, number), Cancel))).Kind);
        }

        Assert.Equal("model", (await Assert.ThrowsAsync<NotFoundException>(() => registry.SetAliasAsync(Change(null, 1) with { Model = "other" }, Cancel))).Kind);
        Assert.Empty(await registry.GetAliasHistoryAsync(Model, Cancel));
    }

    [Fact]
    public async Task An_alias_that_does_not_point_where_the_caller_thinks_is_left_alone()
    {
        var registry = await RegisteredAsync(3);
        await Assert.ThrowsAsync<ConflictException>(() => registry.SetAliasAsync(Change(1, 2), Cancel));
        await registry.SetAliasAsync(Change(null, 1), Cancel);
        await Assert.ThrowsAsync<ConflictException>(() => registry.SetAliasAsync(Change(null, 2), Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => registry.SetAliasAsync(Change(2, 3), Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => registry.SetAliasAsync(Change(2, null), Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => registry.SetAliasAsync(Change(99, 3), Cancel));
        Assert.Equal(1, (await registry.FindByAliasAsync(Model, "champion", Cancel))?.Version);
        Assert.Equal([Change(null, 1)], await registry.GetAliasHistoryAsync(Model, Cancel));
    }

    [Fact]
    public async Task Of_many_that_move_an_alias_at_once_exactly_one_succeeds()
    {
        IModelRegistry[] registries = [await RegisteredAsync(17), await CreateAsync()];
        await registries[0].SetAliasAsync(Change(null, 1), Cancel);
        var moved = await Samples.InParallel(16, async i =>
        {
            try
            {
                await registries[i % 2].SetAliasAsync(Change(1, i + 2), Cancel);
                return i + 2;
            }
            catch (ConflictException)
            {
                return 0;
            }
        });
        var winner = Assert.Single(moved, m => m > 0);
        Assert.Equal(winner, (await registries[1].FindByAliasAsync(Model, "champion", Cancel))?.Version);
        Assert.Equal([Change(null, 1), Change(1, winner)], await registries[0].GetAliasHistoryAsync(Model, Cancel));
    }

    [Fact]
    public async Task A_watch_tells_of_the_changes_of_every_process_in_order()
    {
        IModelRegistry[] registries = [await RegisteredAsync(2), await CreateAsync()];
        await registries[0].SetAliasAsync(Change(null, 1, "before"), Cancel);
        AliasChange[] changes = [Change(null, 1), Change(1, 2), Change(2, null), Change(null, 1)];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watches = registries.Select(r => r.WatchAsync(stop.Token).Take(changes.Length).ToListAsync(stop.Token).AsTask()).ToArray();
        for (var i = 0; i < changes.Length; i++) await registries[i % 2].SetAliasAsync(changes[i], Cancel);
        foreach (var watch in watches) Assert.Equal(changes, (await watch).Select(entry => entry.ToAliasChange()));
    }

    [Fact]
    public async Task A_watch_ends_with_its_token()
    {
        var registry = await RegisteredAsync(1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using var watch = registry.WatchAsync(stop.Token).GetAsyncEnumerator(Cancel);
        var next = watch.MoveNextAsync();
        Assert.False(next.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [Fact]
    public async Task Another_process_sees_what_is_registered()
    {
        var (first, second) = (await CreateAsync(), await CreateAsync());
        await first.RegisterAsync(Samples.Version(1), Cancel);
        await second.SetAliasAsync(Change(null, 1), Cancel);
        Assert.Equal(1, (await first.FindByAliasAsync(Model, "champion", Cancel))?.Version);
        Assert.Equal(["champion"], (await second.FindAsync(Model, 1, Cancel))?.Aliases);
    }

    [Fact]
    public async Task A_cancelled_call_registers_nothing()
    {
        var registry = await RegisteredAsync(1);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => registry.RegisterAsync(Samples.Version(2), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => registry.SetAliasAsync(Change(null, 1), cancelled));
        Assert.Single(await registry.ListVersionsAsync(Model, Cancel));
        Assert.Empty(await registry.GetAliasHistoryAsync(Model, Cancel));
    }

    private static AliasChange Change(int? from, int? to, string alias = "champion") => new(Model, alias, from, to, "alice", "better", Samples.Noon);

    private async Task<IModelRegistry> RegisteredAsync(int versions)
    {
        var registry = await CreateAsync();
        for (var i = 1; i <= versions; i++) await registry.RegisterAsync(Samples.Version(i), Cancel);
        return registry;
    }
}
