using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MlOps.Statistics;

namespace MlOps.DataValidation.Tests;

/// <summary>A report is one file that harms nobody, and the same each time.</summary>
public sealed partial class ReportTests
{
    public static TheoryData<string> Kinds() => ["profile", "comparison", "validation", "anomalies", "history"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_page_loads_nothing_and_runs_nothing(string kind)
    {
        var html = ReportOf(kind).ToHtml();
        html.Should().Contain("default-src 'none'").And.NotContainAny("http://", "https://", "url(", "@import", "<script", "javascript:", " onload", "<img", "<link", "<iframe");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_page_is_well_formed(string kind)
    {
        var body = Body().Match(ReportOf(kind).ToHtml()).Value.Replace("<!DOCTYPE html>", string.Empty, StringComparison.Ordinal);
        var parse = () => XDocument.Parse(body);
        parse.Should().NotThrow();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_input_gives_the_same_bytes_in_every_culture(string kind)
    {
        var before = CultureInfo.CurrentCulture;
        var (html, json) = (ReportOf(kind).ToHtml(), ReportOf(kind).ToJson());
        try
        {
            var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NumberGroupSeparator, other.DateTimeFormat.DateSeparator) = (",", ".", ".");
            CultureInfo.CurrentCulture = other;
            ReportOf(kind).ToHtml().Should().Be(html);
            ReportOf(kind).ToJson().Should().Be(json);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_can_be_read(string kind)
    {
        using var json = JsonDocument.Parse(ReportOf(kind).ToJson());
        json.RootElement.GetProperty("kind").GetString().Should().Be(kind);
        json.RootElement.GetProperty("sections")[0].GetProperty("rows").GetArrayLength().Should().BePositive();
    }

    [Fact]
    public void Texts_from_the_data_are_encoded()
    {
        var report = Report.Of(SampleProfiles.Flights(), SampleProfiles.Attack);
        report.ToHtml().Should().NotContain("<script>").And.Contain("&lt;script&gt;");
    }

    [Fact]
    public void A_page_follows_the_scheme_of_the_reader_and_fits_a_phone() =>
        ReportOf("profile").ToHtml().Should().Contain("prefers-color-scheme: dark").And.Contain("width=device-width").And.Contain("max-width: 640px");

    [Fact]
    public void Histograms_take_their_colours_from_the_page()
    {
        var svg = Svg().Matches(ReportOf("comparison").ToHtml());
        svg.Should().NotBeEmpty();
        svg.Select(m => m.Value).Should().OnlyContain(s => s.Contains("var(--bar)") && s.Contains("var(--before)") && !s.Contains("rgb(") && !s.Contains("id="));
    }

    [Fact]
    public void A_histogram_shows_all_rows()
    {
        using var json = JsonDocument.Parse(ReportOf("profile").ToJson());
        var delay = json.RootElement.GetProperty("sections").EnumerateArray().Single(s => s.GetProperty("title").GetString() == "delay");
        delay.GetProperty("histogram").EnumerateArray().Sum(b => b.GetProperty("height").GetDouble()).Should().Be(1000);
    }

    [Fact]
    public void Values_that_were_kept_out_of_a_profile_are_not_in_its_report()
    {
        var report = Report.Of(SampleProfiles.Flights(options: new() { KeepValues = false }), "flights");
        (report.ToHtml() + report.ToJson() + report.ToMarkdown()).Should().NotContain("ATL").And.NotContain("alert(1)");
    }

    [Fact]
    public void A_report_without_rows_and_columns_says_so()
    {
        Report.Of(new DatasetProfile(), "nothing").ToHtml().Should().Contain("There are no rows.");
        Report.Compare(new(), new(), "nothing").ToMarkdown().Should().Contain("None of the 0 columns has changed noticeably.");
    }

    [Fact]
    public void Odd_columns_do_not_break_a_page()
    {
        var profile = new DatasetProfile();
        profile.AddRows(3);
        profile.Column("nothing").AddMissing(3);
        profile.Column("nan").Add([double.NaN, double.NaN, double.NaN]);
        profile.Column("infinite").Add([double.PositiveInfinity, double.NegativeInfinity, 0]);
        profile.Column("huge").Add([-double.MaxValue, 0, double.MaxValue]);
        profile.Column("one").Add(new string?[] { "\ud800\0\u202e", "b", "b" });
        profile.Column("never").Add(new DateOnly[] { DateOnly.MinValue, DateOnly.MaxValue, DateOnly.MinValue });
        profile.Column("");
        var (html, compared) = (Report.Of(profile, "odd").ToHtml(), Report.Compare(profile, SampleProfiles.Flights(), "odd").ToHtml());
        html.Should().Contain("all missing").And.Contain("3 NaN").And.Contain("2 infinite");
        compared.Should().Contain("gone").And.Contain("new");
        Report.Compare(profile, profile, "odd").ToJUnit().Should().Contain("failures=\"0\"");
    }

    [Fact]
    public void A_wide_dataset_has_a_list_of_all_columns_and_cards_of_the_first()
    {
        var profile = new DatasetProfile();
        profile.AddRows(2);
        for (var i = 0; i < 2_000; i++) profile.Column($"column {i}").Add([1L, i]);
        var html = Report.Of(profile, "wide").ToHtml();
        html.Should().Contain("column 1999");
        html.Split("<article").Length.Should().Be(ProfileReport.MaxCards + 1);
    }

    [Fact]
    public void What_moved_comes_first_and_what_did_not_is_the_same()
    {
        var markdown = Report.Compare(SampleProfiles.Flights(), SampleProfiles.Flights(shift: 20), "flights").ToMarkdown();
        markdown.Should().Contain("1 of 7 columns changed noticeably: delay.").And.MatchRegex(@"\n\| ⚠️ moved \| `delay` \| [1-9]").And.Contain("| same | `distance` | 0 %");
    }

    [Fact]
    public void Two_small_samples_of_the_same_have_not_moved()
    {
        var (before, after) = (new DatasetProfile(), new DatasetProfile());
        before.Column("x").Add(new string?[] { "a", "b", "a" });
        after.Column("x").Add(new string?[] { "b", "b", "a" });
        Report.Compare(before, after, "small").Summary.Should().Be("None of the 1 columns has changed noticeably.");
    }

    [Fact]
    public void A_kind_that_changed_is_bad()
    {
        var (before, after) = (new DatasetProfile(), new DatasetProfile());
        before.Column("x").Add([1L, 2]);
        after.Column("x").Add(new string?[] { "1", "two" });
        Report.Compare(before, after, "d").ToJUnit().Should().Contain("failures=\"1\"").And.Contain("integer became text");
    }

    [Fact]
    public void Markdown_neither_formats_nor_mentions_what_comes_from_the_data()
    {
        var profile = new DatasetProfile();
        profile.Column("a|b`c @team\n# x").Add([1L]);
        Report.Of(profile, "@team *x*").ToMarkdown().Should().StartWith("## ⚠️ @\u200bteam \\*x\\*").And.Contain("| `` a\\|b`c @team # x `` |");
    }

    [Fact]
    public void A_validation_shows_what_failed_and_the_rows()
    {
        var report = Report.Of(Validation);
        report.Summary.Should().Be("2 of 4 expectations failed on 1,000 rows. 'distance' is at least 0, but 2 of 1000 values are not.");
        report.ToMarkdown().Should().Contain("| ❌ failed | 'distance' is at least 0, but 2 of 1000 values are not. | `distance` | 2 | 0.2 % | 5 | – |").And.Contain("| ⚠️ warning | The mean of 'delay' is 8. |").And.Contain("| ❌ not checked |");
        report.ToHtml().Should().Contain("""<tr><td class="n">7</td><td class="data">&lt;script&gt;alert(1)&lt;/script&gt;</td><td class="data">-1</td></tr>""");
        XDocument.Parse(report.ToJUnit()).Descendants("testsuite").Single().Attributes().Select(a => a.Value).Should().Equal("flights", "4", "2", "0", "0");
    }

    [Fact]
    public void A_validation_that_passes_says_so() =>
        Report.Of(Validation with { Results = [Validation.Results[0]] }).Summary.Should().Be("All 1 expectations were met on 1,000 rows.");

    [Fact]
    public void Anomalies_are_shown_with_what_was_expected_and_how_far_columns_moved()
    {
        var report = Report.Of(Anomalies, "flights");
        report.Summary.Should().Be("2 anomalies. Column 'gate' is gone.");
        report.ToMarkdown().Should().Contain("| ❌ missing column | Column 'gate' is gone. | `gate` |  | – | `gate` |").And.Contain("| ❌ too far | `distance` | serving | L-infinity | 0.4 | 0.1 | `ATL` |");
        XDocument.Parse(report.ToJUnit()).Descendants("testsuite").Single().Attributes().Select(a => a.Value).Should().Equal("flights", "5", "3", "0", "1");
    }

    [Fact]
    public void Data_that_fit_their_schema_are_good_news() =>
        Report.Of(new AnomalyReport([], []), "flights").ToMarkdown().Should().Be("## ✅ flights\n\nThe data fit their schema.\n\nAnomalies **0** · Distances **0**\n");

    [Fact]
    public void JUnit_counts_what_failed_and_what_was_not_checked()
    {
        var suite = XDocument.Parse(ReportOf("history").ToJUnit()).Descendants("testsuite").Single();
        suite.Attributes().Select(a => $"{a.Name}={a.Value}").Should().Equal("name=flights", "tests=3", "failures=1", "errors=0", "skipped=1");
        suite.Descendants("failure").Single().Attribute("message")!.Value.Should().Be("Rows fell \ufffd.");
    }

    private static ValidationResult Validation => new("flights", 1000,
    [
        new() { Kind = "not_null", Columns = ["date"], Expected = "'date' is not missing", Success = true, Message = "'date' is not missing.", ElementCount = 1000 },
        new()
        {
            Kind = "values_between", Columns = ["distance"], Expected = "'distance' is at least 0", Success = false, Message = "'distance' is at least 0, but 2 of 1000 values are not.", ElementCount = 1000, MissingCount = 5,
            UnexpectedCount = 2, Sample = [Row(7, -1L, SampleProfiles.Attack), Row(8, -2.5, default)],
        },
        new() { Kind = "mean_between", Columns = ["delay"], Expected = "the mean of 'delay' is at most 5", Success = false, Severity = Severity.Warning, Message = "The mean of 'delay' is 8.", Observed = 8.0 },
        new() { Kind = "unique", Columns = ["id"], Expected = "'id' is unique", Success = false, Message = "'id' is unique, but there is no such column.", Error = "there is no such column" },
    ])
    { RejectedCount = 2 };

    private static AnomalyReport Anomalies => new(
        [
            new(AnomalyKind.MissingColumn, "gate", null, "gate", "Column 'gate' is gone."), new(AnomalyKind.NewColumn, "x", SampleProfiles.Attack, null, "Column 'x' is new.") { Slice = "origin = ATL" },
        ],
        [new("delay", "previous", "Jensen-Shannon", 0.02, 0.1, null), new("distance", "serving", "L-infinity", 0.4, 0.1, "ATL"), new("fare", "serving", "L-infinity", double.NaN, 0.1, null)]);

    private static FailedRow Row(long row, Scalar distance, Scalar key) => new(row, new Dictionary<string, Scalar> { ["distance"] = distance }, new Dictionary<string, Scalar> { ["flight"] = key });

    private static Report ReportOf(string kind) => kind switch
    {
        "profile" => Report.Of(SampleProfiles.Flights(), "flights"),
        "comparison" => Report.Compare(SampleProfiles.Flights(), SampleProfiles.Flights(shift: 20), "flights"),
        "validation" => Report.Of(Validation),
        "anomalies" => Report.Of(Anomalies, "flights"),
        _ => Report.Of(new HistoryReport("flights", DateTimeOffset.UnixEpoch,
        [
            new("rows", "between 1 and 2", HistoryStatus.Anomalous, 5, 1, 2, 9, "Rows fell \u0001."), new("a", "x", HistoryStatus.Normal, 1, double.NaN, double.NaN, 9, "Fits."),
            new("b", "x", HistoryStatus.NotChecked, double.NaN, double.NaN, double.NaN, 0, "Too few."),
        ])),
    };

    [GeneratedRegex("<main>.*</main>", RegexOptions.Singleline)]
    private static partial Regex Body();

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svg();
}
