using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

/// <summary>What every <see cref="ICheckpointStore"/> must do. Derive a test class from it for each implementation.</summary>
/// <remarks>The derived class removes what it has created, best as an <see cref="IAsyncDisposable"/>; it is made anew for each test.</remarks>
public abstract class CheckpointStoreConformance
{
    private static readonly DateTimeOffset Later = Samples.Noon.AddMinutes(5);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the store of this test, which is empty at first. Called again in one test it opens the same store once more, as another process would.</summary>
    /// <returns>The store.</returns>
    protected abstract Task<ICheckpointStore> CreateAsync();

    [Fact]
    public async Task A_run_that_has_begun_is_listed_until_it_ends()
    {
        var store = await CreateAsync();
        var lease = Lease(1) with { Pipeline = Samples.Awkward, Request = Samples.Awkward, Owner = Samples.Awkward };
        await store.BeginAsync(lease, Cancel);
        Assert.Equal(lease, Assert.Single(await store.ListUnfinishedAsync(Samples.Awkward, Cancel)));
        Assert.True(await store.EndAsync(lease, Cancel));
        Assert.Empty(await store.ListUnfinishedAsync(Samples.Awkward, Cancel));
    }

    [Fact]
    public async Task Unfinished_runs_of_one_pipeline_are_listed_newest_first()
    {
        var store = await CreateAsync();
        foreach (var number in (int[])[2, 3, 1]) await store.BeginAsync(Lease(number) with { StartedAt = Samples.Noon.AddMicroseconds(number) }, Cancel);
        await store.BeginAsync(Lease(4) with { Pipeline = "other" }, Cancel);
        Assert.Equal([Samples.RunId(3), Samples.RunId(2), Samples.RunId(1)], (await store.ListUnfinishedAsync("daily", Cancel)).Select(l => l.RunId));
        Assert.Empty(await store.ListUnfinishedAsync("Daily", Cancel));
    }

    [Fact]
    public async Task Beginning_again_changes_nothing_and_another_owner_is_refused()
    {
        var store = await CreateAsync();
        await store.BeginAsync(Lease(1), Cancel);
        await store.BeginAsync(Lease(1), Cancel);
        await Assert.ThrowsAsync<ConflictException>(() => store.BeginAsync(Lease(1) with { Owner = "second" }, Cancel));
        Assert.Equal("first", Assert.Single(await store.ListUnfinishedAsync("daily", Cancel)).Owner);
        await store.EndAsync(Lease(1), Cancel);
        await Assert.ThrowsAsync<ConflictException>(() => store.BeginAsync(Lease(1), Cancel));
    }

    [Fact]
    public async Task A_run_begins_with_the_token_1()
    {
        var store = await CreateAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.BeginAsync(Lease(1) with { Token = 0 }, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.BeginAsync(Lease(1) with { Token = 2 }, Cancel));
        Assert.Empty(await store.ListUnfinishedAsync("daily", Cancel));
    }

    [Fact]
    public async Task A_renewed_lease_ends_later()
    {
        var store = await BegunAsync();
        Assert.True(await store.RenewAsync(Lease(1), Later, Cancel));
        Assert.Equal(Lease(1) with { ExpiresAt = Later }, Assert.Single(await store.ListUnfinishedAsync("daily", Cancel)));
    }

    [Fact]
    public async Task A_lease_that_was_taken_over_is_of_no_more_use()
    {
        var store = await BegunAsync();
        Assert.True(await store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load"), Cancel));
        var taken = await store.TryTakeOverAsync(Lease(1), "second", Later, Cancel);
        Assert.Equal(Lease(1) with { Owner = "second", Token = 2, ExpiresAt = Later }, taken);
        Assert.Equal(taken, Assert.Single(await store.ListUnfinishedAsync("daily", Cancel)));

        Assert.False(await store.RenewAsync(Lease(1), Later.AddDays(1), Cancel));
        Assert.False(await store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "train"), Cancel));
        Assert.False(await store.EndAsync(Lease(1), Cancel));
        Assert.Null(await store.TryTakeOverAsync(Lease(1), "first", Later, Cancel));
        Assert.Equal(taken, Assert.Single(await store.ListUnfinishedAsync("daily", Cancel)));

        Assert.True(await store.CommitAsync(taken!, Samples.Checkpoint(Samples.RunId(1), "train"), Cancel));
        Assert.Equal(["load", "train"], (await store.ListAsync(Samples.RunId(1), Cancel)).Select(c => c.Stage));
        Assert.True(await store.EndAsync(taken!, Cancel));
    }

    [Fact]
    public async Task Of_many_that_take_over_at_once_exactly_one_succeeds()
    {
        ICheckpointStore[] stores = [await CreateAsync(), await CreateAsync()];
        await stores[0].BeginAsync(Lease(1), Cancel);
        var taken = await Samples.InParallel(16, i => stores[i % 2].TryTakeOverAsync(Lease(1), $"owner {i}", Later, Cancel));
        Assert.Equal(Assert.Single(taken, t => t is not null), Assert.Single(await stores[0].ListUnfinishedAsync("daily", Cancel)));
    }

    [Fact]
    public async Task A_take_over_while_the_former_holder_commits_separates_the_two_cleanly()
    {
        ICheckpointStore[] stores = [await CreateAsync(), await CreateAsync()];
        await stores[0].BeginAsync(Lease(1), Cancel);
        var former = new List<string>();
        RunLease? taken = null;
        await Samples.InParallel(2, async worker =>
        {
            if (worker == 0)
            {
                for (var i = 0; i < 40 && await stores[0].CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), $"stage {i}"), Cancel); i++) former.Add($"stage {i}");
            }
            else
            {
                taken = await stores[1].TryTakeOverAsync(Lease(1), "second", Later, Cancel);
                Assert.False(await stores[0].CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "too late"), Cancel));
            }

            return worker;
        });
        Assert.NotNull(taken);
        Assert.Equal(former, (await stores[1].ListAsync(Samples.RunId(1), Cancel)).Select(c => c.Stage));
    }

    [Fact]
    public async Task A_run_that_has_ended_is_nobodys()
    {
        var store = await BegunAsync();
        Assert.True(await store.EndAsync(Lease(1), Cancel));
        Assert.False(await store.EndAsync(Lease(1), Cancel));
        Assert.False(await store.RenewAsync(Lease(1), Later, Cancel));
        Assert.False(await store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load"), Cancel));
        Assert.Null(await store.TryTakeOverAsync(Lease(1), "second", Later, Cancel));
        Assert.Empty(await store.ListAsync(Samples.RunId(1), Cancel));
    }

    [Fact]
    public async Task A_run_that_never_began_is_nobodys()
    {
        var store = await CreateAsync();
        Assert.False(await store.EndAsync(Lease(1), Cancel));
        Assert.False(await store.RenewAsync(Lease(1), Later, Cancel));
        Assert.False(await store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load"), Cancel));
        Assert.Null(await store.TryTakeOverAsync(Lease(1), "second", Later, Cancel));
        Assert.Empty(await store.ListAsync(Samples.RunId(1), Cancel));
        Assert.Empty(await store.ListUnfinishedAsync("daily", Cancel));
        Assert.Null(await store.FindByKeyAsync("key", Cancel));
        Assert.Null(await store.FindLatestAsync("daily", "load", Cancel));
    }

    [Theory]
    [InlineData(StageStatus.Finished)]
    [InlineData(StageStatus.Cached)]
    [InlineData(StageStatus.Failed)]
    public async Task A_checkpoint_comes_back_as_it_was(StageStatus status)
    {
        var store = await BegunAsync();
        var committed = Samples.Checkpoint(Samples.RunId(1), Samples.Awkward, status);
        if (status is not StageStatus.Failed) committed = committed with { Output = "\"" + new string('é', 1 << 20) + "\"" };
        Assert.True(await store.CommitAsync(Lease(1), committed, Cancel));
        AssertSame(committed, Assert.Single(await store.ListAsync(Samples.RunId(1), Cancel)));
        if (status is StageStatus.Failed) return;
        AssertSame(committed, await store.FindByKeyAsync("key", Cancel));
        AssertSame(committed, await store.FindLatestAsync("daily", Samples.Awkward, Cancel));
    }

    [Fact]
    public async Task A_stage_has_one_good_result_in_a_run()
    {
        var store = await BegunAsync();
        Assert.True(await store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load", key: "first"), Cancel));
        Assert.False(await store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load", key: "second"), Cancel));
        Assert.False(await store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load", StageStatus.Failed, "third"), Cancel));
        Assert.Equal("first", Assert.Single(await store.ListAsync(Samples.RunId(1), Cancel)).Key);
        Assert.Null(await store.FindByKeyAsync("second", Cancel));
    }

    [Fact]
    public async Task A_failed_attempt_is_replaced_by_the_next_result()
    {
        var store = await BegunAsync();
        Assert.True(await store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load", StageStatus.Failed, "1", 1), Cancel));
        Assert.Null(await store.FindByKeyAsync("1", Cancel));
        Assert.Null(await store.FindLatestAsync("daily", "load", Cancel));
        Assert.True(await store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load", StageStatus.Failed, "2", 2), Cancel));
        Assert.Equal("2", Assert.Single(await store.ListAsync(Samples.RunId(1), Cancel)).Key);
        Assert.True(await store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load", StageStatus.Finished, "3", 3), Cancel));
        AssertSame(Samples.Checkpoint(Samples.RunId(1), "load", StageStatus.Finished, "3", 3), Assert.Single(await store.ListAsync(Samples.RunId(1), Cancel)));
    }

    [Fact]
    public async Task Of_many_commits_of_one_stage_at_once_exactly_one_succeeds()
    {
        ICheckpointStore[] stores = [await CreateAsync(), await CreateAsync()];
        await stores[0].BeginAsync(Lease(1), Cancel);
        var committed = await Samples.InParallel(16, i => stores[i % 2].CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load", key: $"{i}"), Cancel));
        var winner = Array.IndexOf(committed, true);
        Assert.Single(committed, c => c);
        Assert.Equal($"{winner}", Assert.Single(await stores[1].ListAsync(Samples.RunId(1), Cancel)).Key);
    }

    [Fact]
    public async Task Stages_are_listed_in_the_order_in_which_they_ended()
    {
        var store = await BegunAsync();
        foreach (var (stage, end) in ((string, double)[])[("c", 3), ("b", 1), ("z", 2), ("a", 2)])
        {
            Assert.True(await store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), stage, endsAfterSeconds: end), Cancel));
        }

        Assert.Equal(["b", "z", "a", "c"], (await store.ListAsync(Samples.RunId(1), Cancel)).Select(c => c.Stage));
    }

    [Fact]
    public async Task The_newest_good_result_is_found_in_any_run()
    {
        var store = await CreateAsync();
        for (var i = 1; i <= 4; i++) await store.BeginAsync(Lease(i), Cancel);
        await store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load", endsAfterSeconds: 5), Cancel);
        await store.CommitAsync(Lease(2), Samples.Checkpoint(Samples.RunId(2), "load", StageStatus.Cached, endsAfterSeconds: 6), Cancel);
        await store.CommitAsync(Lease(3), Samples.Checkpoint(Samples.RunId(3), "load", StageStatus.Failed, endsAfterSeconds: 9), Cancel);
        await store.CommitAsync(Lease(4), Samples.Checkpoint(Samples.RunId(4), "load", endsAfterSeconds: 2), Cancel);
        await store.CommitAsync(Lease(4), Samples.Checkpoint(Samples.RunId(4), "train", key: "other", endsAfterSeconds: 9), Cancel);
        Assert.Equal(Samples.RunId(2), (await store.FindByKeyAsync("key", Cancel))?.RunId);
        Assert.Equal(Samples.RunId(2), (await store.FindLatestAsync("daily", "load", Cancel))?.RunId);
        Assert.Null(await store.FindLatestAsync("weekly", "load", Cancel));
        Assert.Null(await store.FindLatestAsync("daily", "Load", Cancel));
        Assert.Null(await store.FindByKeyAsync("' OR 1=1 --", Cancel));
    }

    [Fact]
    public async Task A_checkpoint_that_makes_no_sense_is_refused()
    {
        var store = await BegunAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(2), "load"), Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load", StageStatus.Skipped), Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.CommitAsync(Lease(1), null!, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.CommitAsync(null!, Samples.Checkpoint(Samples.RunId(1), "load"), Cancel));
        Assert.Empty(await store.ListAsync(Samples.RunId(1), Cancel));
    }

    [Fact]
    public async Task Every_record_can_be_read()
    {
        var store = await CreateAsync();
        for (var i = 1; i <= 3; i++)
        {
            await store.BeginAsync(Lease(i), Cancel);
            await store.CommitAsync(Lease(i), Samples.Checkpoint(Samples.RunId(i), "load"), Cancel);
            await store.CommitAsync(Lease(i), Samples.Checkpoint(Samples.RunId(i), "train"), Cancel);
        }

        var read = await store.ReadAsync(Cancel).ToListAsync(Cancel);
        Assert.Equal(6, read.Count);
        Assert.Equal(6, read.Select(c => (c.RunId, c.Stage)).Distinct().Count());
        AssertSame(Samples.Checkpoint(Samples.RunId(1), "load"), read.Single(c => c.RunId == Samples.RunId(1) && c.Stage == "load"));
    }

    [Fact]
    public async Task Only_runs_that_have_ended_are_deleted_and_only_when_it_is_meant()
    {
        var store = await CreateAsync();
        for (var i = 1; i <= 2; i++)
        {
            await store.BeginAsync(Lease(i), Cancel);
            await store.CommitAsync(Lease(i), Samples.Checkpoint(Samples.RunId(i), "load", key: Samples.RunId(i)), Cancel);
        }

        await store.EndAsync(Lease(1), Cancel);
        Assert.Equal(0, await store.DeleteEndedAsync(DateTimeOffset.UnixEpoch, cancellationToken: Cancel));
        Assert.Equal(1, await store.DeleteEndedAsync(DateTimeOffset.MaxValue, isDryRun: true, Cancel));
        Assert.Single(await store.ListAsync(Samples.RunId(1), Cancel));
        Assert.Equal(1, await store.DeleteEndedAsync(DateTimeOffset.MaxValue, cancellationToken: Cancel));
        Assert.Empty(await store.ListAsync(Samples.RunId(1), Cancel));
        Assert.Null(await store.FindByKeyAsync(Samples.RunId(1), Cancel));
        Assert.Single(await store.ListAsync(Samples.RunId(2), Cancel));
        Assert.Equal([Lease(2)], await store.ListUnfinishedAsync("daily", Cancel));
    }

    [Fact]
    public async Task A_cancelled_call_records_nothing()
    {
        var store = await BegunAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.BeginAsync(Lease(2), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.CommitAsync(Lease(1), Samples.Checkpoint(Samples.RunId(1), "load"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.TryTakeOverAsync(Lease(1), "second", Later, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.RenewAsync(Lease(1), Later, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.EndAsync(Lease(1), cancelled));
        Assert.Equal([Lease(1)], await store.ListUnfinishedAsync("daily", Cancel));
        Assert.Empty(await store.ListAsync(Samples.RunId(1), Cancel));
    }

    private static RunLease Lease(int number) => new(Samples.RunId(number), "daily", "{}", "first", 1, Samples.Noon, Samples.Noon.AddMinutes(1));

    private static void AssertSame(StageCheckpoint expected, StageCheckpoint? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.KeyParts, actual.KeyParts);
        Assert.Equal(expected.Entries.Metrics, actual.Entries.Metrics);
        Assert.Equal(expected.Entries.Parameters, actual.Entries.Parameters);
        Assert.Equal(expected.Entries.Tags, actual.Entries.Tags);
        Assert.Equal(expected.Entries.Inputs, actual.Entries.Inputs);
        Assert.Equal(expected with { KeyParts = actual.KeyParts, Entries = actual.Entries }, actual);
    }

    private async Task<ICheckpointStore> BegunAsync()
    {
        var store = await CreateAsync();
        await store.BeginAsync(Lease(1), Cancel);
        return store;
    }
}
