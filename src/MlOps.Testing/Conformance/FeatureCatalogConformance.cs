using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

/// <summary>What every <see cref="IFeatureCatalog"/> must do. Derive a test class from it for each implementation.</summary>
/// <remarks>The derived class removes what it has created, best as an <see cref="IAsyncDisposable"/>; it is made anew for each test.</remarks>
public abstract class FeatureCatalogConformance
{
    private static readonly ChangeNote Note = new("alice", "better", Samples.Noon);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the catalog of this test, which is empty at first. Called again in one test it opens the same catalog once more, as another process would.</summary>
    /// <returns>The catalog.</returns>
    protected abstract Task<IFeatureCatalog> CreateAsync();

    [Fact]
    public async Task An_empty_catalog_holds_nothing()
    {
        var catalog = await CreateAsync();
        Assert.Empty(await catalog.ListAsync(Cancel));
        Assert.Empty(await catalog.GetHistoryAsync(FeatureKinds.View, "delays", Cancel));
        Assert.Null(await catalog.FindMarkAsync("delays", Cancel));
    }

    [Fact]
    public async Task A_version_is_found_as_it_was_applied()
    {
        var at = new DateTimeOffset(2001, 5, 1, 14, 0, 0, TimeSpan.FromHours(2)).AddMicroseconds(1);
        var version = new FeatureDefinitionVersion(Samples.Awkward, Samples.Awkward, 1, Samples.Awkward, Samples.Awkward, new(Samples.Awkward, Samples.Awkward, at.AddTicks(3)));
        await (await CreateAsync()).ApplyAsync([version], Cancel);
        var catalog = await CreateAsync();
        var stored = Assert.Single(await catalog.ListAsync(Cancel));
        Assert.Equal(version with { Note = version.Note with { At = at } }, stored); // to the microsecond
        Assert.Equal(TimeSpan.Zero, stored.Note.At.Offset);
        Assert.Equal([stored], await catalog.GetHistoryAsync(Samples.Awkward, Samples.Awkward, Cancel));
    }

    [Fact]
    public async Task The_newest_versions_are_listed_by_kind_and_name()
    {
        var catalog = await CreateAsync();
        await catalog.ApplyAsync([Version("b"), Version("a"), Version("B"), Version("z", kind: FeatureKinds.Entity)], Cancel);
        await catalog.ApplyAsync([Version("a", 2)], Cancel);
        Assert.Equal(["entity z 1", "view B 1", "view a 2", "view b 1"], (await catalog.ListAsync(Cancel)).Select(v => $"{v.Kind} {v.Name} {v.Version}"));
    }

    [Fact]
    public async Task A_removed_definition_is_not_listed_and_keeps_its_history()
    {
        var catalog = await CreateAsync();
        await catalog.ApplyAsync([Version("a"), Version("b")], Cancel);
        await catalog.ApplyAsync([Version("a", 2) with { IsRemoved = true }], Cancel);
        Assert.Equal(["b"], (await catalog.ListAsync(Cancel)).Select(v => v.Name));
        Assert.Equal([false, true], (await catalog.GetHistoryAsync(FeatureKinds.View, "a", Cancel)).Select(v => v.IsRemoved));
        await catalog.ApplyAsync([Version("a", 3)], Cancel);
        Assert.Equal(3, (await catalog.ListAsync(Cancel))[0].Version);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_version_that_does_not_follow_the_newest_is_a_conflict_and_nothing_is_applied(int version)
    {
        var catalog = await CreateAsync();
        await catalog.ApplyAsync([Version("a")], Cancel);
        var error = await Assert.ThrowsAsync<ConflictException>(() => catalog.ApplyAsync([Version("b"), Version("a", version)], Cancel));
        Assert.Contains("'a'", error.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], (await catalog.ListAsync(Cancel)).Select(v => v.Name));
    }

    [Fact]
    public async Task Of_several_who_apply_at_once_one_wins()
    {
        var catalogs = new[] { await CreateAsync(), await CreateAsync() };
        var results = await Samples.InParallel(8, async i =>
        {
            try
            {
                await catalogs[i % 2].ApplyAsync(i % 4 < 2 ? [Version("a"), Version("b")] : [Version("b"), Version("a")], Cancel);
                return true;
            }
            catch (ConflictException)
            {
                return false;
            }
        });
        Assert.Single(results, won => won);
        Assert.Equal(["a", "b"], (await catalogs[0].ListAsync(Cancel)).Select(v => v.Name));
    }

    [Fact]
    public async Task A_bad_version_is_refused_and_nothing_of_the_call_is_applied()
    {
        var catalog = await CreateAsync();
        FeatureDefinitionVersion[] bad =
        [
            Version(" "), Version("x", kind: ""), Version("x", 0), Version("x") with { Json = null! }, Version("x") with { Digest = "" }, Version("a\0b"), Version("good"), null!,
            Version(new('x', FeatureCatalogChecks.MaxName + 1)), Version("x") with { Note = new(" ", "", Samples.Noon) }, Version("x") with { Note = null! },
        ];
        foreach (var version in bad) await Assert.ThrowsAnyAsync<ArgumentException>(() => catalog.ApplyAsync([Version("good"), version], Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => catalog.ApplyAsync(null!, Cancel));
        await catalog.ApplyAsync([], Cancel);
        Assert.Empty(await catalog.ListAsync(Cancel));
    }

    [Fact]
    public async Task A_mark_is_found_as_it_was_set()
    {
        var catalog = await CreateAsync();
        var mark = new MaterializationMark(Samples.Awkward, Samples.Noon.AddTicks(3), Samples.Noon.AddDays(1)) { Digest = "d", Resume = Samples.Awkward };
        var stored = await catalog.SetMarkAsync(mark, Cancel);
        Assert.Equal(mark with { EventTime = Samples.Noon, Revision = 1 }, stored);
        Assert.Equal(stored, await (await CreateAsync()).FindMarkAsync(Samples.Awkward, Cancel));
        var next = await catalog.SetMarkAsync(stored with { CreatedTime = null, Resume = null }, Cancel);
        Assert.Equal((2L, null, null), (next.Revision, next.CreatedTime, next.Resume));
        Assert.Equal(next, await catalog.FindMarkAsync(Samples.Awkward, Cancel));
    }

    [Fact]
    public async Task A_mark_that_somebody_else_has_set_since_is_a_conflict()
    {
        var catalog = await CreateAsync();
        var mark = await catalog.SetMarkAsync(new("a", Samples.Noon, null), Cancel);
        await catalog.SetMarkAsync(mark with { EventTime = Samples.Noon.AddDays(1) }, Cancel);
        foreach (var revision in new long[] { 0, 1, 3 }) await Assert.ThrowsAsync<ConflictException>(() => catalog.SetMarkAsync(mark with { Revision = revision }, Cancel));
        Assert.Equal(Samples.Noon.AddDays(1), (await catalog.FindMarkAsync("a", Cancel))!.EventTime);
        await Assert.ThrowsAsync<ConflictException>(() => catalog.SetMarkAsync(new("b", Samples.Noon, null, 1), Cancel));
        Assert.Null(await catalog.FindMarkAsync("b", Cancel));
    }

    [Fact]
    public async Task A_bad_mark_is_refused()
    {
        var catalog = await CreateAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => catalog.SetMarkAsync(new(" ", Samples.Noon, null), Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => catalog.SetMarkAsync(new("a", Samples.Noon, null, -1), Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => catalog.SetMarkAsync(null!, Cancel));
    }

    [Fact]
    public async Task A_cancelled_call_stores_nothing()
    {
        var catalog = await CreateAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => catalog.ApplyAsync([Version("a")], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => catalog.SetMarkAsync(new("a", Samples.Noon, null), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => catalog.ListAsync(cancelled));
        Assert.Empty(await catalog.ListAsync(Cancel));
    }

    private static FeatureDefinitionVersion Version(string name, int version = 1, string kind = FeatureKinds.View) => new(kind, name, version, Sha256.Hex(name), "{}", Note);
}
