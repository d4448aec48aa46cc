using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

public abstract partial class MetadataStoreConformance
{
    [Fact]
    public async Task Every_store_has_the_default_experiment()
    {
        var store = await CreateAsync();
        var found = await store.FindExperimentAsync(Experiment.DefaultId, Cancel);
        Assert.Equal((Experiment.DefaultId, Experiment.DefaultName), (found!.Id, found.Name));
        Assert.Null(found.DeletedAt);
        Assert.Equal("0", (await store.FindExperimentByNameAsync("Default", Cancel))!.Id);
        await store.StartRunAsync(new(Samples.RunId(1), Experiment.DefaultName, "n", Samples.Noon), Cancel);
        await store.StartRunAsync(new(Samples.RunId(2), null!, "n", Samples.Noon) { ExperimentId = "0" }, Cancel);
        Assert.Equal("1,2", await FoundAsync(store, new() { ExperimentIds = ["0"] }));
        Assert.Empty(await ExperimentsAsync(store));
    }

    [Fact]
    public async Task An_experiment_is_found_as_it_was_created()
    {
        var store = await CreateAsync();
        var created = await store.CreateExperimentAsync(
            new(Samples.Awkward, Samples.Noon.AddTicks(7)) { ArtifactLocation = "s3://bucket/é", Tags = new Dictionary<string, string> { [Samples.Awkward] = Samples.Awkward, ["empty"] = "" } }, Cancel);
        Assert.Equal((Samples.Awkward, Samples.Noon, Samples.Noon, "s3://bucket/é"), (created.Name, created.CreatedAt, created.UpdatedAt, created.ArtifactLocation));
        Assert.Equal((Samples.Awkward, ""), (created.Tags[Samples.Awkward], created.Tags["empty"]));
        foreach (var found in (Experiment?[])[await store.FindExperimentAsync(created.Id, Cancel), await store.FindExperimentByNameAsync(Samples.Awkward, Cancel)])
        {
            Assert.Equal(Stored.Json(created), Stored.Json(found));
        }

        Assert.Null(await store.FindExperimentByNameAsync(Samples.Awkward + " ", Cancel));
        foreach (var id in (string[])["99", "", " 1", "+1", "01", "-1", "one", "1; DROP TABLE runs", "99999999999999999999"]) Assert.Null(await store.FindExperimentAsync(id, Cancel));
    }

    [Fact]
    public async Task The_name_of_an_experiment_is_taken_once_also_by_a_deleted_one()
    {
        var store = await CreateAsync();
        var first = await store.CreateExperimentAsync(new("a", Samples.Noon), Cancel);
        var second = await store.CreateExperimentAsync(new("b", Samples.Noon), Cancel);
        Assert.NotEqual(first.Id, second.Id);
        await Assert.ThrowsAsync<ConflictException>(() => store.ChangeExperimentAsync(second.Id, new(Samples.Noon) { Name = "a", Tags = new Dictionary<string, string> { ["t"] = "x" } }, Cancel));
        Assert.Equal(Stored.Json(second), Stored.Json(await store.FindExperimentAsync(second.Id, Cancel)));
        await store.ChangeExperimentAsync(first.Id, new(Samples.Noon) { IsDeleted = true }, Cancel);
        await Assert.ThrowsAsync<ConflictException>(() => store.CreateExperimentAsync(new("a", Samples.Noon), Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => store.ChangeExperimentAsync(second.Id, new(Samples.Noon) { Name = "a" }, Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => store.StartRunAsync(Samples.Run(1, "a"), Cancel));
        Assert.Equal("b", (await store.ChangeExperimentAsync(second.Id, new(Samples.Noon) { Name = "b" }, Cancel)).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(null)]
    [InlineData("a\0b")]
    [InlineData("half (high) a pair")]
    public async Task An_experiment_needs_a_name(string? name)
    {
        name = Surrogates(name);
        var store = await CreateAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.CreateExperimentAsync(new(name!, Samples.Noon), Cancel));
        if (name is not null) await Assert.ThrowsAnyAsync<ArgumentException>(() => store.ChangeExperimentAsync("0", new(Samples.Noon) { Name = name }, Cancel));
        Assert.Empty(await ExperimentsAsync(store));
    }

    [Fact]
    public async Task An_experiment_is_changed_as_a_whole()
    {
        var store = await CreateAsync();
        var experiment = await store.CreateExperimentAsync(new("a", Samples.Noon) { Tags = new Dictionary<string, string> { ["keep"] = "1", ["change"] = "1", ["remove"] = "1", ["both"] = "1" } }, Cancel);
        var changed = await store.ChangeExperimentAsync(
            experiment.Id,
            new(Samples.Noon.AddHours(1)) { Name = "b", Tags = new Dictionary<string, string> { ["change"] = "2", ["both"] = "2" }, RemovedTags = ["remove", "both", "unknown"] },
            Cancel);
        Assert.Equal(("b", Samples.Noon, Samples.Noon.AddHours(1)), (changed.Name, changed.CreatedAt, changed.UpdatedAt));
        Assert.Equal(["both 2", "change 2", "keep 1"], changed.Tags.Select(t => $"{t.Key} {t.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(Stored.Json(changed), Stored.Json(await store.ChangeExperimentAsync(experiment.Id, new(Samples.Noon.AddHours(2)), Cancel)));
        await Assert.ThrowsAsync<NotFoundException>(() => store.ChangeExperimentAsync("99", new(Samples.Noon) { Name = "c" }, Cancel));
    }

    [Fact]
    public async Task A_deleted_experiment_takes_its_runs_along_and_brings_them_back()
    {
        var store = await CreateAsync();
        for (var i = 1; i <= 3; i++) await store.StartRunAsync(Samples.Run(i, i == 3 ? "other" : "e"), Cancel);
        await store.ChangeRunAsync(Samples.RunId(2), new(Samples.Noon) { IsDeleted = true }, Cancel);
        var id = (await store.FindExperimentByNameAsync("e", Cancel))!.Id;
        var later = Samples.Noon.AddHours(1);
        Assert.Equal(later, (await store.ChangeExperimentAsync(id, new(later) { IsDeleted = true }, Cancel)).DeletedAt);
        Assert.Equal(later, (await store.ChangeExperimentAsync(id, new(later.AddHours(1)) { IsDeleted = true }, Cancel)).DeletedAt);
        Assert.Equal("3", await FoundAsync(store, new()));
        Assert.Equal("1,2", await FoundAsync(store, new() { View = LifecycleView.Deleted }));
        Assert.Equal("1,2,3", await FoundAsync(store, new() { View = LifecycleView.All }));
        Assert.Equal("1,2", await FoundAsync(store, new() { View = LifecycleView.All, Filter = "lifecycle_stage = 'deleted'" }));
        Assert.Equal(later, (await FindAsync(store, 1)).DeletedAt);
        Assert.DoesNotContain((await store.SearchExperimentsAsync(new(), Cancel)).Items, e => e.Id == id);
        Assert.Equal([id], (await store.SearchExperimentsAsync(new() { View = LifecycleView.Deleted }, Cancel)).Items.Select(e => e.Id));
        await Assert.ThrowsAsync<ConflictException>(() => store.ChangeExperimentAsync(id, new(later) { Name = "new" }, Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => store.ChangeExperimentAsync(id, new(later) { Tags = new Dictionary<string, string> { ["a"] = "b" } }, Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => store.ChangeRunAsync(Samples.RunId(1), new(later) { IsDeleted = false }, Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => store.StartRunAsync(new(Samples.RunId(9), "", "n", Samples.Noon) { ExperimentId = id }, Cancel));

        var restored = await store.ChangeExperimentAsync(id, new(later.AddHours(2)) { IsDeleted = false, Name = "new" }, Cancel);
        Assert.Equal(("new", later.AddHours(2)), (restored.Name, restored.UpdatedAt));
        Assert.Null(restored.DeletedAt);
        Assert.Equal("1,3", await FoundAsync(store, new()));
        Assert.Equal("2", await FoundAsync(store, new() { View = LifecycleView.Deleted }));
    }

    [Fact]
    public async Task A_run_that_is_renamed_has_its_name_as_a_tag()
    {
        var store = await StartedAsync();
        await store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon) { Name = Samples.Awkward }, Cancel);
        var run = await FindAsync(store, 1);
        Assert.Equal((Samples.Awkward, Samples.Awkward), (run.Name, run.Tags[RunTags.Name]));
        await store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon) { Status = RunStatus.Finished }, Cancel);
        Assert.Equal(Samples.Awkward, (await FindAsync(store, 1)).Tags[RunTags.Name]);
    }

    [Fact]
    public async Task A_tag_that_names_a_run_renames_it_and_an_empty_one_does_not()
    {
        var store = await StartedAsync();
        await store.LogAsync(Samples.RunId(1), new() { Tags = new Dictionary<string, string> { [RunTags.Name] = "new", ["other"] = "x" } }, Cancel);
        Assert.Equal("new", (await FindAsync(store, 1)).Name);
        await store.LogAsync(Samples.RunId(1), new() { Tags = new Dictionary<string, string> { [RunTags.Name] = string.Empty } }, Cancel);
        Assert.Equal("new", (await FindAsync(store, 1)).Name);
    }

    [Fact]
    public async Task A_name_that_comes_with_a_refused_parameter_names_nothing()
    {
        var store = await StartedAsync();
        await store.LogAsync(Samples.RunId(1), new() { Parameters = new Dictionary<string, string> { ["p"] = "1" }, Tags = new Dictionary<string, string> { [RunTags.Name] = "before" } }, Cancel);
        await Assert.ThrowsAsync<ConflictException>(() => store.LogAsync(
            Samples.RunId(1), new() { Parameters = new Dictionary<string, string> { ["p"] = "2" }, Tags = new Dictionary<string, string> { [RunTags.Name] = "after" } }, Cancel));
        var run = await FindAsync(store, 1);
        Assert.Equal(("before", "before"), (run.Name, run.Tags[RunTags.Name]));
    }

    [Fact]
    public async Task A_deleted_run_is_kept_and_takes_nothing_more()
    {
        var store = await StartedAsync();
        await store.LogAsync(Samples.RunId(1), Metrics(new("m", 1, 0, Samples.Noon)), Cancel);
        foreach (var hours in (int[])[1, 2]) await store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon.AddHours(hours)) { IsDeleted = true }, Cancel);
        var run = await FindAsync(store, 1);
        Assert.Equal(Samples.Noon.AddHours(1), run.DeletedAt);
        Assert.Equal(1, run.Metrics["m"].Value);
        await Assert.ThrowsAsync<ConflictException>(() => store.LogAsync(Samples.RunId(1), Metrics(new("m", 2, 1, Samples.Noon)), Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => store.LogAsync(Samples.RunId(1), new(), Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => store.StartRunAsync(Samples.Run(1), Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => store.EndRunAsync(Samples.RunId(1), RunStatus.Finished, Samples.Noon, null, Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon) { Name = "x", IsDeleted = true }, Cancel));
        Assert.Equal(Stored.Json(run), Stored.Json(await FindAsync(store, 1)));
        await store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon) { IsDeleted = false, Name = "back" }, Cancel);
        await store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon) { IsDeleted = false }, Cancel);
        await store.LogAsync(Samples.RunId(1), Metrics(new("m", 2, 1, Samples.Noon)), Cancel);
        run = await FindAsync(store, 1);
        Assert.Equal(("back", 2d), (run.Name, run.Metrics["m"].Value));
        Assert.Null(run.DeletedAt);
        await Assert.ThrowsAsync<NotFoundException>(() => store.ChangeRunAsync(Samples.RunId(2), new(Samples.Noon) { IsDeleted = true }, Cancel));
    }

    [Fact]
    public async Task A_purge_removes_what_was_deleted_before_and_nothing_else()
    {
        var store = await CreateAsync();
        for (var i = 1; i <= 6; i++)
        {
            await store.StartRunAsync(Samples.Run(i, i <= 3 ? "kept" : "gone"), Cancel);
            await store.LogAsync(Samples.RunId(i), new() { Metrics = [new("m", i, 0, Samples.Noon)], Tags = new Dictionary<string, string> { ["t"] = "x" }, Inputs = [new("d", "f", "c")], Artifacts = new Dictionary<string, ArtifactRef> { ["a"] = new("d", 1) } }, Cancel);
        }

        var gone = (await store.FindExperimentByNameAsync("gone", Cancel))!.Id;
        await store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon) { IsDeleted = true }, Cancel);
        await store.ChangeRunAsync(Samples.RunId(2), new(Samples.Noon.AddHours(2)) { IsDeleted = true }, Cancel);
        await store.ChangeExperimentAsync(gone, new(Samples.Noon.AddMinutes(1)) { IsDeleted = true }, Cancel);
        Assert.Empty((await store.PurgeAsync(Samples.Noon, cancellationToken: Cancel)).RunIds);

        foreach (var isDryRun in (bool[])[true, true, false])
        {
            var report = await store.PurgeAsync(Samples.Noon.AddHours(2), isDryRun, Cancel);
            Assert.Equal([gone], report.ExperimentIds);
            Assert.Equal([Samples.RunId(1), Samples.RunId(4), Samples.RunId(5), Samples.RunId(6)], report.RunIds);
        }

        Assert.Equal("2,3", await FoundAsync(store, new() { View = LifecycleView.All }));
        Assert.Null(await store.FindRunAsync(Samples.RunId(1), Cancel));
        Assert.Null(await store.FindExperimentAsync(gone, Cancel));
        Assert.Single((await FindAsync(store, 2)).Artifacts);
        await store.StartRunAsync(Samples.Run(1, "gone"), Cancel); // the name and the identifier are free, and nothing of the old is left
        var again = await FindAsync(store, 1);
        Assert.NotEqual(gone, again.ExperimentId);
        Assert.Equal((0, 0, 0, 0), (again.Metrics.Count, again.Tags.Count, again.Inputs.Count, again.Artifacts.Count));
        Assert.Empty(await HistoryAsync(store, "m"));
    }

    [Fact]
    public async Task A_purge_removes_many_runs_and_never_the_default_experiment()
    {
        var store = await CreateAsync();
        for (var i = 0; i < 600; i++) await store.StartRunAsync(new(Samples.RunId(i), Experiment.DefaultName, "n", Samples.Noon), Cancel);
        await store.ChangeExperimentAsync("0", new(Samples.Noon) { IsDeleted = true }, Cancel);
        var report = await store.PurgeAsync(Samples.Noon.AddTicks(10), cancellationToken: Cancel);
        Assert.Equal(600, report.RunIds.Count);
        Assert.Empty(report.ExperimentIds);
        Assert.NotNull((await store.FindExperimentAsync("0", Cancel))!.DeletedAt);
        Assert.Null((await store.ChangeExperimentAsync("0", new(Samples.Noon) { IsDeleted = false }, Cancel)).DeletedAt);
    }

    [Fact]
    public async Task Experiments_are_searched_newest_first_and_paged()
    {
        var store = await CreateAsync();
        await store.ChangeExperimentAsync("0", new(Samples.Noon) { IsDeleted = true }, Cancel);
        for (var i = 0; i < 5; i++)
        {
            await store.CreateExperimentAsync(new($"e{i}", Samples.Noon.AddSeconds(i / 2)) { Tags = new Dictionary<string, string> { ["kind"] = i % 2 == 0 ? "even" : "odd" } }, Cancel);
        }

        Assert.Equal("e4,e3,e2,e1,e0", await NamesAsync(store, new()));
        Assert.Equal("e4,e3,e2,e1,e0", await NamesAsync(store, new() { Limit = 2 }));
        Assert.Equal("e0,e1,e2,e3,e4", await NamesAsync(store, new() { OrderBy = ["name ASC"], Limit = 2 }));
        Assert.Equal("e4,e3,e2,e1,e0", await NamesAsync(store, new() { OrderBy = ["experiment_id DESC"], Limit = 1 }));
        Assert.Equal("e2,e4", await NamesAsync(store, new() { OrderBy = ["attribute.name"], Filter = "tags.kind = 'even' AND name != 'e0'" }));
        Assert.Equal("e3,e1,e4,e2,e0", await NamesAsync(store, new() { OrderBy = ["tags.kind DESC"], Limit = 3 }));
        Assert.Equal("e3,e2,e1", await NamesAsync(store, new() { Filter = "creation_time >= 988718400000 AND (name LIKE 'e%') AND name NOT IN ('e0', 'e4')" }));
        Assert.Equal("e4", await NamesAsync(store, new() { Filter = "last_update_time > 988718401000 OR name ILIKE 'E4'" }));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.SearchExperimentsAsync(new() { Limit = 0 }, Cancel));
    }

    [Fact]
    public async Task A_run_is_started_with_all_that_is_said_of_it()
    {
        var store = await CreateAsync();
        await store.StartRunAsync(
            new(Samples.RunId(1), "e", "n", Samples.Noon) { User = Samples.Awkward, ParentId = Samples.RunId(7), Tags = new Dictionary<string, string> { ["a"] = "b", [RunTags.Parent] = "another" } }, Cancel);
        await store.StartRunAsync(new(Samples.RunId(1), "e", "n", Samples.Noon) { User = "x", Tags = new Dictionary<string, string> { ["a"] = "c" } }, Cancel);
        var run = await FindAsync(store, 1);
        Assert.Equal((Samples.Awkward, Samples.RunId(7), "b", 2), (run.User, run.ParentId, run.Tags["a"], run.Tags.Count));
        await Assert.ThrowsAsync<NotFoundException>(() => store.StartRunAsync(new(Samples.RunId(2), "e", "n", Samples.Noon) { ExperimentId = "99" }, Cancel));
        Assert.Null(await store.FindRunAsync(Samples.RunId(2), Cancel));
    }

    [Fact]
    public async Task A_run_changes_its_name_and_status_back_and_forth()
    {
        var store = await StartedAsync();
        await store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon.AddHours(1)) { Name = Samples.Awkward, Status = RunStatus.Failed, Error = "why" }, Cancel);
        var run = await FindAsync(store, 1);
        Assert.Equal((Samples.Awkward, RunStatus.Failed, Samples.Noon.AddHours(1), "why"), (run.Name, run.Status, run.EndedAt, run.Error));
        await store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon.AddHours(2)) { EndedAt = Samples.Noon.AddHours(-1) }, Cancel); // a clock that went backwards
        run = await FindAsync(store, 1);
        Assert.Equal((RunStatus.Failed, Samples.Noon.AddHours(-1), "why"), (run.Status, run.EndedAt, run.Error));
        await store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon) { Status = RunStatus.Scheduled }, Cancel);
        run = await FindAsync(store, 1);
        Assert.Equal((RunStatus.Scheduled, Samples.Awkward), (run.Status, run.Name));
        Assert.Null(run.EndedAt);
        Assert.Null(run.Error);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon) { Status = (RunStatus)99 }, Cancel));
        await store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon), Cancel);
        Assert.Equal(Stored.Json(run), Stored.Json(await FindAsync(store, 1)));
    }

    [Fact]
    public async Task Tags_and_files_are_removed_before_others_are_set()
    {
        var store = await StartedAsync();
        ArtifactRef first = new(Sha256.Hex("1"), 1), second = new(Sha256.Hex("2"), long.MaxValue);
        await store.LogAsync(
            Samples.RunId(1),
            new()
            {
                Tags = new Dictionary<string, string> { ["keep"] = "1", ["remove"] = "1", ["both"] = "1" },
                Artifacts = new Dictionary<string, ArtifactRef> { ["model/a"] = first, ["model/b/c"] = first, ["model2"] = first, ["größe/%_x"] = first, ["Model/a"] = first },
            },
            Cancel);
        await store.LogAsync(
            Samples.RunId(1),
            new() { RemovedTags = ["remove", "both", "unknown"], Tags = new Dictionary<string, string> { ["both"] = "2" }, RemovedArtifacts = ["model", "unknown"], Artifacts = new Dictionary<string, ArtifactRef> { ["model/a"] = second } },
            Cancel);
        var run = await FindAsync(store, 1);
        Assert.Equal(["both 2", "keep 1"], run.Tags.Select(t => $"{t.Key} {t.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(["Model/a", "größe/%_x", "model/a", "model2"], run.Artifacts.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((second, first), (run.Artifacts["model/a"], run.Artifacts["model2"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("./a")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public async Task The_path_of_a_file_stays_within_its_run(string path)
    {
        var store = await StartedAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.LogAsync(Samples.RunId(1), new() { Artifacts = new Dictionary<string, ArtifactRef> { [path] = new("d", 1) } }, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.LogAsync(Samples.RunId(1), new() { RemovedArtifacts = [path] }, Cancel));
        Assert.Empty((await FindAsync(store, 1)).Artifacts);
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("(low)")]
    [InlineData("a(high)b")]
    public async Task A_text_that_no_database_can_keep_is_refused(string text)
    {
        text = Surrogates(text)!;
        var store = await StartedAsync();
        RunEntries[] wrong =
        [
            new() { Tags = new Dictionary<string, string> { ["a"] = text } },
            new() { Tags = new Dictionary<string, string> { [text] = "a" } },
            new() { Parameters = new Dictionary<string, string> { ["a"] = text } },
            new() { Metrics = [new(text, 1, 0, Samples.Noon)] },
            new() { Inputs = [new("a", "b", "c") { Profile = text }] },
            new() { Inputs = [new("a", "b", "c") { Tags = new Dictionary<string, string> { ["a"] = text } }] },
        ];
        foreach (var entries in wrong) await Assert.ThrowsAnyAsync<ArgumentException>(() => store.LogAsync(Samples.RunId(1), entries, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.StartRunAsync(new(Samples.RunId(2), "e", text, Samples.Noon), Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon) { Error = text, Status = RunStatus.Failed }, Cancel));
        var run = await FindAsync(store, 1);
        Assert.Equal((0, 0, 0, 0), (run.Tags.Count, run.Parameters.Count, run.Metrics.Count, run.Inputs.Count));
    }

    [Fact]
    public async Task A_dataset_keeps_what_was_said_of_it_first()
    {
        var store = await StartedAsync();
        var input = new DatasetInput("d", "f", "training") { SourceType = "sql", Source = Samples.Awkward, Schema = "{}", Profile = "", Tags = new Dictionary<string, string> { [Samples.Awkward] = Samples.Awkward } };
        await store.LogAsync(Samples.RunId(1), new() { Inputs = [input] }, Cancel);
        await store.LogAsync(Samples.RunId(1), new() { Inputs = [new("d", "f", "training") { Source = "another" }, new("d", "f", "holdout")] }, Cancel);
        Assert.Equal([input, new("d", "f", "holdout")], (await FindAsync(store, 1)).Inputs);
    }

    [Fact]
    public async Task The_history_of_a_metric_is_paged()
    {
        var store = await StartedAsync();
        Metric[] all = [.. Enumerable.Range(0, 7).Select(i => new Metric("m", i % 2 == 0 ? double.NaN : i, i / 3, Samples.Noon.AddMicroseconds(i / 2)))];
        await store.LogAsync(Samples.RunId(1), new() { Metrics = [.. all.Reverse(), new("other", 1, 0, Samples.Noon)] }, Cancel);
        var whole = await HistoryAsync(store, "m");
        for (var size = 1; size <= 8; size++)
        {
            List<Metric> read = [];
            string? after = null;
            do
            {
                var page = await store.GetMetricHistoryAsync(Samples.RunId(1), "m", size, after, Cancel);
                Assert.InRange(page.Items.Count, 1, size);
                read.AddRange(page.Items);
                after = page.Next;
            }
            while (after is not null);
            Assert.Equal(whole, read);
        }

        var next = (await store.GetMetricHistoryAsync(Samples.RunId(1), "m", 1, null, Cancel)).Next;
        await Assert.ThrowsAsync<SearchException>(() => store.GetMetricHistoryAsync(Samples.RunId(1), "other", 1, next, Cancel));
        await Assert.ThrowsAsync<SearchException>(() => store.GetMetricHistoryAsync(Samples.RunId(1), "m", 1, "none", Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => store.GetMetricHistoryAsync(Samples.RunId(1), "m", 0, null, Cancel));
    }

    [Fact]
    public async Task A_cancelled_change_or_purge_does_nothing()
    {
        var store = await StartedAsync();
        await store.ChangeRunAsync(Samples.RunId(1), new(Samples.Noon) { IsDeleted = true }, Cancel);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PurgeAsync(DateTimeOffset.MaxValue, cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.ChangeExperimentAsync("0", new(Samples.Noon) { IsDeleted = true }, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.CreateExperimentAsync(new("a", Samples.Noon), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.SearchRunsAsync(new(), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.SearchExperimentsAsync(new(), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.FindExperimentAsync("0", cancelled));
        Assert.NotNull(await store.FindRunAsync(Samples.RunId(1), Cancel));
        Assert.Null((await store.FindExperimentAsync("0", Cancel))!.DeletedAt);
    }

    // The arguments of a test cannot have them.
    private static string? Surrogates(string? text) => text?.Replace("(high)", "\uD83D", StringComparison.Ordinal).Replace("(low)", "\uDC00", StringComparison.Ordinal);

    private static async Task<string> NamesAsync(IMetadataStore store, ExperimentQuery query)
    {
        List<string> names = [];
        for (string? after = null; ;)
        {
            var page = await store.SearchExperimentsAsync(query with { After = after }, Cancel);
            names.AddRange(page.Items.Select(e => e.Name));
            if ((after = page.Next) is null) return string.Join(',', names);
        }
    }
}
