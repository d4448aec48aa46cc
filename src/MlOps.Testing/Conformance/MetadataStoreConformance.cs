using System.Globalization;
using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

/// <summary>What every <see cref="IMetadataStore"/> must do. Derive a test class from it for each implementation.</summary>
/// <remarks>The derived class removes what it has created, best as an <see cref="IAsyncDisposable"/>; it is made anew for each test.</remarks>
public abstract partial class MetadataStoreConformance
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the store of this test, which is empty at first. Called again in one test it opens the same store once more, as another process would.</summary>
    /// <returns>The store.</returns>
    protected abstract Task<IMetadataStore> CreateAsync();

    [Fact]
    public async Task A_run_is_found_as_it_was_started()
    {
        var store = await CreateAsync();
        var start = new NewRun(Samples.RunId(1), Samples.Awkward, Samples.Awkward, new DateTimeOffset(2001, 5, 1, 14, 0, 0, TimeSpan.FromHours(2)).AddMicroseconds(1));
        await store.StartRunAsync(start, Cancel);
        var run = await FindAsync(store, 1);
        Assert.Equal(Samples.RunId(1), run.Id);
        Assert.Equal(Samples.Awkward, run.Name);
        Assert.Equal(RunStatus.Running, run.Status);
        Assert.Equal(start.StartedAt, run.StartedAt);
        Assert.Equal(TimeSpan.Zero, run.StartedAt.Offset);
        Assert.Null(run.EndedAt);
        Assert.Null(run.Error);
        Assert.Empty(run.Parameters);
        Assert.Empty(run.Metrics);
        Assert.Empty(run.Tags);
        Assert.Empty(run.Inputs);
        var experiment = Assert.Single(await ExperimentsAsync(store));
        Assert.Equal((experiment.Id, Samples.Awkward), (run.ExperimentId, experiment.Name));
    }

    [Fact]
    public async Task A_run_that_was_never_started_is_not_there()
    {
        var store = await CreateAsync();
        Assert.Null(await store.FindRunAsync(Samples.RunId(1), Cancel));
        Assert.Null(await store.FindRunAsync(Samples.Awkward, Cancel));
        var entries = new RunEntries { Tags = new Dictionary<string, string> { ["a"] = "b" } };
        Assert.Equal("run", (await Assert.ThrowsAsync<NotFoundException>(() => store.LogAsync(Samples.RunId(1), entries, Cancel))).Kind);
        await Assert.ThrowsAsync<NotFoundException>(() => store.LogAsync(Samples.RunId(1), new(), Cancel));
        await Assert.ThrowsAsync<NotFoundException>(() => store.EndRunAsync(Samples.RunId(1), RunStatus.Finished, Samples.Noon, null, Cancel));
        await Assert.ThrowsAsync<NotFoundException>(() => HistoryAsync(store, "auc"));
        Assert.Empty((await store.SearchRunsAsync(new(), Cancel)).Items);
        Assert.Empty(await ExperimentsAsync(store));
    }

    [Fact]
    public async Task Starting_a_run_again_sets_it_running_and_changes_nothing_else()
    {
        var store = await CreateAsync();
        await store.StartRunAsync(Samples.Run(1), Cancel);
        await store.LogAsync(Samples.RunId(1), new() { Parameters = new Dictionary<string, string> { ["trees"] = "100" } }, Cancel);
        await store.EndRunAsync(Samples.RunId(1), RunStatus.Failed, Samples.Noon.AddHours(1), "disk full", Cancel);
        await store.StartRunAsync(new(Samples.RunId(1), "another experiment", "another name", Samples.Noon.AddDays(1)), Cancel);
        var run = await FindAsync(store, 1);
        Assert.Equal((RunStatus.Running, "run", Samples.Noon), (run.Status, run.Name, run.StartedAt));
        Assert.Null(run.EndedAt);
        Assert.Null(run.Error);
        Assert.Equal("100", run.Parameters["trees"]);
        Assert.Equal("flight-delay", Assert.Single(await ExperimentsAsync(store)).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("run-1")]
    [InlineData("0000000000000000000000000000000g")]
    [InlineData("000000000000000000000000000000001")]
    [InlineData("../../../../../../../../../../..")]
    [InlineData(null)]
    public async Task A_run_needs_an_identifier_of_32_hexadecimal_digits(string? id)
    {
        var store = await CreateAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.StartRunAsync(new(id!, "e", "n", Samples.Noon), Cancel));
        Assert.Empty(await ExperimentsAsync(store));
    }

    [Fact]
    public async Task Entries_without_a_name_or_a_value_are_refused()
    {
        var store = await StartedAsync();
        RunEntries[] wrong =
        [
            new() { Metrics = [new("", 1, 0, Samples.Noon)] },
            new() { Metrics = [null!] },
            new() { Parameters = new Dictionary<string, string> { [""] = "x" } },
            new() { Parameters = new Dictionary<string, string> { ["x"] = null! } },
            new() { Tags = new Dictionary<string, string> { ["x"] = null! } },
            new() { Inputs = [new("", "x", "training")] },
            new() { Inputs = [new("x", null!, "training")] },
        ];
        foreach (var entries in wrong) await Assert.ThrowsAnyAsync<ArgumentException>(() => store.LogAsync(Samples.RunId(1), entries, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.LogAsync(Samples.RunId(1), null!, Cancel));
    }

    [Fact]
    public async Task Text_of_any_language_and_size_comes_back_as_it_was()
    {
        var store = await StartedAsync();
        var large = new string('é', 1 << 20);
        var texts = new Dictionary<string, string> { [Samples.Awkward] = Samples.Awkward, ["large"] = large, ["empty"] = "", ["NAME"] = "upper", ["name"] = "lower" };
        var input = new DatasetInput(Samples.Awkward, "f", Samples.Awkward);
        await store.LogAsync(Samples.RunId(1), new() { Parameters = texts, Tags = texts, Inputs = [input], Metrics = [new(Samples.Awkward, 1, 0, Samples.Noon)] }, Cancel);
        await store.EndRunAsync(Samples.RunId(1), RunStatus.Failed, Samples.Noon.AddHours(1), large, Cancel);
        var run = await FindAsync(store, 1);
        Assert.Equal(texts.OrderBy(t => t.Key, StringComparer.Ordinal), run.Parameters.OrderBy(t => t.Key, StringComparer.Ordinal));
        Assert.Equal(texts.OrderBy(t => t.Key, StringComparer.Ordinal), run.Tags.OrderBy(t => t.Key, StringComparer.Ordinal));
        Assert.Equal([input], run.Inputs);
        Assert.Equal(1, run.Metrics[Samples.Awkward].Value);
        Assert.Single(await HistoryAsync(store, Samples.Awkward));
        Assert.Equal(large, run.Error);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.MaxValue)]
    [InlineData(double.MinValue)]
    [InlineData(double.Epsilon)]
    [InlineData(0.1 + 0.2)]
    [InlineData(9007199254740993d)]
    [InlineData(0d)]
    public async Task A_metric_may_be_any_number(double value)
    {
        var store = await StartedAsync();
        await store.LogAsync(Samples.RunId(1), new() { Metrics = [new("m", value, long.MaxValue, Samples.Noon), new("m", value, long.MinValue, Samples.Noon)] }, Cancel);
        Assert.Equal(new Metric("m", value, long.MaxValue, Samples.Noon), (await FindAsync(store, 1)).Metrics["m"]);
        Assert.Equal(
            [new("m", value, long.MinValue, Samples.Noon), new("m", value, long.MaxValue, Samples.Noon)],
            await HistoryAsync(store, "m"));
    }

    [Fact]
    public async Task The_history_of_a_metric_is_ordered_and_its_last_value_is_the_latest()
    {
        var store = await StartedAsync();
        Metric[] ordered =
        [
            new("loss", 9, -1, Samples.Noon.AddDays(1)),
            new("loss", double.NaN, 0, Samples.Noon),
            new("loss", double.NegativeInfinity, 0, Samples.Noon),
            new("loss", 1, 0, Samples.Noon),
            new("loss", double.PositiveInfinity, 0, Samples.Noon),
            new("loss", -5, 0, Samples.Noon.AddMicroseconds(1)),
            new("loss", double.NaN, 1, Samples.Noon.AddDays(-1)),
            new("loss", 0.5, 1, Samples.Noon.AddDays(-1)),
        ];
        foreach (var index in (int[])[5, 7, 0, 3, 6, 1, 4, 2])
        {
            await store.LogAsync(Samples.RunId(1), Metrics(ordered[index]), Cancel);
        }

        Assert.Equal(ordered, await HistoryAsync(store, "loss"));
        Assert.Equal(ordered[^1], (await FindAsync(store, 1)).Metrics["loss"]);
        Assert.Equal(ordered[^1], Assert.Single((await store.SearchRunsAsync(new(), Cancel)).Items).Metrics["loss"]);
        Assert.Empty(await HistoryAsync(store, "Loss"));
    }

    [Fact]
    public async Task A_later_NaN_is_the_latest_value()
    {
        var store = await StartedAsync();
        await store.LogAsync(Samples.RunId(1), Metrics(new("loss", 5, 1, Samples.Noon), new("loss", double.NaN, 2, Samples.Noon), new("loss", 9, 0, Samples.Noon)), Cancel);
        await store.LogAsync(Samples.RunId(1), Metrics(new("loss", 7, 1, Samples.Noon)), Cancel);
        Assert.True(double.IsNaN((await FindAsync(store, 1)).Metrics["loss"].Value));
    }

    [Fact]
    public async Task The_same_value_of_a_metric_twice_is_one()
    {
        var store = await StartedAsync();
        var entries = Metrics(new("m", double.NaN, 1, Samples.Noon), new("m", double.NaN, 1, Samples.Noon), new("m", 2, 1, Samples.Noon), new("m", 2, 1, Samples.Noon));
        await store.LogAsync(Samples.RunId(1), entries, Cancel);
        await store.LogAsync(Samples.RunId(1), entries, Cancel);
        Assert.Equal(2, (await HistoryAsync(store, "m")).Count);
    }

    [Fact]
    public async Task A_parameter_keeps_its_value_and_a_refused_call_leaves_nothing()
    {
        var store = await StartedAsync();
        await store.LogAsync(Samples.RunId(1), new() { Parameters = new Dictionary<string, string> { ["trees"] = "100" } }, Cancel);
        await store.LogAsync(Samples.RunId(1), new() { Parameters = new Dictionary<string, string> { ["trees"] = "100", ["leaves"] = "20" } }, Cancel);
        var refused = new RunEntries
        {
            Parameters = new Dictionary<string, string> { ["a"] = "1", ["trees"] = "200", ["z"] = "1" },
            Metrics = [new("m", 1, 0, Samples.Noon)],
            Tags = new Dictionary<string, string> { ["t"] = "1" },
            Inputs = [new("d", "f", "training")],
        };
        var error = await Assert.ThrowsAsync<ConflictException>(() => store.LogAsync(Samples.RunId(1), refused, Cancel));
        Assert.Contains("trees", error.Message, StringComparison.Ordinal);
        var run = await FindAsync(store, 1);
        Assert.Equal(["100", "20"], [run.Parameters["trees"], run.Parameters["leaves"]]);
        Assert.Equal(2, run.Parameters.Count);
        Assert.Empty(run.Metrics);
        Assert.Empty(run.Tags);
        Assert.Empty(run.Inputs);
        Assert.Empty(await HistoryAsync(store, "m"));
    }

    [Fact]
    public async Task A_tag_takes_the_new_value()
    {
        var store = await StartedAsync();
        foreach (var value in (string[])["first", "second"])
        {
            await store.LogAsync(Samples.RunId(1), new() { Tags = new Dictionary<string, string> { ["owner"] = value } }, Cancel);
        }

        Assert.Equal("second", Assert.Single((await FindAsync(store, 1)).Tags).Value);
    }

    [Fact]
    public async Task A_dataset_in_one_context_is_recorded_once()
    {
        var store = await StartedAsync();
        DatasetInput[] inputs = [new("z", "1", "training"), new("a", "1", "training"), new("a", "1", "holdout"), new("a", "2", "holdout")];
        await store.LogAsync(Samples.RunId(1), new() { Inputs = [inputs[0], inputs[0], inputs[1]] }, Cancel);
        await store.LogAsync(Samples.RunId(1), new() { Inputs = inputs }, Cancel);
        Assert.Equal(inputs, (await FindAsync(store, 1)).Inputs);
    }

    [Theory]
    [InlineData(RunStatus.Finished, null)]
    [InlineData(RunStatus.Failed, Samples.Awkward)]
    [InlineData(RunStatus.Killed, "")]
    public async Task The_end_of_a_run_is_recorded(RunStatus status, string? error)
    {
        var store = await StartedAsync();
        await store.EndRunAsync(Samples.RunId(1), status, Samples.Noon.AddHours(1), error, Cancel);
        var run = await FindAsync(store, 1);
        Assert.Equal((status, Samples.Noon.AddHours(1), error), (run.Status, run.EndedAt, run.Error));
    }

    [Fact]
    public async Task A_run_cannot_end_as_running()
    {
        var store = await StartedAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.EndRunAsync(Samples.RunId(1), RunStatus.Running, Samples.Noon, null, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.EndRunAsync(Samples.RunId(1), (RunStatus)99, Samples.Noon, null, Cancel));
        Assert.Null((await FindAsync(store, 1)).EndedAt);
    }

    [Fact]
    public async Task Runs_are_listed_newest_first()
    {
        var store = await CreateAsync();
        await store.StartRunAsync(Samples.Run(1), Cancel);
        await store.StartRunAsync(Samples.Run(3), Cancel);
        await store.StartRunAsync(Samples.Run(2), Cancel);
        await store.StartRunAsync(Samples.Run(9, after: TimeSpan.FromMicroseconds(-1)), Cancel);
        await store.StartRunAsync(Samples.Run(0, after: TimeSpan.FromMicroseconds(1)), Cancel);
        Assert.Equal([0, 1, 2, 3, 9], await ListAsync(store, new()));
        Assert.Equal([0, 1], await ListAsync(store, new() { Limit = 2 }));
    }

    [Fact]
    public async Task Runs_are_found_by_experiment_status_and_tags()
    {
        var store = await CreateAsync();
        for (var i = 1; i <= 8; i++)
        {
            await store.StartRunAsync(Samples.Run(i, (i & 1) == 0 ? "even" : "odd"), Cancel);
            await store.LogAsync(Samples.RunId(i), new() { Tags = new Dictionary<string, string> { ["half"] = (i <= 4).ToString(), ["'odd name'"] = Samples.Awkward } }, Cancel);
            if (i % 3 == 0) await store.EndRunAsync(Samples.RunId(i), RunStatus.Finished, Samples.Noon, null, Cancel);
        }

        Assert.Equal([2, 4, 6, 8], await ListAsync(store, new() { Experiment = "even" }));
        Assert.Equal([3, 6], await ListAsync(store, new() { Status = RunStatus.Finished }));
        var tags = new Dictionary<string, string> { ["half"] = "True", ["'odd name'"] = Samples.Awkward };
        Assert.Equal([1, 2, 3, 4], await ListAsync(store, new() { Tags = tags }));
        Assert.Equal([3], await ListAsync(store, new() { Tags = tags, Experiment = "odd", Status = RunStatus.Finished }));
        Assert.Equal([1], await ListAsync(store, new() { Tags = tags, Experiment = "odd", Limit = 1 }));
        Assert.Empty(await ListAsync(store, new() { Tags = new Dictionary<string, string> { ["half"] = "' OR 1=1 --" } }));
        Assert.Empty(await ListAsync(store, new() { Tags = new Dictionary<string, string> { ["half"] = "true" } }));
        Assert.Empty(await ListAsync(store, new() { Experiment = "' OR 1=1 --" }));
        Assert.Empty(await ListAsync(store, new() { Experiment = "Even" }));
    }

    [Fact]
    public async Task A_listed_run_has_all_its_parts_and_none_of_another()
    {
        var store = await CreateAsync();
        for (var i = 1; i <= 3; i++)
        {
            var text = i.ToString(CultureInfo.InvariantCulture);
            await store.StartRunAsync(Samples.Run(i), Cancel);
            await store.LogAsync(
                Samples.RunId(i),
                new()
                {
                    Parameters = new Dictionary<string, string> { ["p"] = text },
                    Tags = new Dictionary<string, string> { ["t"] = text },
                    Metrics = [new("m", i, 0, Samples.Noon)],
                    Inputs = [new("d", text, "training")],
                },
                Cancel);
        }

        var listed = (await store.SearchRunsAsync(new() { Limit = 2 }, Cancel)).Items;
        Assert.Equal(["1", "2"], listed.Select(r => Assert.Single(r.Parameters).Value));
        Assert.Equal(["1", "2"], listed.Select(r => Assert.Single(r.Tags).Value));
        Assert.Equal([1d, 2d], listed.Select(r => Assert.Single(r.Metrics).Value.Value));
        Assert.Equal(["1", "2"], listed.Select(r => Assert.Single(r.Inputs).Fingerprint));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(50_001)]
    [InlineData(int.MaxValue)]
    public async Task A_limit_that_makes_no_sense_is_refused(int limit)
    {
        var store = await StartedAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.SearchRunsAsync(new() { Limit = limit }, Cancel));
    }

    [Fact]
    public async Task Experiments_can_be_listed_by_name()
    {
        var store = await CreateAsync();
        string[] names = ["Zebra", "apple", "b a", "b-a", "éclair", "東京"];
        for (var i = 0; i < names.Length; i++) await store.StartRunAsync(Samples.Run(i, names[(i * 5) % 6]), Cancel);
        var experiments = (await store.SearchExperimentsAsync(new() { OrderBy = ["name"], Filter = "name != 'Default'" }, Cancel)).Items;
        Assert.Equal(names, experiments.Select(e => e.Name));
        Assert.Equal(6, experiments.Select(e => e.Id).Distinct().Count());
    }

    [Fact]
    public async Task Another_process_sees_what_is_recorded()
    {
        var (first, second) = (await CreateAsync(), await CreateAsync());
        await first.StartRunAsync(Samples.Run(1), Cancel);
        await second.LogAsync(Samples.RunId(1), Metrics(new("m", 1, 0, Samples.Noon)), Cancel);
        await first.EndRunAsync(Samples.RunId(1), RunStatus.Finished, Samples.Noon, null, Cancel);
        Assert.Equal(1, (await FindAsync(first, 1)).Metrics["m"].Value);
        Assert.Equal(RunStatus.Finished, (await FindAsync(second, 1)).Status);
    }

    [Fact]
    public async Task A_batch_of_ten_thousand_values_is_recorded_as_a_whole()
    {
        var store = await StartedAsync();
        await store.LogAsync(Samples.RunId(1), new() { Metrics = [.. Enumerable.Range(0, 10_000).Select(i => new Metric("loss", 1d / (i + 1), i, Samples.Noon.AddSeconds(i)))] }, Cancel);
        var history = await HistoryAsync(store, "loss");
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => (long)i), history.Select(m => m.Step));
        Assert.Equal(9_999, (await FindAsync(store, 1)).Metrics["loss"].Step);
    }

    [Fact]
    public async Task Many_writers_at_once_lose_nothing()
    {
        IMetadataStore[] stores = [await CreateAsync(), await CreateAsync()];
        await Samples.InParallel(16, async writer =>
        {
            var store = stores[writer % 2];
            await store.StartRunAsync(Samples.Run(1), Cancel);
            for (var step = 0; step < 10; step++)
            {
                await store.LogAsync(
                    Samples.RunId(1),
                    new()
                    {
                        Metrics = [new("m", writer, step, Samples.Noon)],
                        Tags = new Dictionary<string, string> { [$"t{writer}-{step}"] = "x" },
                        Parameters = new Dictionary<string, string> { ["shared"] = "x", [$"p{writer}-{step}"] = "x" },
                        Inputs = [new("shared", "x", "training")],
                    },
                    Cancel);
            }

            return writer;
        });
        var run = await FindAsync(stores[0], 1);
        Assert.Equal((160, 161), (run.Tags.Count, run.Parameters.Count));
        Assert.Single(run.Inputs);
        Assert.Equal((9, 15d), (run.Metrics["m"].Step, run.Metrics["m"].Value));
        Assert.Equal(160, (await HistoryAsync(stores[1], "m")).Count);
        Assert.Single(await ExperimentsAsync(stores[0]));
    }

    [Fact]
    public async Task Of_several_values_for_one_parameter_exactly_one_wins()
    {
        IMetadataStore[] stores = [await CreateAsync(), await CreateAsync()];
        await stores[0].StartRunAsync(Samples.Run(1), Cancel);
        var winners = await Samples.InParallel(16, async writer =>
        {
            try
            {
                var value = writer.ToString(CultureInfo.InvariantCulture);
                await stores[writer % 2].LogAsync(Samples.RunId(1), new() { Parameters = new Dictionary<string, string> { ["p"] = value } }, Cancel);
                return value;
            }
            catch (ConflictException)
            {
                return null;
            }
        });
        Assert.Equal(Assert.Single(winners, w => w is not null), (await FindAsync(stores[0], 1)).Parameters["p"]);
    }

    [Fact]
    public async Task A_cancelled_call_records_nothing()
    {
        var store = await StartedAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.StartRunAsync(Samples.Run(2), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.LogAsync(Samples.RunId(1), Metrics(new("m", 1, 0, Samples.Noon)), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.EndRunAsync(Samples.RunId(1), RunStatus.Finished, Samples.Noon, null, cancelled));
        Assert.Null(await store.FindRunAsync(Samples.RunId(2), Cancel));
        var run = await FindAsync(store, 1);
        Assert.Empty(run.Metrics);
        Assert.Equal(RunStatus.Running, run.Status);
    }

    private static async Task<IReadOnlyList<Metric>> HistoryAsync(IMetadataStore store, string metric) => (await store.GetMetricHistoryAsync(Samples.RunId(1), metric, cancellationToken: Cancel)).Items;

    // All but the default one, which every store has.
    private static async Task<List<Experiment>> ExperimentsAsync(IMetadataStore store) =>
        [.. (await store.SearchExperimentsAsync(new() { View = LifecycleView.All }, Cancel)).Items.Where(e => e.Id != Experiment.DefaultId)];

    private static RunEntries Metrics(Metric first, params Metric[] others) => new() { Metrics = [first, .. others] };

    private static async Task<Run> FindAsync(IMetadataStore store, int number)
    {
        var run = await store.FindRunAsync(Samples.RunId(number), Cancel);
        Assert.NotNull(run);
        return run;
    }

    private static async Task<List<int>> ListAsync(IMetadataStore store, RunQuery query) =>
        [.. (await store.SearchRunsAsync(query, Cancel)).Items.Select(r => int.Parse(r.Id, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];

    private async Task<IMetadataStore> StartedAsync()
    {
        var store = await CreateAsync();
        await store.StartRunAsync(Samples.Run(1), Cancel);
        return store;
    }
}
