using Microsoft.Extensions.Logging.Testing;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>Reports are kept as files, so many and no more.</summary>
public sealed class ReportFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeLogger<ReportFiles> _logger = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private MlOpsOptions Options => new() { Folder = _folder.Path };

    private string Folder => ReportFiles.FolderOf(Options, "flights-daily");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_page_and_its_JSON_are_written()
    {
        await WriteAsync(SampleReports.Day(), 3);
        Names().Should().Equal("20010501T000000Z-20010502T000000Z.html", "20010501T000000Z-20010502T000000Z.json");
        (await File.ReadAllTextAsync(Path.Combine(Folder, Names()[0]), Stop)).Should().Be(MonitorPage.Of(SampleReports.Day()).ToHtml());
        MonitorReport.FromJson(await File.ReadAllTextAsync(Path.Combine(Folder, Names()[1]), Stop)).Rows.Should().Be(1000);
    }

    [Fact]
    public async Task Without_being_asked_for_nothing_is_written()
    {
        await WriteAsync(SampleReports.Day(), 0);
        Directory.Exists(Folder).Should().BeFalse();
    }

    [Fact]
    public async Task The_same_window_again_takes_the_place_of_its_files()
    {
        await WriteAsync(SampleReports.Day(), 3);
        await WriteAsync(SampleReports.Day() with { Rows = 7 }, 3);
        Names().Should().HaveCount(2);
        MonitorReport.FromJson(await File.ReadAllTextAsync(Path.Combine(Folder, Names()[1]), Stop)).Rows.Should().Be(7);
    }

    [Fact]
    public async Task The_oldest_windows_go_first_with_what_was_left_half_written()
    {
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, "20010430T000000Z-20010501T000000Z.html.x.tmp"), "half", Stop);
        for (var day = 0; day < 4; day++) await WriteAsync(SampleReports.Day(day), 2);
        Names().Select(n => n[..8]).Should().Equal("20010503", "20010503", "20010504", "20010504");
    }

    [Fact]
    public async Task A_name_leads_nowhere_else()
    {
        await WriteAsync(SampleReports.Day() with { Monitor = "../../out/of:it" }, 1);
        Path.GetFullPath(ReportFiles.FolderOf(Options, "../../out/of:it")).Should().StartWith(Path.Combine(_folder.Path, "reports") + Path.DirectorySeparatorChar);
        Directory.EnumerateFiles(_folder.Path, "*.html", SearchOption.AllDirectories).Should().ContainSingle();
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_logged_and_costs_nothing_else()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "reports"));
        await File.WriteAllTextAsync(Folder, "a file where the folder should be", Stop);
        await WriteAsync(SampleReports.Day(), 1);
        _logger.LatestRecord.Id.Id.Should().Be(1790);
    }

    private Task WriteAsync(MonitorReport report, int keep) => new ReportFiles(Microsoft.Extensions.Options.Options.Create(Options), _logger).WriteAsync(report, keep, Stop);

    private string[] Names() => [.. Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}
