using System.Text.Json;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>The JSON of a report holds everything, and comes back.</summary>
public sealed class MonitorJsonTests
{
    [Fact]
    public void A_report_comes_back_as_it_was()
    {
        var json = SampleReports.Day().ToJson();
        var back = MonitorReport.FromJson(json);
        back.ToJson().Should().Be(json);
        back.Drift!.Columns[1].Should().BeEquivalentTo(SampleReports.Drift().Columns[1]);
        back.Section<PerformanceReport>()!.Series[0].Points[0].Value!.Value.Should().Be(0.6);
        back.Alarms.Select(a => a.Cause).Should().Equal(SampleReports.Day().Alarms.Select(a => a.Cause));
        back.Alarms[1].Contributors.Should().HaveCount(3);
    }

    [Fact]
    public void What_is_not_a_number_is_null_and_comes_back_as_not_a_number()
    {
        using var json = JsonDocument.Parse(SampleReports.Day().ToJson());
        json.RootElement.GetProperty("sections")[0].GetProperty("columns")[2].GetProperty("psi").ValueKind.Should().Be(JsonValueKind.Null);
        MonitorReport.FromJson(SampleReports.Day().ToJson()).Drift!.Columns[2].Psi.Should().Be(double.NaN);
    }

    [Fact]
    public void A_section_of_a_host_is_written_whole_and_comes_back_with_its_data()
    {
        var back = MonitorReport.FromJson(SampleReports.Day().ToJson()).Section<ForeignSection>()!;
        (back.Check, back.Summary).Should().Be(("weather", "It rained."));
        back.Data.GetProperty("stations")[0].GetProperty("wind").ValueKind.Should().Be(JsonValueKind.Null);
        back.Data.GetProperty("stations")[1].GetProperty("wind").GetString().Should().Be("Infinity");
        back.Data.GetProperty("type").GetString().Should().Be(nameof(SampleReports.WeatherSection));
    }

    [Fact]
    public void A_section_that_cannot_be_written_does_not_cost_the_report()
    {
        var report = SampleReports.Day() with { Sections = [new BrokenSection(), SampleReports.Drift()] };
        var back = MonitorReport.FromJson(report.ToJson());
        back.Section<FailedSection>()!.Error.Should().Contain("BrokenSection").And.Contain("no figure");
        back.Drift!.Columns.Should().HaveCount(3);
        MonitorPage.Of(report).ToHtml().Should().Contain("no figure");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{ "monitor": "m", "model": "m", "chunks": [], "sections": [ { "type": "DriftReport", "columns": 3 } ] }""")]
    [InlineData("""{ "monitor": "m", "model": "m", "chunks": [], "sections": [ { "summary": "of nothing" } ] }""")]
    public void What_is_no_report_is_refused(string json) => FluentActions.Invoking(() => MonitorReport.FromJson(json)).Should().Throw<DataException>();

    private sealed record BrokenSection() : MonitorSection("broken")
    {
        public double Figure => Check.Length > 0 ? throw new InvalidOperationException("There is no figure.") : 0;
    }
}
