using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

// Models and what is said of them and of their versions.
public abstract partial class ModelRegistryConformance
{
    private static readonly ChangeNote Note = new("alice", "better", Samples.Noon);

    private static readonly BundleSignature Signature = new("release-2001", "ecdsa-p256-sha256", "c2lnbmF0dXJl", Samples.Noon);

    [Fact]
    public async Task A_model_needs_no_version_and_may_be_called_almost_anything()
    {
        var registry = await CreateAsync();
        var given = new NewModel("Größe 東京/\U0001F6EB:'; DROP TABLE models; --", Note) { Description = Samples.Awkward, Tags = new Dictionary<string, string> { [Samples.Awkward] = Samples.Awkward, ["empty"] = string.Empty } };
        foreach (var model in (RegisteredModel?[])[await registry.CreateModelAsync(given, Cancel), await registry.FindModelAsync(given.Name, Cancel), Assert.Single((await registry.SearchModelsAsync(new(), Cancel)).Items)])
        {
            Assert.NotNull(model);
            Assert.Equal((given.Name, Samples.Noon, Samples.Noon, Samples.Awkward, 0), (model.Name, model.CreatedAt, model.UpdatedAt, model.Description, model.LastVersion));
            Assert.Equal(given.Tags, model.Tags);
            Assert.Empty(model.Aliases);
        }

        Assert.Empty(await registry.ListVersionsAsync(given.Name, Cancel));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public async Task What_is_no_name_for_a_model_is_refused(string? name)
    {
        var registry = await CreateAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.CreateModelAsync(new(name!, Note), Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.RegisterAsync(FromSource(1) with { Model = name! }, Cancel));
        Assert.Empty(await registry.ListModelsAsync(Cancel));
        Assert.Empty(await HistoryAsync(registry));
    }

    [Fact]
    public async Task A_name_has_at_most_256_characters_all_of_them_whole()
    {
        var registry = await CreateAsync();
        var longest = new string('ß', 256);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.CreateModelAsync(new("half a character: " + (char)0xD83D, Note), Cancel));
        Assert.Equal(longest, (await registry.CreateModelAsync(new(longest, Note), Cancel)).Name);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.CreateModelAsync(new(longest + "s", Note), Cancel));
    }

    [Fact]
    public async Task There_is_one_model_of_a_name()
    {
        var registry = await RegisteredAsync(1);
        await Assert.ThrowsAsync<ConflictException>(() => registry.CreateModelAsync(new(Model, Note) { Description = "other" }, Cancel));
        Assert.Null((await registry.FindModelAsync(Model, Cancel))?.Description);
        Assert.Equal("FLIGHT-DELAY", (await registry.CreateModelAsync(new("FLIGHT-DELAY", Note), Cancel)).Name);
    }

    [Fact]
    public async Task Of_many_that_create_a_model_at_once_exactly_one_succeeds()
    {
        IModelRegistry[] registries = [await CreateAsync(), await CreateAsync()];
        var created = await Samples.InParallel(8, async i =>
        {
            try
            {
                await registries[i % 2].CreateModelAsync(new(Model, Note), Cancel);
                return 1;
            }
            catch (ConflictException)
            {
                return 0;
            }
        });
        Assert.Equal(1, created.Sum());
        Assert.Equal([RegistryEventKind.ModelCreated], (await HistoryAsync(registries[0])).Select(entry => entry.Kind));
    }

    [Fact]
    public async Task What_is_said_of_a_model_can_be_changed_and_what_is_not_mentioned_stays()
    {
        var registry = await CreateAsync();
        await registry.CreateModelAsync(new(Model, Note) { Description = "first", Tags = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } }, Cancel);
        var change = new ModelChange(Note with { At = Samples.Noon.AddDays(1) }) { Tags = new Dictionary<string, string> { ["b"] = "3", ["c"] = "4" }, RemovedTags = ["a", "never there"] };
        var changed = await registry.ChangeModelAsync(Model, change, Cancel);
        Assert.Equal(("first", Samples.Noon, Samples.Noon.AddDays(1)), (changed.Description, changed.CreatedAt, changed.UpdatedAt));
        Assert.Equal(new Dictionary<string, string> { ["b"] = "3", ["c"] = "4" }, (await registry.FindModelAsync(Model, Cancel))?.Tags);
        Assert.Equal("second", (await registry.ChangeModelAsync(Model, new(Note) { Description = "second" }, Cancel)).Description);
        Assert.Null((await registry.ChangeModelAsync(Model, new(Note) { Description = string.Empty }, Cancel)).Description);
    }

    [Fact]
    public async Task A_model_says_when_a_version_or_an_alias_of_it_last_changed()
    {
        var registry = await RegisteredAsync(1);
        await registry.SetAliasAsync(Change(null, 1) with { At = Samples.Noon.AddHours(1) }, Cancel);
        Assert.Equal(Samples.Noon.AddHours(1), (await registry.FindModelAsync(Model, Cancel))?.UpdatedAt);
        await registry.RegisterAsync(Samples.Version(2) with { CreatedAt = Samples.Noon.AddHours(2) }, Cancel);
        var model = await registry.FindModelAsync(Model, Cancel);
        Assert.Equal((Samples.Noon, Samples.Noon.AddHours(2), 2), (model!.CreatedAt, model.UpdatedAt, model.LastVersion));
        Assert.Equal(new Dictionary<string, int> { ["champion"] = 1 }, model.Aliases);
    }

    [Fact]
    public async Task A_model_takes_everything_along_when_it_gets_another_name()
    {
        var registry = await RegisteredAsync(2);
        await registry.ChangeModelAsync(Model, new(Note) { Description = "said", Tags = new Dictionary<string, string> { ["a"] = "1" } }, Cancel);
        await registry.SetAliasAsync(Change(null, 2), Cancel);
        var renamed = await registry.ChangeModelAsync(Model, new(Note) { Name = "punctuality" }, Cancel);
        Assert.Equal(("punctuality", "said", "1", 2, 2), (renamed.Name, renamed.Description, renamed.Tags["a"], renamed.Aliases["champion"], renamed.LastVersion));
        Assert.Null(await registry.FindModelAsync(Model, Cancel));
        Assert.Null(await registry.FindByAliasAsync(Model, "champion", Cancel));
        Assert.Equal(("punctuality", 2), (await registry.FindByAliasAsync("punctuality", "champion", Cancel)) is { } version ? (version.Model, version.Version) : default);
        Assert.Equal(3, (await registry.RegisterAsync(Samples.Version(3, "punctuality"), Cancel)).Version);
    }

    [Fact]
    public async Task A_model_does_not_get_the_name_of_another()
    {
        var registry = await RegisteredAsync(1);
        await registry.CreateModelAsync(new("other", Note), Cancel);
        await Assert.ThrowsAsync<ConflictException>(() => registry.ChangeModelAsync("other", new(Note) { Name = Model, Description = "changed" }, Cancel));
        await Assert.ThrowsAsync<NotFoundException>(() => registry.ChangeModelAsync("nobody", new(Note) { Name = "somebody" }, Cancel));
        Assert.Null((await registry.FindModelAsync("other", Cancel))?.Description);
        Assert.Equal(["flight-delay", "other"], await registry.ListModelsAsync(Cancel));
    }

    [Fact]
    public async Task A_model_with_a_bundle_keeps_a_name_that_can_be_served()
    {
        var registry = await RegisteredAsync(1);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.ChangeModelAsync(Model, new(Note) { Name = "a/b" }, Cancel));
        await registry.RegisterAsync(FromSource(1) with { Model = "other" }, Cancel);
        Assert.Equal("a/b", (await registry.ChangeModelAsync("other", new(Note) { Name = "a/b" }, Cancel)).Name);
    }

    [Fact]
    public async Task A_removed_model_is_gone_with_its_versions_and_aliases()
    {
        var registry = await RegisteredAsync(2);
        await registry.SetAliasAsync(Change(null, 1), Cancel);
        await registry.DeleteModelAsync(Model, Note, Cancel);
        Assert.Null(await registry.FindModelAsync(Model, Cancel));
        Assert.Null(await registry.FindAsync(Model, 1, Cancel));
        Assert.Null(await registry.FindByAliasAsync(Model, "champion", Cancel));
        Assert.Empty((await registry.SearchVersionsAsync(new(), Cancel)).Items);
        await Assert.ThrowsAsync<NotFoundException>(() => registry.DeleteModelAsync(Model, Note, Cancel));
    }

    [Fact]
    public async Task The_number_of_a_version_is_never_given_again()
    {
        var registry = await RegisteredAsync(2);
        await registry.DeleteVersionAsync(Model, 2, Note, Cancel);
        Assert.Equal(3, (await registry.RegisterAsync(Samples.Version(2), Cancel)).Version);
        await registry.DeleteModelAsync(Model, Note, Cancel);
        Assert.Equal(4, (await registry.RegisterAsync(Samples.Version(1), Cancel)).Version);
        await registry.DeleteModelAsync(Model, Note, Cancel);
        await registry.CreateModelAsync(new(Model, Note), Cancel);
        Assert.Equal(5, (await registry.RegisterAsync(Samples.Version(1), Cancel)).Version);
    }

    [Fact]
    public async Task Another_name_does_not_give_a_number_again_either()
    {
        var registry = await RegisteredAsync(2);
        await registry.DeleteModelAsync(Model, Note, Cancel);
        await registry.RegisterAsync(Samples.Version(1, "other"), Cancel);
        await Assert.ThrowsAsync<ConflictException>(() => registry.ChangeModelAsync("other", new(Note) { Name = Model }, Cancel));
        await registry.CreateModelAsync(new("empty", Note), Cancel);
        await registry.ChangeModelAsync("empty", new(Note) { Name = Model }, Cancel);
        Assert.Equal(3, (await registry.RegisterAsync(Samples.Version(3), Cancel)).Version);
        await registry.ChangeModelAsync("other", new(Note) { Name = "another" }, Cancel);
        Assert.Equal("other", (await registry.ChangeModelAsync("another", new(Note) { Name = "other" }, Cancel)).Name);
    }

    [Fact]
    public async Task A_version_says_everything_that_was_said_of_it()
    {
        var registry = await CreateAsync();
        var given = Samples.Version(1) with
        {
            By = "alice",
            Source = "models:/elsewhere/7",
            RunLink = "https://runs.example/1",
            Description = Samples.Awkward,
            SemanticVersion = "1.4.0-rc.1+build.7",
            Tags = new Dictionary<string, string> { [Samples.Awkward] = Samples.Awkward, ["b"] = string.Empty },
            Signatures = [Signature],
        };
        foreach (var version in (ModelVersion?[])[await registry.RegisterAsync(given, Cancel), await registry.FindAsync(Model, 1, Cancel)])
        {
            Assert.NotNull(version);
            Assert.Equal((given.By, given.Source, given.RunLink, given.Description), (version.By, version.Source, version.RunLink, version.Description));
            Assert.Equal((given.SemanticVersion, ModelStages.None, Samples.Noon), (version.SemanticVersion, version.Stage, version.UpdatedAt));
            Assert.Equal(given.Tags, version.Tags);
            Assert.Equal([Signature], version.Signatures);
        }
    }

    [Fact]
    public async Task A_version_may_have_a_source_and_no_bundle_and_then_each_is_a_new_one()
    {
        var registry = await CreateAsync();
        var version = await registry.RegisterAsync(FromSource(1), Cancel);
        Assert.Equal((1, null, "mlflow-artifacts:/1/artifacts/model"), (version.Version, version.Bundle, version.Source));
        Assert.Equal(2, (await registry.RegisterAsync(FromSource(1), Cancel)).Version);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.RegisterAsync(FromSource(1) with { Source = null }, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.RegisterAsync(FromSource(1) with { Signatures = [Signature] }, Cancel));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1.2")]
    [InlineData("v1.2.3")]
    [InlineData("1.02.3")]
    [InlineData("1.2.3-")]
    [InlineData("1.2.3-01")]
    [InlineData("1.2.3+")]
    [InlineData("1.2.3\n")]
    [InlineData("١.٢.٣")]
    public async Task What_is_no_semantic_version_is_refused(string semantic)
    {
        var registry = await CreateAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.RegisterAsync(Samples.Version(1) with { SemanticVersion = semantic }, Cancel));
    }

    [Fact]
    public async Task No_two_versions_of_a_model_have_the_same_semantic_version()
    {
        var registry = await CreateAsync();
        await registry.RegisterAsync(Samples.Version(1) with { SemanticVersion = "1.0.0" }, Cancel);
        await Assert.ThrowsAsync<ConflictException>(() => registry.RegisterAsync(Samples.Version(2) with { SemanticVersion = "1.0.0" }, Cancel));
        Assert.Equal(1, (await registry.RegisterAsync(Samples.Version(1) with { SemanticVersion = "1.0.0" }, Cancel)).Version);
        Assert.Equal(1, (await registry.RegisterAsync(Samples.Version(2, "other") with { SemanticVersion = "1.0.0" }, Cancel)).Version);
        Assert.Equal(2, (await registry.RegisterAsync(Samples.Version(2) with { SemanticVersion = "1.0.0+2" }, Cancel)).Version);
    }

    [Fact]
    public async Task What_is_said_of_a_version_can_be_changed_and_what_is_not_mentioned_stays()
    {
        var registry = await CreateAsync();
        await registry.RegisterAsync(Samples.Version(1) with { Description = "first", Tags = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } }, Cancel);
        var change = new VersionChange(Note with { At = Samples.Noon.AddDays(1) }) { Tags = new Dictionary<string, string> { ["b"] = "3" }, RemovedTags = ["a", "never there"] };
        var changed = await registry.ChangeVersionAsync(Model, 1, change, Cancel);
        Assert.Equal(("first", Samples.Noon, Samples.Noon.AddDays(1)), (changed.Description, changed.CreatedAt, changed.UpdatedAt));
        Assert.Equal(new Dictionary<string, string> { ["b"] = "3" }, (await registry.FindAsync(Model, 1, Cancel))?.Tags);
        Assert.Null((await registry.ChangeVersionAsync(Model, 1, new(Note) { Description = string.Empty }, Cancel)).Description);
        Assert.Equal("model", (await Assert.ThrowsAsync<NotFoundException>(() => registry.ChangeVersionAsync("other", 1, change, Cancel))).Kind);
        Assert.Equal("version", (await Assert.ThrowsAsync<NotFoundException>(() => registry.ChangeVersionAsync(Model, 2, change, Cancel))).Kind);
    }

    [Fact]
    public async Task A_version_that_gets_a_stage_may_archive_the_others_of_it()
    {
        var registry = await RegisteredAsync(3);
        foreach (var number in (int[])[1, 2]) await registry.ChangeVersionAsync(Model, number, new(Note) { Stage = ModelStages.Production }, Cancel);
        Assert.Equal([2, 1], (await registry.SearchVersionsAsync(new() { Model = Model, Stage = ModelStages.Production }, Cancel)).Items.Select(v => v.Version));
        var moved = await registry.ChangeVersionAsync(Model, 3, new(Note with { At = Samples.Noon.AddHours(1) }) { Stage = ModelStages.Production, ArchiveOthers = true }, Cancel);
        Assert.Equal(ModelStages.Production, moved.Stage);
        Assert.Equal(
            [ModelStages.Production, ModelStages.Archived, ModelStages.Archived], (await registry.ListVersionsAsync(Model, Cancel)).Select(v => v.Stage));
        Assert.All(await registry.ListVersionsAsync(Model, Cancel), v => Assert.Equal(Samples.Noon.AddHours(1), v.UpdatedAt));
    }

    [Fact]
    public async Task A_stage_that_is_none_is_refused()
    {
        var registry = await RegisteredAsync(1);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.ChangeVersionAsync(Model, 1, new(Note) { Stage = "Bogus" }, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.ChangeVersionAsync(Model, 1, new(Note) { Stage = ModelStages.Archived, ArchiveOthers = true }, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.SearchVersionsAsync(new() { Stage = "Bogus" }, Cancel));
        Assert.Equal(ModelStages.None, (await registry.FindAsync(Model, 1, Cancel))?.Stage);
    }

    [Fact]
    public async Task A_version_can_be_signed_later_and_the_same_signature_counts_once()
    {
        var registry = await RegisteredAsync(1);
        await registry.ChangeVersionAsync(Model, 1, new(Note) { Signature = Signature }, Cancel);
        await registry.ChangeVersionAsync(Model, 1, new(Note) { Signature = Signature }, Cancel);
        await registry.ChangeVersionAsync(Model, 1, new(Note) { Signature = Signature with { KeyId = "other" } }, Cancel);
        Assert.Equal([Signature, Signature with { KeyId = "other" }], (await registry.FindAsync(Model, 1, Cancel))?.Signatures);
        await registry.RegisterAsync(FromSource(2) with { Model = Model }, Cancel);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.ChangeVersionAsync(Model, 2, new(Note) { Signature = Signature, Description = "x" }, Cancel));
        Assert.Null((await registry.FindAsync(Model, 2, Cancel))?.Description);
    }

    [Fact]
    public async Task A_removed_version_is_gone_with_its_aliases()
    {
        var registry = await RegisteredAsync(2);
        await registry.SetAliasAsync(Change(null, 1), Cancel);
        await registry.SetAliasAsync(Change(null, 2, "challenger"), Cancel);
        await registry.DeleteVersionAsync(Model, 1, Note, Cancel);
        Assert.Null(await registry.FindAsync(Model, 1, Cancel));
        Assert.Null(await registry.FindByAliasAsync(Model, "champion", Cancel));
        Assert.Equal(["challenger"], (await registry.FindModelAsync(Model, Cancel))?.Aliases.Keys);
        Assert.Equal([2], (await registry.ListVersionsAsync(Model, Cancel)).Select(v => v.Version));
        await Assert.ThrowsAsync<NotFoundException>(() => registry.DeleteVersionAsync(Model, 1, Note, Cancel));
        await Assert.ThrowsAsync<NotFoundException>(() => registry.DeleteVersionAsync("other", 1, Note, Cancel));
        await Assert.ThrowsAsync<NotFoundException>(() => registry.SetAliasAsync(Change(null, 1), Cancel));
    }

    [Fact]
    public async Task Texts_that_no_store_keeps_are_refused()
    {
        var registry = await RegisteredAsync(1);
        string[] bad = ["a\0", "half \uDC00", new('x', RegistryChecks.MaxText + 1)];
        foreach (var text in bad)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.ChangeModelAsync(Model, new(Note) { Description = text }, Cancel));
            await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.ChangeVersionAsync(Model, 1, new(Note) { Tags = new Dictionary<string, string> { ["a"] = text } }, Cancel));
            await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.ChangeVersionAsync(Model, 1, new(Note) { Tags = new Dictionary<string, string> { [text] = "a" } }, Cancel));
            await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.SetAliasAsync(Change(null, 1) with { Reason = text }, Cancel));
            await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.RegisterAsync(FromSource(1) with { Source = text }, Cancel));
        }

        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.ChangeModelAsync(Model, new(Note with { By = string.Empty }) { Description = "x" }, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => registry.ChangeModelAsync(Model, new(Note) { Tags = new Dictionary<string, string> { ["a"] = "1" }, RemovedTags = ["a"] }, Cancel));
        Assert.Single(await HistoryAsync(registry), entry => entry.Kind is RegistryEventKind.VersionRegistered);
    }

    [Fact]
    public async Task Long_lists_come_in_pages_that_stay_right_while_rows_come_and_go()
    {
        var registry = await RegisteredAsync(5);
        var first = await registry.SearchVersionsAsync(new() { Model = Model, Limit = 2 }, Cancel);
        Assert.Equal([5, 4], first.Items.Select(v => v.Version));
        await registry.RegisterAsync(Samples.Version(6), Cancel);
        await registry.DeleteVersionAsync(Model, 4, Note, Cancel);
        var second = await registry.SearchVersionsAsync(new() { Model = Model, Limit = 2, After = first.Next }, Cancel);
        Assert.Equal([3, 2], second.Items.Select(v => v.Version));
        var last = await registry.SearchVersionsAsync(new() { Model = Model, Limit = 2, After = second.Next }, Cancel);
        Assert.Equal([1], last.Items.Select(v => v.Version));
        Assert.Null(last.Next);

        foreach (var name in (string[])["b", "a", "c"]) await registry.CreateModelAsync(new(name, Note), Cancel);
        Assert.Equal(["a", "b", "c", Model], await registry.ReadModelsAsync(new() { Limit = 1 }, Cancel).Select(m => m.Name).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_query_that_cannot_be_answered_is_refused()
    {
        var registry = await RegisteredAsync(2);
        foreach (var limit in (int[])[0, -1, RegistryChecks.MaxVersions + 1])
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.SearchModelsAsync(new() { Limit = limit }, Cancel));
            await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.SearchVersionsAsync(new() { Limit = limit }, Cancel));
            await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.GetHistoryAsync(new() { Limit = limit }, Cancel));
        }

        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.GetHistoryAsync(new() { After = -1 }, Cancel));
        await Assert.ThrowsAsync<SearchException>(() => registry.SearchVersionsAsync(new() { After = "no page" }, Cancel));
    }

    private static NewModelVersion FromSource(int number) =>
        new("somebody's model", null, Samples.RunId(number), Samples.Noon) { Source = $"mlflow-artifacts:/{number}/artifacts/model" };

    private static ValueTask<List<RegistryEvent>> HistoryAsync(IModelRegistry registry) => registry.ReadHistoryAsync(new(), Cancel).ToListAsync(Cancel);
}
