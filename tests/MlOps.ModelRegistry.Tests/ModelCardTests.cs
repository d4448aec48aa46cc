using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.ModelRegistry.Tests;

public sealed class ModelCardTests : IDisposable
{
    private const string Nasty = "<script>alert('x')</script> | *bold* [link](javascript:x) `code`\n# heading\r\n&amp;";

    private readonly World _world = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_card_says_what_the_registry_the_bundle_and_the_run_say()
    {
        var runId = new string('1', 32);
        var store = _world.Services.GetRequiredService<IMetadataStore>();
        await store.StartRunAsync(new(runId, "flights", "daily", Make.Noon), Cancel);
        await store.LogAsync(runId, new() { Parameters = new Dictionary<string, string> { ["learning_rate"] = "0.1" } }, Cancel);
        await _world.Registry.CreateModelAsync(
            new("flight-delay", new("alice", "new", Make.Noon))
            {
                Description = "Says how late a flight will be.",
                Tags = new Dictionary<string, string> { [ModelCardTags.Owners] = "team flights", [ModelCardTags.Limits] = "Not for freight." },
            },
            Cancel);
        var evaluation = Make.Report("flight-delay/7") with
        {
            Metrics = new Dictionary<string, double> { ["rmse"] = 3.25, ["mae"] = double.NaN },
            Baseline = new Dictionary<string, double> { ["rmse"] = 5 },
            Incumbent = new Dictionary<string, double> { ["rmse"] = 3.5 },
            Slices = [new("carrier=AA", 120, new Dictionary<string, double> { ["rmse"] = 4 })],
        };
        await _world.Registry.RegisterAsync(
            new("flight-delay", await _world.BundleAsync(), runId, Make.Noon, evaluation, Make.Report()) { By = "alice", SemanticVersion = "1.2.0", Tags = new Dictionary<string, string> { [ModelCardTags.Limits] = "Not for helicopters." } }, Cancel);
        await _world.PromoteAsync(1);

        var card = await CardAsync();
        card.Sections.Select(s => s.Title).Should().Equal(
            "About", "Description", "Limits", "Owners", "Metrics on the validation split", "Slices of the validation split", "Standards it was held to", "Data", "Inputs", "Outputs",
            "Parameters of the run", "Tags");
        Rows(card, "About").Should().ContainKeys("Semantic version", "Aliases", "SHA-256 of the bundle").And.Contain("Registered by", "alice").And.Contain("Registered", "2001-05-01 12:00:00Z");
        card.Sections.Single(s => s.Title == "Limits").Text.Should().Be("Not for helicopters.", "what the version says wins");
        card.Sections.Single(s => s.Title == "Owners").Text.Should().Be("team flights");
        var metrics = card.Sections.Single(s => s.Title == "Metrics on the validation split");
        metrics.Columns.Should().Equal("metric", "model", "baseline", "flight-delay/7");
        metrics.Rows.Should().BeEquivalentTo(new[] { new[] { "mae", "NaN", "", "" }, ["rmse", "3.25", "5", "3.5"] }, o => o.WithStrictOrdering());
        card.Sections.Single(s => s.Title == "Slices of the validation split").Rows.Should().ContainSingle().Which.Should().Equal("carrier=AA", "120", "4");
        Rows(card, "Parameters of the run").Should().Contain("learning_rate", "0.1");
    }

    [Fact]
    public async Task A_version_of_which_little_is_known_has_a_short_card()
    {
        await _world.Registry.RegisterAsync(new("flight-delay", null, "gone", Make.Noon) { Source = "s3://elsewhere" }, Cancel);
        var card = await CardAsync();
        card.Sections.Should().ContainSingle().Which.Title.Should().Be("About");
        Rows(card, "About").Should().Contain("Source", "s3://elsewhere");
        card.ToMarkdown().Should().StartWith("# flight\\-delay version 1\n\n## About\n\n| what | value |\n| --- | --- |\n");
    }

    [Fact]
    public async Task What_people_wrote_is_escaped_in_the_page_and_it_runs_nothing()
    {
        await RegisterNastyAsync();
        var page = (await CardAsync()).ToHtml();
        page.Should().StartWith("<!DOCTYPE html>").And.NotContain("<script").And.Contain("&lt;script&gt;").And.Contain("default-src 'none'").And.NotContain("href=").And.NotContain("src=");
        page.Should().Contain("&amp;amp;");
    }

    [Fact]
    public async Task What_people_wrote_is_escaped_in_Markdown()
    {
        await RegisterNastyAsync();
        var text = (await CardAsync()).ToMarkdown();
        text.Should().NotContain("<script").And.NotContain("[link](").And.Contain("&lt;script&gt;").And.Contain("&amp;amp;").And.NotContain("\n# heading").And.Contain("\\# heading");
        var rows = text.Split('\n').Where(line => line.StartsWith('|') && line.Contains("nasty")).ToList();
        rows.Should().ContainSingle("a line break does not end a cell");
        System.Text.RegularExpressions.Regex.Count(rows[0], @"(?<!\\)\|").Should().Be(3, "a bar does not end a cell");
    }

    [Fact]
    public async Task There_is_no_card_of_what_is_not_there()
    {
        await FluentActions.Awaiting(CardAsync).Should().ThrowAsync<NotFoundException>();
    }

    private static Dictionary<string, string> Rows(ModelCard card, string section) => card.Sections.Single(s => s.Title == section).Rows.ToDictionary(row => row[0], row => row[1]);

    private Task<ModelCard> CardAsync() => _world.Services.GetRequiredService<IModelCards>().CreateAsync("flight-delay", 1, Cancel);

    private Task<ModelVersion> RegisterNastyAsync() => _world.Registry.RegisterAsync(
        new("flight-delay", null, null, Make.Noon) { Source = "s3://elsewhere", Description = Nasty, Tags = new Dictionary<string, string> { ["nasty"] = Nasty } }, Cancel);
}
