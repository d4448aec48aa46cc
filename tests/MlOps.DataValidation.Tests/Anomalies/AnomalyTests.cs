using MlOps.Peers;
using MlOps.Statistics;
using static MlOps.DataValidation.Tests.Batches;

namespace MlOps.DataValidation.Tests;

public class AnomalyTests
{
    private static readonly DateTime Day = new(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<AnomalyKind, ColumnSchema, Apache.Arrow.IArrowArray> Wrong => new()
    {
        { AnomalyKind.UnexpectedType, new("x", ValueKind.Real), Integers(1) },
        { AnomalyKind.NeverPresent, new ColumnSchema("x", ValueKind.Real).Required(), Reals(null, null) },
        { AnomalyKind.TooFewPresent, new("x", ValueKind.Real) { Presence = new(0, 3) }, Reals(1, 2, null) },
        { AnomalyKind.TooSmallSharePresent, new ColumnSchema("x", ValueKind.Real).AllowMissing(0.1), Reals(1, 2, null) },
        { AnomalyKind.ListTooShort, new ColumnSchema("x", ValueKind.Text).ListOf(2), Lists(["a"], ["a", "b"]) },
        { AnomalyKind.ListTooLong, new ColumnSchema("x", ValueKind.Text).ListOf(0, 1), Lists(["a"], ["a", "b"]) },
        { AnomalyKind.NestingMismatch, new("x", ValueKind.Text), Lists(["a"]) },
        { AnomalyKind.ShapeMismatch, new("x", ValueKind.Text) { Lists = null, Shape = [2] }, Lists(["a"], ["a", "b"]) },
        { AnomalyKind.TooFewDistinct, new("x", ValueKind.Text) { Distinct = new(3) }, Texts("a", "b") },
        { AnomalyKind.TooManyDistinct, new("x", ValueKind.Text) { Distinct = new(0, 1) }, Texts("a", "b") },
        { AnomalyKind.DuplicateValues, new ColumnSchema("x", ValueKind.Text).Unique(), Texts("a", "a", null, null) },
        { AnomalyKind.BooleanTooSmall, new ColumnSchema("x", ValueKind.Integer).ReadAs(ValueKind.Boolean), Integers(-1, 1) },
        { AnomalyKind.BooleanTooBig, new ColumnSchema("x", ValueKind.Integer).ReadAs(ValueKind.Boolean), Integers(0, 2) },
        { AnomalyKind.BooleanUnexpectedNumber, new ColumnSchema("x", ValueKind.Real).ReadAs(ValueKind.Boolean), Reals(0, 0.5, 1) },
        { AnomalyKind.BooleanUnexpectedNumber, new ColumnSchema("x", ValueKind.Real).ReadAs(ValueKind.Boolean), Reals(0, double.NaN, 1) },
        { AnomalyKind.BooleanUnexpectedText, new ColumnSchema("x", ValueKind.Text).ReadAsBoolean("Y", "N"), Texts("Y", "maybe") },
        { AnomalyKind.IntegerTooSmall, new ColumnSchema("x", ValueKind.Integer).Between(0, 9), Integers(-1, 5) },
        { AnomalyKind.IntegerTooBig, new ColumnSchema("x", ValueKind.Integer).Between(0, 9), Integers(1, 10) },
        { AnomalyKind.IntegerTooBig, new ColumnSchema("x", ValueKind.Integer).Between(null, 9007199254740992), Integers(9007199254740993) },
        { AnomalyKind.TextNotInteger, new ColumnSchema("x", ValueKind.Text).ReadAs(ValueKind.Integer), Texts("1", "1.5") },
        { AnomalyKind.IntegerTooBig, new ColumnSchema("x", ValueKind.Text).ReadAs(ValueKind.Integer).Between(0, 9), Texts("1", "10") },
        { AnomalyKind.NumberTooSmall, new ColumnSchema("x", ValueKind.Real).Between(0, 9), Reals(-0.5, 5) },
        { AnomalyKind.NumberTooBig, new ColumnSchema("x", ValueKind.Real).Between(0, 9), Reals(1, double.PositiveInfinity) },
        { AnomalyKind.TextNotNumber, new ColumnSchema("x", ValueKind.Text).ReadAs(ValueKind.Real), Texts("1", "one") },
        { AnomalyKind.HasNaN, new("x", ValueKind.Real) { AllowsNaN = false }, Reals(1, double.NaN) },
        { AnomalyKind.HasNaN, new("x", ValueKind.Text) { ReadsAs = ValueKind.Real, AllowsNaN = false }, Texts("1", "NaN") },
        { AnomalyKind.HasInfinity, new("x", ValueKind.Real) { AllowsInfinity = false }, Reals(1, double.NegativeInfinity) },
        { AnomalyKind.UnexpectedValues, new ColumnSchema("x", ValueKind.Text).OneOf("a", "b"), Texts("a", "c") },
        { AnomalyKind.InvalidUtf8, new ColumnSchema("x", ValueKind.Text).OneOf("a"), new Apache.Arrow.StringArray(1, new Apache.Arrow.ArrowBuffer.Builder<int>().Append(0).Append(1).Build(), new Apache.Arrow.ArrowBuffer(new byte[] { 0xFF }), Apache.Arrow.ArrowBuffer.Empty) },
        { AnomalyKind.TooEarly, new ColumnSchema("x", ValueKind.Timestamp).Between(Day, null), Times(Day.AddSeconds(-1)) },
        { AnomalyKind.TooLate, new ColumnSchema("x", ValueKind.Date).Between(null, Day), Days(Day.AddDays(1)) },
        { AnomalyKind.DomainInvalidForType, new ColumnSchema("x", ValueKind.Text).OneOf("a"), new Apache.Arrow.BinaryArray.Builder().Append("a"u8).Build() },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Wrong_data_is_found_and_allowed_by_the_relaxed_schema(AnomalyKind kind, ColumnSchema column, Apache.Arrow.IArrowArray values)
    {
        var (schema, profile) = (new DataSchema(column), await new Profiler().ProfileAsync(Stream(Of(("x", values))), Token));
        var anomaly = schema.FindAnomalies(profile).Anomalies.Should().ContainSingle().Subject;
        anomaly.Kind.Should().Be(kind);
        anomaly.Column.Should().Be("x");
        anomaly.Message.Should().Contain("'x'").And.EndWith(".");
        schema.Relax(profile).FindAnomalies(profile).IsValid.Should().BeTrue();
    }

    [Fact]
    public async Task A_missing_column_and_a_new_one_are_found()
    {
        var profile = await Profile(("y", Reals(1)));
        var report = new DataSchema(new ColumnSchema("x", ValueKind.Real).Required(), new("z", ValueKind.Real)).FindAnomalies(profile);
        report.Anomalies.Select(a => (a.Kind, a.Column)).Should().Equal((AnomalyKind.MissingColumn, "x"), (AnomalyKind.NewColumn, "y"));
        report.ToString().Should().Contain("Column 'x' is required, but the data has no such column.");
    }

    [Fact]
    public async Task A_label_is_missed_in_training_only()
    {
        var schema = new DataSchema(new ColumnSchema("x", ValueKind.Real), new ColumnSchema("late", ValueKind.Boolean).Required().NotIn("serving"));
        var profile = await Profile(("x", Reals(1)));
        schema.FindAnomalies(profile, new() { Environment = "serving" }).IsValid.Should().BeTrue();
        schema.FindAnomalies(profile, new() { Environment = "training" }).Anomalies.Should().ContainSingle().Which.Message.Should().Contain("in environment 'training'");
    }

    [Fact]
    public async Task A_column_that_an_environment_does_not_expect_is_new()
    {
        var schema = new DataSchema(new ColumnSchema("late", ValueKind.Boolean).Required().NotIn("serving"));
        var profile = await Profile(("late", Booleans(true)));
        schema.FindAnomalies(profile, new() { Environment = "serving" }).Anomalies.Single().Kind.Should().Be(AnomalyKind.NewColumn);
        schema.Relax(profile, new() { Environment = "serving" }).FindAnomalies(profile, new() { Environment = "serving" }).IsValid.Should().BeTrue();
    }

    [Fact]
    public async Task New_columns_may_be_allowed() =>
        (new DataSchema { AllowsNewColumns = true }).FindAnomalies(await Profile(("x", Reals(1)))).IsValid.Should().BeTrue();

    [Fact]
    public async Task A_deprecated_column_is_not_validated()
    {
        var schema = new DataSchema(new ColumnSchema("x", ValueKind.Real) { Lifecycle = LifecycleStage.Deprecated });
        schema.FindAnomalies(await Profile(("x", Texts("a")))).IsValid.Should().BeTrue();
    }

    [Theory]
    [InlineData(4L, null, AnomalyKind.TooFewRows)]
    [InlineData(null, 2L, AnomalyKind.TooManyRows)]
    public async Task The_number_of_rows_is_limited(long? min, long? max, AnomalyKind kind)
    {
        var (schema, profile) = (new DataSchema(new ColumnSchema("x", ValueKind.Real)) { Rows = new(min, max) }, await Profile(("x", Reals(1, 2, 3))));
        schema.FindAnomalies(profile).Anomalies.Single().Kind.Should().Be(kind);
        schema.Relax(profile).FindAnomalies(profile).IsValid.Should().BeTrue();
    }

    [Theory]
    [InlineData(0.9, null, 4, AnomalyKind.RowsFell)]
    [InlineData(null, 1.5, 1, AnomalyKind.RowsGrew)]
    [InlineData(null, 1.5, 0, AnomalyKind.RowsGrew)]
    public async Task The_number_of_rows_is_compared(double? min, double? max, int before, AnomalyKind kind)
    {
        var profile = await Profile(("x", Reals(1, 2, 3)));
        var earlier = await Profile(("x", Reals([.. Enumerable.Repeat<double?>(1, before)])));
        var column = new ColumnSchema("x", ValueKind.Real);
        (new DataSchema(column) { Rows = new(Drift: new(min, max)) }).FindAnomalies(profile, new() { Previous = earlier }).Anomalies.Single().Kind.Should().Be(kind);
        (new DataSchema(column) { Rows = new(Version: new(min, max)) }).FindAnomalies(profile, new() { PreviousVersion = earlier }).Anomalies.Single().Kind.Should().Be(kind);
    }

    [Fact]
    public async Task Drift_of_categories_is_measured_with_its_formula()
    {
        var schema = new DataSchema(new ColumnSchema("x", ValueKind.Text).WatchDrift(0.1, 0.05, 0.1));
        var (now, before) = (await Profile(("x", Texts("a", "a", "a", "b"))), await Profile(("x", Texts("a", "b", "b", "b"))));
        var report = schema.FindAnomalies(now, new() { Previous = before });
        report.Anomalies.Select(a => a.Kind).Should().BeEquivalentTo([AnomalyKind.LInfinityHigh, AnomalyKind.JensenShannonHigh, AnomalyKind.NormalizedDifferenceHigh]);
        report.Measurements.Select(m => m.Value).Should().BeEquivalentTo([0.5, 0.25, 1 - 0.8112781244591328], o => o.Using<double>(c => c.Subject.Should().BeApproximately(c.Expectation, 1e-9)).WhenTypeIs<double>());
        report.Measurements[0].Contributor.Should().Be("a");
        schema.Relax(now, new() { Previous = before }).FindAnomalies(now, new() { Previous = before }).IsValid.Should().BeTrue();
    }

    [Fact]
    public async Task Skew_of_numbers_is_measured_from_histograms()
    {
        var schema = new DataSchema(new ColumnSchema("x", ValueKind.Real).WatchSkew(jensenShannon: 0.1));
        var training = await Profile(("x", Reals([.. Enumerable.Range(0, 100).Select(i => (double?)i)])));
        var moved = await Profile(("x", Reals([.. Enumerable.Range(500, 100).Select(i => (double?)i)])));
        schema.FindAnomalies(training, new() { Serving = training }).Measurements.Single().Value.Should().BeApproximately(0, 1e-12);
        var report = schema.FindAnomalies(training, new() { Serving = moved });
        report.Anomalies.Single().Kind.Should().Be(AnomalyKind.JensenShannonHigh);
        report.Measurements.Single().Should().BeEquivalentTo(new { Against = "serving", Measure = "Jensen-Shannon" });
        report.Measurements.Single().Value.Should().BeApproximately(1, 0.1);
    }

    [Fact]
    public async Task Data_without_the_column_to_compare_with_is_an_anomaly()
    {
        var schema = new DataSchema(new ColumnSchema("x", ValueKind.Text).WatchDrift(0.1)) { AllowsNewColumns = true };
        schema.FindAnomalies(await Profile(("x", Texts("a"))), new() { Previous = await Profile(("y", Texts("a"))) }).Anomalies.Single().Kind.Should().Be(AnomalyKind.ControlMissing);
    }

    [Fact]
    public async Task Nothing_is_compared_without_other_data() =>
        new DataSchema(new ColumnSchema("x", ValueKind.Text).WatchDrift(0.1)).FindAnomalies(await Profile(("x", Texts("a")))).Measurements.Should().BeEmpty();

    [Fact]
    public async Task Distinct_values_that_nobody_counted_are_an_anomaly()
    {
        var column = new ColumnSchema("x", ValueKind.Text) { Distinct = new(1, 2) };
        var found = new Findings("x");
        ColumnChecks.Check(column, ColumnFacts.Of("x", (await Profile(("x", Texts("a"))))["x"], 1) with { Distinct = null }, true, null, found);
        found.Found.Single().Anomaly.Kind.Should().Be(AnomalyKind.DistinctNotCounted);
    }

    [Fact]
    public async Task What_a_profile_without_values_does_not_tell_is_said()
    {
        var profile = await new Profiler(ProfilingOptions.Default.WithoutValues()).ProfileAsync(Stream(Of(("x", Texts("a", "b")), ("y", Reals(1, 2)))), Token);
        var schema = new DataSchema(new ColumnSchema("x", ValueKind.Text).OneOf("a"), new ColumnSchema("y", ValueKind.Real).Between(0, 2));
        schema.FindAnomalies(profile).Anomalies.Single().Kind.Should().Be(AnomalyKind.NotMeasured);
    }

    [Fact]
    public async Task Some_values_may_lie_outside_of_a_domain()
    {
        var schema = new DataSchema(new ColumnSchema("x", ValueKind.Text).OneOf("a").Mostly(0.75));
        schema.FindAnomalies(await Profile(("x", Texts("a", "a", "a", "b")))).IsValid.Should().BeTrue();
        schema.FindAnomalies(await Profile(("x", Texts("a", "a", "b", "b")))).Anomalies.Single().Observed.Should().Be("'b' (50 %)");
    }

    [Fact]
    public void An_empty_dataset_has_no_required_values()
    {
        var profile = new DatasetProfile();
        _ = profile.Column("x", ValueKind.Real);
        new DataSchema(new ColumnSchema("x", ValueKind.Real).Required()).FindAnomalies(profile).Anomalies.Single().Kind.Should().Be(AnomalyKind.NeverPresent);
    }

    [Fact]
    public async Task A_column_that_cannot_be_validated_does_not_keep_the_others_from_it()
    {
        var facts = DatasetFacts.Of(await Profile(("x", Reals(1)), ("y", Texts("a"))))!;
        var broken = facts with { Columns = [facts.Columns[0] with { Align = _ => throw new InvalidOperationException("broken") }, facts.Columns[1]] };
        var schema = new DataSchema(new ColumnSchema("x", ValueKind.Real).WatchDrift(jensenShannon: 0.1), new ColumnSchema("y", ValueKind.Real));
        var report = AnomalyExtensions.Report(AnomalyFinder.Find(schema, new(1, broken.Columns), null, new(facts)));
        report.Anomalies.Select(a => a.Kind).Should().Equal(AnomalyKind.NotValidated, AnomalyKind.UnexpectedType);
    }

    [Fact]
    public async Task Anomalies_of_a_slice_name_it()
    {
        var sliced = await new Profiler().ProfileSlicesAsync(Stream(Of(("g", Texts("a", "b")), ("x", Reals(1, 100)))), [Slicing.By("g")], Token);
        var schema = new DataSchema(new("g", ValueKind.Text), new ColumnSchema("x", ValueKind.Real).Between(0, 50));
        schema.FindAnomalies(sliced).Anomalies.Select(a => a.Slice).Should().Equal(null, "g=b");
    }

    [Fact]
    public void Every_tabular_kind_that_the_peer_detects_has_a_kind_here_that_a_test_produces()
    {
        var produced = Wrong.Select(row => row.Data.Item1).Concat(SchemaRulesTests.Impossible.Select(row => row.Data.Item3)).Concat(
        [
            AnomalyKind.NewColumn, AnomalyKind.MissingColumn, AnomalyKind.TooFewRows, AnomalyKind.TooManyRows, AnomalyKind.RowsFell, AnomalyKind.RowsGrew, AnomalyKind.DistinctNotCounted,
            AnomalyKind.LInfinityHigh, AnomalyKind.JensenShannonHigh, AnomalyKind.NormalizedDifferenceHigh, AnomalyKind.ControlMissing,
        ]).ToHashSet();
        TfdvNames.Kinds.Values.Should().BeSubsetOf(produced);
    }

    private static Task<DatasetProfile> Profile(params (string Name, Apache.Arrow.IArrowArray Values)[] columns) => new Profiler().ProfileAsync(Stream(Of(columns)), Token);
}
