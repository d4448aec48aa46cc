using System.Globalization;
using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

public abstract partial class MetadataStoreConformance
{
    // Runs 1 to 6: metric m is 1, 2.5, NaN, infinite, minus infinite, missing; the parameter and the tag of run 6 are missing too.
    [Theory]
    [InlineData("metrics.m > 2", "2,4")]
    [InlineData("metrics.m >= 2.5", "2,4")]
    [InlineData("metrics.m < 2.5", "1,5")]
    [InlineData("metrics.m <= 2.5e0", "1,2,5")]
    [InlineData("metrics.m = 1", "1")]
    [InlineData("metrics.m = 0", "")]
    [InlineData("metrics.m != 1", "2,3,4,5")]
    [InlineData("metrics.m = Infinity", "4")]
    [InlineData("metrics.m = -Infinity", "5")]
    [InlineData("metrics.m = NaN", "3")]
    [InlineData("metrics.m != NaN", "1,2,4,5")]
    [InlineData("metrics.m > NaN", "")]
    [InlineData("metrics.m < 1e999", "1,2,5")]
    [InlineData("NOT metrics.m > 2", "1,3,5,6")]
    [InlineData("metrics.unknown > 0", "")]
    [InlineData("NOT metrics.unknown > 0", "1,2,3,4,5,6")]
    [InlineData("metrics.M > 0", "")]
    [InlineData("metrics.`1/awk ward` = 7", "1")]
    [InlineData("params.p = 'Apple'", "1")]
    [InlineData("params.p = \"Apple\"", "1")]
    [InlineData("params.p = 'apple'", "")]
    [InlineData("params.p != 'Apple'", "2,3,4,5")]
    [InlineData("params.p LIKE 'A%'", "1,5")]
    [InlineData("params.p LIKE 'a%'", "2")]
    [InlineData("params.p LIKE '_pple'", "1")]
    [InlineData("params.p LIKE '%'", "1,2,3,4,5")]
    [InlineData("params.p LIKE ''", "3")]
    [InlineData("params.p LIKE 'a*%'", "")]
    [InlineData("params.p LIKE '%*%'", "4")]
    [InlineData("params.p LIKE '%[x]?\\%'", "4")]
    [InlineData("params.p LIKE 'ALLES \\_'", "")]
    [InlineData("params.p ILIKE 'a%'", "1,2,5")]
    [InlineData("params.p ILIKE '%GRÖ_E_東%'", "2")]
    [InlineData("NOT params.p ILIKE 'a%'", "3,4,6")]
    [InlineData("params.p IN ('Apple', '')", "1,3")]
    [InlineData("params.p NOT IN ('Apple', '')", "2,4,5")]
    [InlineData("NOT params.p IN ('Apple', '')", "2,4,5,6")]
    [InlineData("tags.odd = 'true'", "1,3,5")]
    [InlineData("tags.`it's a \"tag\"` = 'x'", "1")]
    [InlineData("tags.\"it's a \"\"tag\"\"\" LIKE 'x%'", "1")]
    [InlineData("tags.odd = ''' OR 1=1 --'", "")]
    [InlineData("tags.mlflow.parentRunId = '00000000000000000000000000000001'", "2")]
    [InlineData("run_id = '00000000000000000000000000000002'", "2")]
    [InlineData("attributes.run_id IN ('00000000000000000000000000000002', '00000000000000000000000000000004')", "2,4")]
    [InlineData("run_id NOT IN ('00000000000000000000000000000002')", "1,3,4,5,6")]
    [InlineData("run_name LIKE 'run %'", "1,2,3,4,5,6")]
    [InlineData("attributes.`Run name` = 'run 3'", "3")]
    [InlineData("status = 'RUNNING'", "1,2,3,4")]
    [InlineData("status = 'FINISHED' OR status = 'FAILED'", "5,6")]
    [InlineData("status = 'Finished'", "")]
    [InlineData("status ILIKE 'fin%'", "5")]
    [InlineData("user_id = 'ann'", "1")]
    [InlineData("user_id != 'ann'", "2")]
    [InlineData("NOT user_id = 'ann'", "2,3,4,5,6")]
    [InlineData("artifact_uri LIKE 's3://bucket/here/%/artifacts'", "1,2,3,4,5,6")]
    [InlineData("lifecycle_stage = 'active'", "1,2,3,4,5,6")]
    [InlineData("start_time = 988718400001", "2")]
    [InlineData("start_time > 988718400001", "3,4,5,6")]
    [InlineData("start_time <= 988718400001", "1,2")]
    [InlineData("start_time != 988718400001", "1,3,4,5,6")]
    [InlineData("created < 988718400002", "1,2")]
    [InlineData("end_time >= 988722000000", "5,6")]
    [InlineData("end_time != 988722000000", "6")]
    [InlineData("NOT end_time > 0", "1,2,3,4")]
    [InlineData("start_time > 1e300", "")]
    [InlineData("datasets.name = 'flights'", "1,2")]
    [InlineData("dataset.digest = 'd2' AND dataset.name = 'flights'", "2")]
    [InlineData("dataset.context IN ('holdout')", "2")]
    [InlineData("dataset.name != 'flights'", "2")]
    [InlineData("dataset.name LIKE 'w%'", "2")]
    [InlineData("NOT dataset.name = 'flights'", "3,4,5,6")]
    [InlineData("metrics.m > 0 AND params.p = 'Apple' AND tags.odd = 'true'", "1")]
    [InlineData("metrics.m = 1 OR params.p = '' OR tags.odd = 'false'", "1,2,3,4")]
    [InlineData("(metrics.m = 1 OR metrics.m = 2.5) AND tags.odd = 'false'", "2")]
    [InlineData("metrics.m = 1 OR metrics.m = 2.5 AND tags.odd = 'false'", "1,2")]
    [InlineData("NOT (metrics.m = 1 OR metrics.m = 2.5)", "3,4,5,6")]
    [InlineData("NOT NOT metrics.m = 1", "1")]
    public async Task A_filter_finds(string filter, string expected)
    {
        var store = await SearchedAsync();
        Assert.Equal(expected, await FoundAsync(store, new() { Filter = filter }));
    }

    // NaN after numbers, missing last, in both directions; then the newest first, which is run 6.
    [Theory]
    [InlineData("metrics.m", "5,1,2,4,3,6")]
    [InlineData("metrics.m DESC", "4,2,1,5,3,6")]
    [InlineData("params.p", "3,1,5,2,4,6")]
    [InlineData("params.p DESC", "4,2,5,1,3,6")]
    [InlineData("attributes.start_time ASC", "1,2,3,4,5,6")]
    [InlineData("start_time DESC", "6,5,4,3,2,1")]
    [InlineData("end_time", "5,6,4,3,2,1")]
    [InlineData("end_time DESC", "6,5,4,3,2,1")]
    [InlineData("user_id", "1,2,6,5,4,3")]
    [InlineData("status", "6,5,4,3,2,1")]
    [InlineData("tags.odd|metrics.m DESC", "4,2,1,5,3,6")]
    [InlineData("tags.odd DESC|run_id DESC", "5,3,1,4,2,6")]
    [InlineData("run_name DESC", "6,5,4,3,2,1")]
    [InlineData("tags.unknown", "6,5,4,3,2,1")]
    [InlineData("metrics.unknown|run_id", "1,2,3,4,5,6")]
    [InlineData("artifact_uri", "1,2,3,4,5,6")]
    public async Task An_order_is_kept_over_pages_of_every_size(string orderBy, string expected)
    {
        var store = await SearchedAsync();
        for (var size = 1; size <= 7; size++)
        {
            Assert.Equal(expected, string.Join(',', await PagesAsync(store, new() { OrderBy = orderBy.Split('|'), Limit = size })));
        }
    }

    [Fact]
    public async Task Pages_go_through_what_was_there_once_while_runs_come_and_go()
    {
        var store = await CreateAsync();
        for (var i = 10; i < 30; i++) await store.StartRunAsync(Samples.Run(i, after: TimeSpan.FromSeconds(i / 3)), Cancel);
        List<int> seen = [];
        string? after = null;
        for (var page = 0; ; page++)
        {
            var found = await store.SearchRunsAsync(new() { Limit = 3, After = after }, Cancel);
            seen.AddRange(found.Items.Select(NumberOf));
            if ((after = found.Next) is null) break;
            await store.StartRunAsync(Samples.Run(100 + page, after: TimeSpan.FromHours(1)), Cancel); // before the page
            if (seen.Count == 9) await store.ChangeRunAsync(Samples.RunId(seen[0]), new(Samples.Noon) { IsDeleted = true }, Cancel);
        }

        Assert.Equal(Enumerable.Range(10, 20), seen.Order());
    }

    [Fact]
    public async Task The_last_page_says_that_it_is_the_last()
    {
        var store = await SearchedAsync();
        Assert.Null((await store.SearchRunsAsync(new() { Limit = 6 }, Cancel)).Next);
        Assert.NotNull((await store.SearchRunsAsync(new() { Limit = 5 }, Cancel)).Next);
        Assert.Null((await store.SearchRunsAsync(new() { Filter = "run_id = 'none'" }, Cancel)).Next);
    }

    [Fact]
    public async Task A_page_of_another_search_is_refused()
    {
        var store = await SearchedAsync();
        var next = (await store.SearchRunsAsync(new() { Limit = 1, Filter = "tags.odd = 'true'" }, Cancel)).Next;
        RunQuery[] others = [new(), new() { Filter = "tags.odd = 'false'" }, new() { Filter = "tags.odd = 'true'", OrderBy = ["run_id"] }, new() { Filter = "tags.odd = 'true'", View = LifecycleView.All }];
        foreach (var query in others) await Assert.ThrowsAsync<SearchException>(() => store.SearchRunsAsync(query with { After = next }, Cancel));
        await Assert.ThrowsAsync<SearchException>(() => store.SearchRunsAsync(new() { After = "no page" }, Cancel));
        await Assert.ThrowsAsync<SearchException>(() => store.SearchExperimentsAsync(new() { After = next }, Cancel));
        Assert.Equal([3], (await store.SearchRunsAsync(new() { Limit = 1, Filter = "tags.odd = 'true'", After = next, Parts = RunParts.None }, Cancel)).Items.Select(NumberOf));
    }

    [Theory]
    [InlineData("metrics.m >")]
    [InlineData("foo = 'x'")]
    [InlineData("tags.a = 'x'; DELETE FROM runs")]
    public async Task A_filter_that_is_not_understood_says_where(string filter)
    {
        var store = await CreateAsync();
        Assert.NotNull((await Assert.ThrowsAsync<SearchException>(() => store.SearchRunsAsync(new() { Filter = filter }, Cancel))).Position);
        Assert.NotNull((await Assert.ThrowsAsync<SearchException>(() => store.SearchExperimentsAsync(new() { Filter = filter }, Cancel))).Position);
        await Assert.ThrowsAsync<SearchException>(() => store.SearchRunsAsync(new() { OrderBy = ["run_id", "run_id"] }, Cancel));
        await Assert.ThrowsAsync<SearchException>(() => store.SearchRunsAsync(new() { OrderBy = ["datasets.name"] }, Cancel));
    }

    [Fact]
    public async Task The_largest_filter_is_answered()
    {
        var store = await SearchedAsync();
        var some = string.Join(" OR ", Enumerable.Range(0, SearchLimits.Comparisons / 2).Select(i => $"params.p = 'no {i}' OR metrics.m = {i + 10}"));
        Assert.Equal(string.Empty, await FoundAsync(store, new() { Filter = some }));
        var list = string.Join(", ", Enumerable.Range(0, SearchLimits.Values - 1).Select(i => $"'{i}'"));
        Assert.Equal("1", await FoundAsync(store, new() { Filter = $"params.p IN ({list}, 'Apple')" }));
        var deep = string.Concat(Enumerable.Repeat("(NOT ", SearchLimits.Depth / 2)) + "metrics.m = 1" + new string(')', SearchLimits.Depth / 2);
        Assert.Equal("2,3,4,5,6", await FoundAsync(store, new() { Filter = deep }));
    }

    [Fact]
    public async Task A_search_loads_only_what_is_asked_for()
    {
        var store = await SearchedAsync();
        await store.LogAsync(Samples.RunId(2), new() { Artifacts = new Dictionary<string, ArtifactRef> { ["a"] = new(Sha256.Hex("a"), 1) } }, Cancel);
        foreach (var parts in (RunParts[])[RunParts.None, RunParts.Metrics, RunParts.Parameters, RunParts.Tags, RunParts.Inputs, RunParts.Artifacts, RunParts.All])
        {
            var run = Assert.Single((await store.SearchRunsAsync(new() { Filter = "run_name = 'run 2'", Parts = parts }, Cancel)).Items);
            Assert.Equal("run 2", run.Name);
            Assert.Equal(
                (parts.HasFlag(RunParts.Metrics), parts.HasFlag(RunParts.Parameters), parts.HasFlag(RunParts.Tags), parts.HasFlag(RunParts.Inputs), parts.HasFlag(RunParts.Artifacts)),
                (run.Metrics.Count > 0, run.Parameters.Count > 0, run.Tags.Count > 0, run.Inputs.Count > 0, run.Artifacts.Count > 0));
        }
    }

    [Fact]
    public async Task A_search_loads_only_the_metrics_that_are_named()
    {
        var store = await StartedAsync();
        await store.LogAsync(Samples.RunId(1), new() { Metrics = [.. Enumerable.Range(0, 600).Select(i => new Metric($"m{i}", i, 0, Samples.Noon))] }, Cancel);
        await AssertLoadedAsync(["m7", "M8", "none"], 7);
        await AssertLoadedAsync([]);
        await AssertLoadedAsync([.. Enumerable.Range(1, 599).Select(i => $"m{i}")], [.. Enumerable.Range(1, 599).Select(i => (double)i)]);

        async Task AssertLoadedAsync(string[] names, params double[] values) =>
            Assert.Equal(values, Assert.Single((await store.SearchRunsAsync(new() { MetricNames = names }, Cancel)).Items).Metrics.Values.Select(m => m.Value).Order());
    }

    [Fact]
    public async Task A_search_looks_at_the_latest_value_of_a_metric()
    {
        var store = await StartedAsync();
        await store.LogAsync(Samples.RunId(1), Metrics(new("m", 1, 2, Samples.Noon), new Metric("m", 9, 1, Samples.Noon)), Cancel);
        Assert.Equal(string.Empty, await FoundAsync(store, new() { Filter = "metrics.m = 9" }));
        await store.LogAsync(Samples.RunId(1), Metrics(new("m", 9, 3, Samples.Noon)), Cancel);
        Assert.Equal("1", await FoundAsync(store, new() { Filter = "metrics.m = 9" }));
    }

    [Fact]
    public async Task Runs_are_searched_in_several_experiments()
    {
        var store = await CreateAsync();
        for (var i = 1; i <= 6; i++) await store.StartRunAsync(Samples.Run(i, $"e{i % 3}"), Cancel);
        var ids = (await ExperimentsAsync(store)).ToDictionary(e => e.Name, e => e.Id);
        Assert.Equal("1,2,4,5", await FoundAsync(store, new() { ExperimentIds = [ids["e1"], ids["e2"], "12345", "none", " 1", "", "' OR 1=1 --"] }));
        Assert.Equal("3,6", await FoundAsync(store, new() { ExperimentIds = [ids["e0"]] }));
        Assert.Equal("1,4", await FoundAsync(store, new() { ExperimentIds = [ids["e0"], ids["e1"]], Experiment = "e1" }));
        Assert.Equal("1,4", await FoundAsync(store, new() { Filter = $"experiment_id = '{ids["e1"]}'" }));
        Assert.Equal(string.Empty, await FoundAsync(store, new() { ExperimentIds = [] }));
        Assert.Equal(string.Empty, await FoundAsync(store, new() { ExperimentIds = ["none"] }));
        Assert.Equal("1,2,3,4,5,6", await FoundAsync(store, new() { ExperimentIds = null }));
    }

    private static int NumberOf(Run run) => int.Parse(run.Id, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static async Task<string> FoundAsync(IMetadataStore store, RunQuery query) =>
        string.Join(',', (await store.SearchRunsAsync(query, Cancel)).Items.Select(NumberOf).Order());

    private static async Task<List<int>> PagesAsync(IMetadataStore store, RunQuery query)
    {
        List<int> seen = [];
        for (string? after = null; ;)
        {
            var page = await store.SearchRunsAsync(query with { After = after }, Cancel);
            Assert.InRange(page.Items.Count, 1, query.Limit);
            seen.AddRange(page.Items.Select(NumberOf));
            if ((after = page.Next) is null) return seen;
        }
    }

    private async Task<IMetadataStore> SearchedAsync()
    {
        var store = await CreateAsync();
        var experiment = await store.CreateExperimentAsync(new("searched", Samples.Noon) { ArtifactLocation = "s3://bucket/here/" }, Cancel);
        double?[] metrics = [1, 2.5, double.NaN, double.PositiveInfinity, double.NegativeInfinity, null];
        string?[] parameters = ["Apple", "a größe 東京", "", "c * d [x]?\\ é", "Avocado", null];
        for (var i = 1; i <= 6; i++)
        {
            await store.StartRunAsync(new(Samples.RunId(i), "", $"run {i}", Samples.Noon.AddMilliseconds(i - 1).AddMicroseconds(100)) { ExperimentId = experiment.Id, User = i switch { 1 => "ann", 2 => "bob", _ => null } }, Cancel);
            var entries = new RunEntries();
            if (metrics[i - 1] is { } metric) entries = entries with { Metrics = [new("m", metric, 0, Samples.Noon)] };
            if (parameters[i - 1] is { } text)
            {
                entries = entries with { Parameters = new Dictionary<string, string> { ["p"] = text }, Tags = new Dictionary<string, string> { ["odd"] = (i % 2 == 1).ToString().ToLowerInvariant() } };
            }

            await store.LogAsync(Samples.RunId(i), entries, Cancel);
        }

        await store.LogAsync(Samples.RunId(1), new() { Metrics = [new("1/awk ward", 7, 0, Samples.Noon)], Tags = new Dictionary<string, string> { ["it's a \"tag\""] = "x" }, Inputs = [new("flights", "d1", "training")] }, Cancel);
        await store.LogAsync(Samples.RunId(2), new() { Tags = new Dictionary<string, string> { [RunTags.Parent] = Samples.RunId(1) }, Inputs = [new("flights", "d2", "training"), new("weather", "d3", "holdout")] }, Cancel);
        await store.EndRunAsync(Samples.RunId(5), RunStatus.Finished, Samples.Noon.AddHours(1), null, Cancel);
        await store.EndRunAsync(Samples.RunId(6), RunStatus.Failed, Samples.Noon.AddHours(2), "why", Cancel);
        return store;
    }
}
