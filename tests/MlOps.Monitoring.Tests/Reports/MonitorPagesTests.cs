using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>What a host hands out about its monitors.</summary>
public sealed class MonitorPagesTests : IDisposable
{
    private const string Window = "20010501T000000Z-20010502T000000Z";
    private readonly World _world = new();
    private readonly TemporaryFolder _folder = new();
    private readonly MonitorMemory _store = new();
    private readonly ServiceProvider _services;

    public MonitorPagesTests()
    {
        var services = new ServiceCollection().AddSingleton<IMonitorStore>(_store);
        services.AddMlOpsCore(o => o.Folder = _folder.Path)
            .Use<IModelRegistry>(_ => _world.Registry)
            .Use<IDatasetStore>(_ => _world.Datasets)
            .Use<IPredictionLog>(_ => _world.Log)
            .AddMonitor("flights-daily")
            .AddMonitor("a/b c");
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private MlOpsOptions Options => new() { Folder = _folder.Path };

    public void Dispose()
    {
        _services.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_index_lists_monitors_what_is_open_and_saved_reports()
    {
        await SaveAsync(SampleReports.Day());
        await _services.GetRequiredService<AlertManager>().ProcessAsync(SampleReports.Day(), Stop);
        var index = await FindAsync("");
        index!.ContentType.Should().StartWith("text/html");
        index.Text.Should().Contain("alarms are open, 1 of them critical.").And.Contain("performance/auc").And.Contain("It has not run yet.")
            .And.Contain($"<a href=\"flights-daily/{Window}.html\">page</a>").And.Contain($"<a href=\"flights-daily/{Window}.md\">Markdown</a>").And.NotContain("<script");
    }

    [Fact]
    public async Task A_report_is_found_in_each_of_its_forms()
    {
        var report = SampleReports.Day();
        await SaveAsync(report);
        (await FindAsync($"flights-daily/{Window}.html"))!.Text.Should().Be(MonitorPage.Of(report).ToHtml());
        (await FindAsync($"flights-daily/{Window}.json"))!.Text.Should().Be(report.ToJson());
        (await FindAsync($"flights-daily/{Window}.md"))!.Text.Should().Be(MonitorPage.Of(MonitorReport.FromJson(report.ToJson())).ToMarkdown());
    }

    [Fact]
    public async Task A_name_that_needs_encoding_leads_to_its_reports()
    {
        await SaveAsync(SampleReports.Day() with { Monitor = "a/b c" });
        (await FindAsync(""))!.Text.Should().Contain($"<a href=\"a%2Fb%20c/{Window}.html\">");
        (await FindAsync($"a%2Fb c/{Window}.html")).Should().NotBeNull("a server decodes all but the slash");
    }

    [Theory]
    [InlineData("flights-daily/20010503T000000Z-20010504T000000Z.html")]
    [InlineData("flights-daily/20010501T000000Z-20010502T000000Z.txt")]
    [InlineData("flights-daily/20010501T000000Z-20010502T000000Z")]
    [InlineData("flights-daily/../flights-daily/20010501T000000Z-20010502T000000Z.html")]
    [InlineData("flights-daily/..%2F..%2Fsecret.json")]
    [InlineData("../secret.json")]
    [InlineData("flights-daily/secret.json")]
    [InlineData("other/20010501T000000Z-20010502T000000Z.html")]
    [InlineData("flights-daily")]
    [InlineData("/")]
    public async Task Nothing_else_is_handed_out(string path)
    {
        await SaveAsync(SampleReports.Day());
        foreach (var folder in (string[])[_folder.Path, Path.Combine(_folder.Path, "reports"), ReportFiles.FolderOf(Options, "flights-daily")]) await File.WriteAllTextAsync(Path.Combine(folder, "secret.json"), "{}", Stop);
        (await FindAsync(path)).Should().BeNull();
    }

    [Fact]
    public async Task Programs_get_what_is_open_and_saved_as_JSON()
    {
        await SaveAsync(SampleReports.Day(1));
        await SaveAsync(SampleReports.Day());
        await _services.GetRequiredService<AlertManager>().ProcessAsync(SampleReports.Day(), Stop);
        var alerts = JsonDocument.Parse((await FindAsync("alerts.json"))!.Text).RootElement.EnumerateArray().ToList();
        (alerts[0].GetProperty("monitor").GetString(), alerts[0].GetProperty("alert").GetProperty("cause").GetString()).Should().Be(("flights-daily", "performance/auc"));
        var reports = JsonDocument.Parse((await FindAsync("reports.json"))!.Text).RootElement.EnumerateArray().Select(r => r.GetProperty("path").GetString()).ToList();
        reports.Should().Equal("flights-daily/20010502T000000Z-20010503T000000Z.json", $"flights-daily/{Window}.json");
    }

    [Fact]
    public async Task A_host_that_has_kept_and_found_nothing_has_an_index_all_the_same() => (await FindAsync(""))!.Text.Should().Contain("Nothing is open.");

    [Fact]
    public async Task A_store_that_is_out_of_reach_is_an_error()
    {
        _store.Error = new StoreException("no such host");
        await FluentActions.Awaiting(() => FindAsync("")).Should().ThrowAsync<StoreException>();
    }

    private Task<MonitorPageContent?> FindAsync(string path) => _services.GetRequiredService<IMonitorPages>().FindAsync(path, Stop);

    private Task SaveAsync(MonitorReport report) => new ReportFiles(Microsoft.Extensions.Options.Options.Create(Options), NullLogger<ReportFiles>.Instance).WriteAsync(report, 10, Stop);
}
