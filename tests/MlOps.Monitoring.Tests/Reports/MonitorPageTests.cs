using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>A page is one file that harms nobody, and the same each time.</summary>
public sealed partial class MonitorPageTests
{
    private static readonly MonitorReport[] Week = [.. Enumerable.Range(0, 7).Select(day => SampleReports.Day(day, hasMoved: day == 4))];

    public static TheoryData<string> Kinds() => ["one", "many", "wholes"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_page_loads_nothing_and_runs_nothing(string kind) =>
        PageOf(kind).ToHtml().Should().Contain("default-src 'none'").And.NotContainAny("http://", "https://", "url(", "@import", "<script", "javascript:", " onload", "<img", "<link", "<iframe");

    [Theory]
    [InlineData("one")]
    [InlineData("many")]
    public void A_page_is_well_formed_and_its_links_lead_somewhere(string kind)
    {
        var page = XDocument.Parse(Body().Match(PageOf(kind).ToHtml()).Value);
        string[] anchors = [.. page.Descendants().Attributes("id").Select(a => a.Value)];
        anchors.Should().OnlyHaveUniqueItems();
        page.Descendants("a").Select(a => a.Attribute("href")!.Value[1..]).Should().NotBeEmpty().And.BeSubsetOf(anchors);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_reports_give_the_same_bytes_in_every_culture_and_in_any_order(string kind)
    {
        var before = CultureInfo.CurrentCulture;
        var (html, markdown, json) = (PageOf(kind).ToHtml(), PageOf(kind).ToMarkdown(), SampleReports.Day().ToJson());
        try
        {
            var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NumberGroupSeparator, other.DateTimeFormat.DateSeparator) = (",", ".", ".");
            CultureInfo.CurrentCulture = other;
            PageOf(kind).ToHtml().Should().Be(html);
            PageOf(kind).ToMarkdown().Should().Be(markdown);
            SampleReports.Day().ToJson().Should().Be(json);
            MonitorPage.Of([.. Week.Reverse()]).ToHtml().Should().Be(MonitorPage.Of(Week).ToHtml());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_report_that_was_read_back_gives_the_same_page(string kind)
    {
        var reports = ReportsOf(kind);
        MonitorPage.Of([.. reports.Select(r => MonitorReport.FromJson(r.ToJson()))]).ToHtml().Should().Be(MonitorPage.Of(reports).ToHtml());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Texts_from_the_data_are_encoded(string kind)
    {
        PageOf(kind).ToHtml().Should().NotContain("<script>").And.Contain("&lt;script&gt;");
        PageOf(kind).ToMarkdown().Should().Contain(@"Moved to \<script\>", "that is text, and what is data stands in code spans").And.NotContain("Moved to <script>");
    }

    [Fact]
    public void A_page_follows_the_scheme_of_the_reader_and_fits_a_phone() =>
        PageOf("one").ToHtml().Should().Contain("prefers-color-scheme: dark").And.Contain("width=device-width").And.Contain("max-width: 640px");

    [Fact]
    public void What_changed_most_comes_first() =>
        PageOf("one").ToMarkdown().Should().MatchRegex(@"(?s)### What changed most.*?\| `distance` \| PSI, by chance and now \| 0\.01 \| 0\.9 \| 8\.9 \| ⚠️ alarm \|.*?\| `auc` \| realized .*?\| `still` \|");

    [Fact]
    public void An_alarm_stands_with_its_evidence() =>
        PageOf("one").ToMarkdown().Should().MatchRegex(@"\| ⚠️ warning \| drift \| `distance` \|.*\| psi \| 0\.9 \| 0\.01 \| 0\.1 \| \\< 1e-15 \|.*above 2000: 0\.1 to 0\.35, 70 % of it");

    [Fact]
    public void A_cause_that_is_an_alarm_in_several_windows_is_told_once() =>
        PageOf("many").ToMarkdown().Should().MatchRegex(@"\| ❌ critical \| performance \| `auc` \| 2001-05-03 \| 3 \|");

    [Fact]
    public void The_gravest_alarm_comes_first()
    {
        var markdown = PageOf("one").ToMarkdown();
        markdown.IndexOf("❌ critical", StringComparison.Ordinal).Should().BeInRange(0, markdown.IndexOf("⚠️ warning", StringComparison.Ordinal));
    }

    [Fact]
    public void A_column_is_drawn_beside_its_reference_in_the_window_in_which_it_moved_most()
    {
        var card = Cards(PageOf("many")).Single(c => c.Contains(">distance<", StringComparison.Ordinal));
        card.Should().Contain("In 2001-05-05:").And.Contain("above 2000, reference: 10 %").And.Contain("above 2000, current: 35 %").And.Contain("var(--before)");
        Svg().Matches(card).Should().HaveCount(2, "the second is its index over the days");
    }

    [Fact]
    public void A_metric_is_drawn_estimated_and_realized_with_bands_limits_and_alarms()
    {
        var card = Cards(PageOf("many")).Single(c => c.Contains("<h3>auc</h3>", StringComparison.Ordinal));
        card.Should().Contain("estimated</span>").And.Contain("realized</span>").And.Contain("limit</span>").And.Contain("reference</span>").And.Contain("fill-opacity:.2").And.Contain("0.6, alarm");
        AlarmDot().Matches(card).Should().HaveCount(3, "the labels of three days have come");
    }

    [Fact]
    public void A_section_of_a_host_is_shown_with_its_figures_and_lists() =>
        PageOf("one").ToMarkdown().Should().Contain("### Weather").And.Contain("- Rain: 12.5").And.Contain("| `ORD` | 3 | – |");

    [Fact]
    public void A_check_that_failed_says_why() => PageOf("one").ToMarkdown().Should().MatchRegex(@"(?s)### Multivariate.*no reference");

    [Fact]
    public void Rows_as_wholes_are_told_comparison_by_comparison_and_drawn_chunk_by_chunk()
    {
        PageOf("wholes").ToMarkdown().Should().MatchRegex(@"(?s)### Rows as wholes.*\| ⚠️ moved \| `how columns go together` \| reconstruction error \| 1\.2 \| 0\.84 \| 1e-9 \| .*\| 1 of 2 \|.*`all columns` \| ROC AUC \| 0\.66 \| 0\.5 \|.*`embedding` \| squared discrepancy \|");
        Cards(PageOf("wholes")).Count(c => Svg().IsMatch(c)).Should().Be(2, "the others have one value only");
    }

    [Fact]
    public void Labels_operations_and_data_quality_have_their_parts()
    {
        var markdown = PageOf("many").ToMarkdown();
        markdown.Should().ContainAll("### Label coverage", "### Operations", "### Data quality", "### What versions cost", "### Windows", "### Calibration", "### Fairness between groups of carrier");
        markdown.Should().Contain("- Age of the newest label: 1.25 d");
    }

    [Fact]
    public void A_window_without_predictions_and_sections_says_so()
    {
        var page = MonitorPage.Of(SampleReports.Day() with { Rows = 0, FailedRows = 0, Chunks = [], Sections = [] });
        page.Summary.Should().Be("No predictions.");
        page.ToHtml().Should().Contain("No predictions.");
    }

    [Fact]
    public void Odd_values_do_not_break_a_page()
    {
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, -double.MaxValue, double.Epsilon, 0];
        var days = odd.Select((value, day) => SampleReports.Day(day) with
        {
            Sections =
            [
                SampleReports.Drift() with { Columns = [new("c", ColumnType.Float64, DriftStatus.Drifted, value, value, value, value, value, value, string.Empty)], Label = new("l", value, value, 0, 0, value, true, string.Empty) },
                SampleReports.Performance(day) with { Series = [new("auc", null, true, value, [new(0, PerformanceStatus.Realized, new(value, value, value, value, 0), new(value, value, value, value, 0), value, value, value, true), new(99, PerformanceStatus.Unknown, null, null, value, value, value, false)])] },
                SampleReports.Operations() with { Versions = [new(1, [new(0, 1, 1, value, value, value, value), new(-5, 1, 1, value, value, value, value)])] },
            ],
        }).ToArray();
        var html = MonitorPage.Of(days).ToHtml();
        FluentActions.Invoking(() => XDocument.Parse(Body().Match(html).Value)).Should().NotThrow();
        Svg().Matches(html).Should().NotBeEmpty().And.OnlyContain(m => !m.Value.Contains("NaN", StringComparison.Ordinal) && !Infinite().IsMatch(m.Value));
        foreach (var day in days) MonitorPage.Of(day).ToMarkdown().Should().NotBeEmpty();
    }

    [Fact]
    public void Columns_beyond_the_first_are_listed_and_not_drawn()
    {
        var columns = Enumerable.Range(0, 3000).Select(i => new ColumnDrift($"column {i}", ColumnType.Float64, DriftStatus.Drifted, 1, 0.1, 0, 0, 0, 1, "Moved.") { Change = SampleReports.Bins([new("a", 1, 9), new("b", 9, 1)]) }).ToArray();
        var report = SampleReports.Day() with { Sections = [SampleReports.Drift() with { Columns = columns, Alarms = [.. columns.Select(c => new Alarm("drift", AlarmKind.Drift, AlarmSeverity.Warning, c.Column, "Moved."))] }] };
        var html = MonitorPage.Of(report).ToHtml();
        html.Should().Contain("column 999").And.Contain("The first 1,000 of 3,000 columns").And.Contain("The gravest 200 of 3,000 causes");
        Svg().Matches(html).Should().HaveCount(DriftPart.MaxCards);
    }

    [Fact]
    public void A_page_is_of_one_monitor_and_of_a_report_at_least()
    {
        FluentActions.Invoking(() => MonitorPage.Of((MonitorReport)null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => MonitorPage.Of([])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => MonitorPage.Of([SampleReports.Day(), null!])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => MonitorPage.Of([SampleReports.Day(), SampleReports.Day() with { Monitor = "another" }])).Should().Throw<ArgumentException>().WithMessage("*flights-daily, another*");
    }

    private static MonitorPage PageOf(string kind) => MonitorPage.Of(ReportsOf(kind));

    private static MonitorReport[] ReportsOf(string kind) => kind switch
    {
        "one" => [SampleReports.Day()],
        "wholes" => [SampleReports.Wholes()],
        _ => Week,
    };

    private static IEnumerable<string> Cards(MonitorPage page) => Card().Matches(page.ToHtml()).Select(m => m.Value);

    [GeneratedRegex("<body>.*</body>", RegexOptions.Singleline)]
    private static partial Regex Body();

    [GeneratedRegex("<article.*?</article>", RegexOptions.Singleline)]
    private static partial Regex Card();

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svg();

    [GeneratedRegex("""r="3.5" style="fill:var\(--bad\)""")]
    private static partial Regex AlarmDot();

    [GeneratedRegex("(?:[xy][12]?|cx|cy|width|height|d)=\"[^\"]*∞")]
    private static partial Regex Infinite();
}
