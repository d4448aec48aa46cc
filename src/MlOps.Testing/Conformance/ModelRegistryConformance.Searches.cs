using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

// Searching models and versions; the grammar itself is tested where it is read.
public abstract partial class ModelRegistryConformance
{
    [Theory]
    [InlineData(null, "a,b,c")]
    [InlineData("name = 'b'", "b")]
    [InlineData("name != 'b'", "a,c")]
    [InlineData("name LIKE 'B%' OR name ILIKE 'C%'", "c")]
    [InlineData("name IN ('a', 'c', 'x') AND NOT tags.team = 'red'", "c")]
    [InlineData("tags.team = 'red'", "a,b")]
    [InlineData("tags.team != 'red'", "c")]
    [InlineData("tags.`odd key's` LIKE '%;--%'", "b")]
    [InlineData("creation_timestamp > 988718400000", "c")]
    [InlineData("last_updated_timestamp = 988718400000", "a,b")]
    public async Task Models_are_found_by_what_they_are_called_and_tagged(string? filter, string expected)
    {
        var registry = await CreateAsync();
        await registry.CreateModelAsync(new("a", Note) { Tags = new Dictionary<string, string> { ["team"] = "red" } }, Cancel);
        await registry.CreateModelAsync(new("b", Note) { Tags = new Dictionary<string, string> { ["team"] = "red", ["odd key's"] = "'; DROP TABLE models;--" } }, Cancel);
        await registry.CreateModelAsync(new("c", Note with { At = Samples.Noon.AddHours(1) }) { Tags = new Dictionary<string, string> { ["team"] = "blue" } }, Cancel);
        Assert.Equal(expected, string.Join(',', await registry.ReadModelsAsync(new() { Filter = filter, Limit = 1 }, Cancel).Select(m => m.Name).ToListAsync(Cancel)));
    }

    [Theory]
    [InlineData(null, "a/2,a/1,b/3,b/2,b/1")]
    [InlineData("name = 'b' AND version_number >= 2", "b/3,b/2")]
    [InlineData("run_id = '00000000000000000000000000000001'", "a/1,b/1")]
    [InlineData("run_id IN ('00000000000000000000000000000001', '00000000000000000000000000000003')", "a/1,b/3,b/1")]
    [InlineData("run_id != '00000000000000000000000000000001'", "a/2,b/3,b/2")]
    [InlineData("source_path LIKE 's3://%'", "b/3")]
    [InlineData("tags.kind = 'even'", "a/2,b/2")]
    [InlineData("NOT (tags.kind = 'even' OR version_number = 1)", "b/3")]
    public async Task Versions_are_found_by_what_is_said_of_them(string? filter, string expected)
    {
        var registry = await SearchedAsync();
        Assert.Equal(expected, await FindAsync(registry, new() { Filter = filter, Limit = 2 }));
    }

    [Theory]
    [InlineData("version_number ASC", "a/1,b/1,a/2,b/2,b/3")]
    [InlineData("name DESC", "b/3,b/2,b/1,a/2,a/1")]
    [InlineData("creation_timestamp DESC", "b/3,a/2,b/2,a/1,b/1")]
    [InlineData("source_path DESC", "b/3,a/2,a/1,b/2,b/1")]
    [InlineData("tags.kind ASC", "a/2,b/2,a/1,b/3,b/1")]
    public async Task Versions_come_in_any_order_and_page_by_page(string orderBy, string expected)
    {
        var registry = await SearchedAsync();
        foreach (var limit in (int[])[1, 2, 100]) Assert.Equal(expected, await FindAsync(registry, new() { OrderBy = [orderBy], Limit = limit }));
    }

    [Fact]
    public async Task Conditions_beside_the_filter_hold_too()
    {
        var registry = await SearchedAsync();
        await registry.ChangeVersionAsync("b", 2, new(Note) { Stage = ModelStages.Staging }, Cancel);
        Assert.Equal("b/2", await FindAsync(registry, new() { Stage = ModelStages.Staging }));
        Assert.Equal("b/3,b/1", await FindAsync(registry, new() { Model = "b", Stage = ModelStages.None, Limit = 1 }));
        Assert.Equal("a/1", await FindAsync(registry, new() { Model = "a", Filter = "version_number < 2" }));
        Assert.Equal(string.Empty, await FindAsync(registry, new() { Model = "a", Filter = "name = 'b'" }));
    }

    [Fact]
    public async Task The_newest_version_of_each_stage_is_found_for_many_models_at_once()
    {
        var registry = await SearchedAsync();
        await registry.CreateModelAsync(new("empty", Note), Cancel);
        foreach (var version in (int[])[1, 2]) await registry.ChangeVersionAsync("b", version, new(Note) { Stage = ModelStages.Production }, Cancel);
        await registry.SetAliasAsync(new("b", ModelNames.Champion, null, 2, Note.By, Note.Reason, Note.At), Cancel);
        var latest = await registry.GetLatestVersionsAsync(["b", "unknown", "a", "empty", "b"], Cancel);
        Assert.Equal(["a/2 None", "b/3 None", "b/2 Production"], latest.Select(v => $"{v.Model}/{v.Version} {v.Stage}"));
        Assert.Equal([ModelNames.Champion], latest[2].Aliases);
        Assert.Equal("even", latest[2].Tags["kind"]);
        Assert.Equal(["a/2"], (await registry.GetLatestVersionsAsync(["a"], Cancel)).Select(v => $"{v.Model}/{v.Version}"));
        await registry.DeleteVersionAsync("b", 2, Note, Cancel);
        Assert.Equal([3, 1], (await registry.GetLatestVersionsAsync(["b"], Cancel)).Select(v => v.Version));
    }

    [Fact]
    public async Task The_newest_versions_of_no_model_are_none_and_of_too_many_are_refused()
    {
        var registry = await SearchedAsync();
        Assert.Empty(await registry.GetLatestVersionsAsync([], Cancel));
        await Assert.ThrowsAsync<ArgumentNullException>(() => registry.GetLatestVersionsAsync(null!, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.GetLatestVersionsAsync([null!], Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => registry.GetLatestVersionsAsync([.. Enumerable.Range(0, RegistryChecks.MaxModels + 1).Select(i => $"m{i}")], Cancel));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => registry.GetLatestVersionsAsync(["a"], new(canceled: true)));
    }

    [Fact]
    public async Task A_search_that_is_not_understood_says_where()
    {
        var registry = await SearchedAsync();
        var error = await Assert.ThrowsAsync<SearchException>(() => registry.SearchVersionsAsync(new() { Filter = "name = 'a' AND bogus = 'b'" }, Cancel));
        Assert.Equal(15, error.Position);
        await Assert.ThrowsAsync<SearchException>(() => registry.SearchModelsAsync(new() { Filter = "metrics.auc > 1" }, Cancel));
        await Assert.ThrowsAsync<SearchException>(() => registry.SearchModelsAsync(new() { OrderBy = ["bogus"] }, Cancel));
        var page = await registry.SearchVersionsAsync(new() { Limit = 1 }, Cancel);
        await Assert.ThrowsAsync<SearchException>(() => registry.SearchVersionsAsync(new() { Limit = 1, Model = "b", After = page.Next }, Cancel));
    }

    private static async Task<string> FindAsync(IModelRegistry registry, VersionQuery query) =>
        string.Join(',', await registry.ReadVersionsAsync(query, Cancel).Select(v => $"{v.Model}/{v.Version}").ToListAsync(Cancel));

    private async Task<IModelRegistry> SearchedAsync()
    {
        var registry = await CreateAsync();
        foreach (var (model, number) in ((string, int)[])[("a", 1), ("a", 2), ("b", 1), ("b", 2), ("b", 3)])
        {
            await registry.RegisterAsync(
                Samples.Version(number, model) with
                {
                    CreatedAt = Samples.Noon.AddHours(number),
                    Source = (model, number) == ("b", 3) ? "s3://bucket/model" : null,
                    Tags = number == 2 ? new Dictionary<string, string> { ["kind"] = "even" } : new Dictionary<string, string>(),
                },
                Cancel);
        }

        return registry;
    }
}
