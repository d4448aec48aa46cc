namespace MlOps.DataValidation.Tests;

/// <summary>What came of a validation becomes metrics.</summary>
public sealed class ValidationMetricsTests
{
    private static readonly DateTimeOffset Day = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Shares_of_failing_rows_and_observed_numbers_are_kept()
    {
        var metrics = Result(
            One("values_between", "distance") with { ElementCount = 10, MissingCount = 2, UnexpectedCount = 4 }, One("values_between", "distance") with { ElementCount = 10 },
            One("mean_between", "delay") with { Observed = 8.5, Success = false }, One("unique", "id") with { Error = "there is no such column" }, One("not_null", "x")).ToMetrics("flights", Day);
        metrics.Values.Should().BeEquivalentTo(new Dictionary<string, double>
        {
            ["rows"] = 10,
            ["rejected"] = 0.4,
            ["values_between(distance)"] = 0.5,
            ["values_between(distance)#2"] = 0,
            ["mean_between(delay)"] = 8.5,
        });
        metrics.IsAccepted.Should().BeFalse();
    }

    [Fact]
    public void A_warning_does_not_keep_data_out_of_the_past() =>
        Result(One("mean_between", "delay") with { Success = false, Severity = Severity.Warning }).ToMetrics("flights", Day).IsAccepted.Should().BeTrue();

    [Fact]
    public void A_validation_and_a_profile_of_the_same_data_are_one_point()
    {
        var both = SampleProfiles.Flights().ToMetrics("flights", Day).And(Result(One("unique", "id") with { Success = false, ElementCount = 4, UnexpectedCount = 1 }).ToMetrics("flights", Day));
        both.Values.Should().Contain("rows", 1000).And.Contain("unique(id)", 0.25).And.ContainKey("delay.mean");
        both.Should().BeEquivalentTo(new { IsAccepted = false, Fingerprint = new string('a', 64) });
    }

    [Fact]
    public void Other_data_are_refused()
    {
        var metrics = SampleProfiles.Flights().ToMetrics("flights", Day);
        metrics.Invoking(m => m.And(metrics with { Time = Day.AddDays(1) })).Should().Throw<ArgumentException>();
        metrics.Invoking(m => m.And(metrics with { Fingerprint = "other" })).Should().Throw<ArgumentException>();
    }

    private static ExpectationResult One(string kind, string column) => new() { Kind = kind, Columns = [column], Expected = kind, Success = true, Message = $"{kind}." };

    private static ValidationResult Result(params ExpectationResult[] results) => new("s", 10, results) { RejectedCount = 4 };
}
