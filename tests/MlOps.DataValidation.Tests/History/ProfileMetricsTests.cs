using MlOps.Statistics;

namespace MlOps.DataValidation.Tests;

/// <summary>A profile becomes metrics.</summary>
public sealed class ProfileMetricsTests
{
    [Fact]
    public void Each_kind_of_column_has_its_metrics()
    {
        var metrics = SampleProfiles.Flights().ToMetrics("flights", DateTimeOffset.UnixEpoch);
        metrics.Fingerprint.Should().Be(new string('a', 64));
        metrics.Values.Should().Contain(new Dictionary<string, double>
        {
            ["rows"] = 1000,
            ["columns"] = 7,
            ["origin.completeness"] = 0.9,
            ["origin.distinct"] = 2,
            ["origin.min_length"] = 3,
            ["origin.max_length"] = 25,
            ["on_time.true"] = 0.75,
            ["delay.min"] = 0,
            ["delay.max"] = 49.75,
            ["delay.zeros"] = 0.005,
            ["delay.nan"] = 0,
            ["date.earliest"] = 1767225600,
            ["date.latest"] = 1769299200,
        });
    }

    [Fact]
    public void What_cannot_be_measured_is_no_metric()
    {
        var profile = new DatasetProfile();
        profile.Column("empty");
        profile.Column("infinite").Add([double.PositiveInfinity]);
        profile.Column("nan").Add([double.NaN]);
        profile.ToMetrics("d", DateTimeOffset.UnixEpoch).Values.Should().NotContainKeys("empty.completeness", "infinite.max", "nan.mean").And.OnlyContain(v => double.IsFinite(v.Value));
    }
}
