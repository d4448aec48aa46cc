using MlOps.Core;

namespace MlOps.Postgres.Tests;

/// <summary>Many writers at once, in one process and in several.</summary>
public sealed class PostgresConcurrencyTests(PostgresFixture server) : IDisposable
{
    private const int Writers = 16;
    private readonly TestSchema _schema = new(server);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _schema.Dispose();

    [Fact]
    public async Task Sixteen_writers_to_one_run_in_any_order_make_no_error_and_lose_nothing()
    {
        const int Batches = 10;
        var store = _schema.Open();
        await store.Metadata.StartRunAsync(new(Store.RunId, "e", "n", Store.Noon), Cancel);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var batch = 0; batch < Batches; batch++)
            {
                // The same names in another order for each: who takes rows as they come waits in a circle.
                var order = new Random((writer * Batches) + batch);
                var names = Enumerable.Range(0, 20).Select(i => $"m{i}").ToArray();
                order.Shuffle(names);
                await store.Metadata.LogAsync(
                    Store.RunId,
                    new()
                    {
                        Metrics = [.. names.Select(name => new Metric(name, writer, batch, Store.Noon))],
                        Tags = names.ToDictionary(name => name, _ => $"{writer}"),
                        Parameters = names.ToDictionary(name => name, _ => "same"),
                    },
                    Cancel);
            }
        })));
        (await store.Metadata.GetMetricHistoryAsync(Store.RunId, "m0", cancellationToken: Cancel)).Items.Should().HaveCount(Writers * Batches);
        var run = (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!;
        run.Metrics.Values.Should().OnlyContain(m => m.Step == Batches - 1 && m.Value == Writers - 1);
        _schema.Scalar<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Should().Be(0, "they wait in one order");
    }

    [Fact]
    public async Task Several_processes_start_together_and_record_without_error_or_gap()
    {
        const int Processes = 4, Each = 15;
        var workers = Enumerable.Range(0, Processes).Select(i => Worker.Start("record", _schema.ConnectionString, _schema.Name, $"{i}", $"{Each}")).ToArray();
        foreach (var worker in workers) await Worker.EndAsync(worker, Cancel);

        var store = _schema.Open();
        var versions = await store.Registry.ListVersionsAsync("flight-delay", Cancel);
        versions.Select(v => v.Version).Should().Equal(Enumerable.Range(1, Processes * Each).Reverse());
        versions.Select(v => v.Bundle!.Artifact.Digest).Should().OnlyHaveUniqueItems();
        var run = await store.Metadata.FindRunAsync(Store.RunId, Cancel);
        run!.Tags.Should().HaveCount(Processes * Each);
        (await store.Metadata.GetMetricHistoryAsync(Store.RunId, "m", cancellationToken: Cancel)).Items.Should().HaveCount(Processes * Each);
        run.Metrics["m"].Should().Be(new Metric("m", Processes - 1, Each - 1, Store.Noon));
    }

    [Fact]
    public async Task A_killed_writer_leaves_nothing_half_written()
    {
        for (var round = 0; round < 3; round++)
        {
            using var worker = Worker.Start("log", _schema.ConnectionString, _schema.Name, $"{round}");
            for (var i = 0; i <= round; i++) (await worker.StandardOutput.ReadLineAsync(Cancel)).Should().Be($"{i}");
            worker.Kill(); // SIGKILL, in the middle of some batch
            await worker.WaitForExitAsync(Cancel);
        }

        var store = _schema.Open();
        var run = (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!;
        run.Tags.Count.Should().BeGreaterThanOrEqualTo(6, "what was said to be recorded is recorded");
        run.Parameters.Keys.Select(k => k[1..]).Should().BeEquivalentTo(run.Tags.Keys.Select(k => k[1..]), "a batch is recorded as a whole");
        (await store.Metadata.GetMetricHistoryAsync(Store.RunId, "m", cancellationToken: Cancel)).Items.Count.Should().Be(run.Metrics.Count == 0 ? 0 : (int)(run.Metrics["m"].Step + 1));
    }

    [Fact]
    public async Task Of_many_that_take_one_name_at_once_one_has_it_and_the_others_are_told_of_the_conflict()
    {
        var store = _schema.Open();
        var note = new ChangeNote("alice", "better", Store.Noon);
        var ids = new List<string>();
        for (var i = 0; i < Writers; i++)
        {
            await store.Registry.CreateModelAsync(new($"model-{i}", note), Cancel);
            ids.Add((await store.Metadata.CreateExperimentAsync(new($"experiment {i}", Store.Noon), Cancel)).Id);
        }

        var models = await TogetherAsync(i => store.Registry.ChangeModelAsync($"model-{i}", new(note) { Name = "the-model" }, Cancel));
        var experiments = await TogetherAsync(i => store.Metadata.ChangeExperimentAsync(ids[i], new(Store.Noon) { Name = "the experiment" }, Cancel));

        models.Should().BeEquivalentTo(Enumerable.Repeat(nameof(ConflictException), Writers - 1).Append("done"));
        experiments.Should().BeEquivalentTo(Enumerable.Repeat(nameof(ConflictException), Writers - 1).Append("done"));

        static async Task<string[]> TogetherAsync(Func<int, Task> rename) => await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Task.Run(async () =>
        {
            try
            {
                await rename(i);
                return "done";
            }
            catch (MlOpsException e)
            {
                return e.GetType().Name;
            }
        })));
    }

    [Fact]
    public async Task A_run_is_not_restored_into_an_experiment_that_is_deleted_at_the_same_time()
    {
        var store = _schema.Open();
        for (var round = 0; round < 10; round++)
        {
            var experiment = (await store.Metadata.CreateExperimentAsync(new($"experiment {round}", Store.Noon), Cancel)).Id;
            var run = round.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
            await store.Metadata.StartRunAsync(new(run, "e", "n", Store.Noon) { ExperimentId = experiment }, Cancel);
            await store.Metadata.ChangeRunAsync(run, new(Store.Noon) { IsDeleted = true }, Cancel);
            var restoring = Task.Run(() => store.Metadata.ChangeRunAsync(run, new(Store.Noon) { IsDeleted = false }, Cancel), Cancel);
            await Task.Run(() => store.Metadata.ChangeExperimentAsync(experiment, new(Store.Noon) { IsDeleted = true }, Cancel), Cancel);
            var refusal = await restoring.ContinueWith(t => t.Exception?.InnerException, Cancel, TaskContinuationOptions.None, TaskScheduler.Default);
            refusal?.Should().BeOfType<ConflictException>();
            (await store.Metadata.FindRunAsync(run, Cancel))!.DeletedAt.Should().NotBeNull();
        }
    }

    [Fact]
    public async Task A_cancelled_batch_records_nothing_and_the_next_is_recorded()
    {
        var store = _schema.Open();
        await store.Metadata.StartRunAsync(new(Store.RunId, "e", "n", Store.Noon), Cancel);
        using var stop = new CancellationTokenSource();
        var log = () => store.Database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("INSERT INTO run_tags SELECT run_key, 'half', 'x' FROM runs");
                await stop.CancelAsync();
                return await session.ExecuteAsync("SELECT pg_sleep(60)");
            },
            stop.Token);
        await log.Should().ThrowAsync<OperationCanceledException>();
        await store.Metadata.LogAsync(Store.RunId, new() { Tags = new Dictionary<string, string> { ["whole"] = "x" } }, Cancel);
        (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!.Tags.Keys.Should().Equal("whole");
    }
}
