using MlOps.Core;
using MlOps.Testing;

namespace MlOps.MetadataStore.Tests;

public sealed class RunComparisonTests
{
    private static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_stand_side_by_side()
    {
        var comparison = await CompareAsync();
        comparison.Runs.Select(r => r.Name).Should().Equal("first", "second");
        comparison.Runs[0].Duration.Should().Be(TimeSpan.FromMinutes(1));
        comparison.Parameters.Should().BeEquivalentTo(
            [new ComparedRow("leaves", ["31", "31"]), new ComparedRow("only", ["x", null]), new ComparedRow("trees", ["100", "200"])], o => o.WithStrictOrdering());
        comparison.Parameters.Select(p => p.Differs).Should().Equal(false, true, true);
        comparison.Metrics.Should().ContainSingle().Which.Values.Should().Equal("0.7", "NaN");
        comparison.Environment.Select(e => e.Name).Should().Equal("mlflow.source.git.commit", "mlops.environment.dotnet");
        comparison.Environment.Where(e => e.Differs).Should().ContainSingle().Which.Values.Should().Equal("aaa", "bbb");
        comparison.Datasets.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Name = "flights (training)", Differs = true });
    }

    [Fact]
    public async Task Markdown_shows_all_or_what_differs()
    {
        var comparison = await CompareAsync();
        comparison.ToMarkdown().Should().Contain("| leaves | 31 | 31 |").And.Contain("| trees ≠ | 100 | 200 |").And.Contain("| only ≠ | x |  |").And.StartWith("| run | first | second |\n|---|---|---|\n");
        comparison.ToMarkdown(onlyDifferences: true).Should().NotContain("leaves").And.Contain("trees");
        foreach (var line in comparison.ToMarkdown().Split('\n').Where(l => l.StartsWith('|'))) line.Count(c => c == '|').Should().Be(4);
    }

    [Theory]
    [InlineData("a|b", "a\\|b")]
    [InlineData("a\nb\r", "a b ")]
    [InlineData("<script>&", "&lt;script&gt;&amp;")]
    [InlineData("[x](javascript:1)", "\\[x\\]\\(javascript&#58;1\\)")]
    [InlineData("`\\", "\\`\\\\")]
    [InlineData(null, "")]
    public void A_cell_is_escaped(string? text, string expected) => ComparisonMarkdown.Escape(text).Should().Be(expected);

    [Fact]
    public void An_enormous_value_is_cut() => ComparisonMarkdown.Escape(new('x', 100_000)).Should().HaveLength(200);

    [Fact]
    public async Task Nonsense_is_refused()
    {
        var store = await StoreAsync();
        await FluentActions.Awaiting(() => store.CompareRunsAsync([Id(1)], Cancel)).Should().ThrowAsync<ArgumentException>();
        await FluentActions.Awaiting(() => store.CompareRunsAsync([Id(1), Id(1)], Cancel)).Should().ThrowAsync<ArgumentException>();
        await FluentActions.Awaiting(() => store.CompareRunsAsync([.. Enumerable.Range(1, 101).Select(Id)], Cancel)).Should().ThrowAsync<ArgumentException>();
        await FluentActions.Awaiting(() => store.CompareRunsAsync([Id(1), Id(9)], Cancel)).Should().ThrowAsync<NotFoundException>();
    }

    private static string Id(int number) => $"{number:x32}";

    private static async Task<RunComparison> CompareAsync() => await (await StoreAsync()).CompareRunsAsync([Id(1), Id(2)], Cancel);

    private static async Task<InMemoryMetadataStore> StoreAsync()
    {
        var store = new InMemoryMetadataStore();
        for (var i = 1; i <= 2; i++)
        {
            await store.StartRunAsync(new(Id(i), "delays", i == 1 ? "first" : "second", Noon), Cancel);
            var parameters = new Dictionary<string, string> { ["trees"] = $"{i * 100}", ["leaves"] = "31" };
            if (i == 1) parameters["only"] = "x";
            await store.LogAsync(
                Id(i),
                new()
                {
                    Parameters = parameters,
                    Metrics = [new("auc", i == 1 ? 0.7 : double.NaN, 0, Noon)],
                    Tags = new Dictionary<string, string> { ["mlops.environment.dotnet"] = ".NET 10", [RunTags.Commit] = i == 1 ? "aaa" : "bbb", ["team"] = "x" },
                    Inputs = [new("flights", Sha256.Hex($"{i}"), "training")],
                },
                Cancel);
            await store.EndRunAsync(Id(i), RunStatus.Finished, Noon.AddMinutes(1), cancellationToken: Cancel);
        }

        return store;
    }
}
