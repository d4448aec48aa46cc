using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Statistics;
using static MlOps.DataValidation.Tests.Batches;

namespace MlOps.DataValidation.Tests;

/// <summary>Tables at the edge of what there is: each has a profile, a schema, suggestions and a report, and fits what was proposed for it.</summary>
public sealed class OddTablesTests
{
    private static readonly Dictionary<string, Func<RecordBatch>> Tables = new()
    {
        ["no rows"] = () => Of(("real", Reals()), ("text", Texts()), ("flag", Booleans()), ("time", Times())),
        ["one row"] = () => Of(("real", Reals(1.5)), ("whole", Integers(7)), ("text", Texts("x")), ("flag", Booleans(true)), ("time", Times(DateTimeOffset.UnixEpoch)), ("list", Lists(["a"]))),
        ["all missing"] = () => Of(("real", Reals(null, null)), ("whole", Integers(null, null)), ("text", Texts(null, null)), ("nothing", new NullArray(2)), ("list", Lists(null, null)), ("good", Integers(1, 2))),
        ["all NaN"] = () => Of(("real", Reals(double.NaN, double.NaN, double.NaN)), ("good", Integers(1, 2, 3))),
        ["infinite"] = () => Of(("real", Reals(double.PositiveInfinity, double.NegativeInfinity, 1)), ("good", Integers(1, 2, 3))),
        ["a long text"] = () => Of(("text", Texts(new string('x', 10_000_000), "y")), ("good", Integers(1, 2))),
        ["beyond 2^53"] = () => Of(("id", Integers((1L << 53) + 1, 1L << 53, long.MaxValue, long.MinValue))),
        ["10,000 columns"] = () => Of([.. Enumerable.Range(0, 10_000).Select(i => ($"c{i}", (IArrowArray)Integers(i, i + 1)))]),
        ["a struct"] = () => Of(("struct", Struct()), ("good", Integers(1, 2))),
    };

    public static TheoryData<string> Names => [.. Tables.Keys];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_odd_table_is_profiled_and_reported(string name)
    {
        var batch = Tables[name]();
        var profile = await ProfileAsync(batch);

        profile.Rows.Should().Be(batch.Length);
        profile.Columns.Should().HaveCount(batch.ColumnCount);
        Report.Of(profile, name).ToHtml().Should().Contain("</html>");
        DatasetProfile.FromBytes(profile.ToBytes()).Rows.Should().Be(batch.Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_odd_table_fits_the_schema_that_is_inferred_from_it(string name)
    {
        var batch = Tables[name]();
        var profile = await ProfileAsync(batch);
        var schema = DataSchema.FromYaml(profile.InferSchema().ToYaml()) with { AllowsNewColumns = true };

        // What has neither a value nor a type, or a type without statistics, is in no schema: it is new there.
        schema.FindAnomalies(profile).Anomalies.Should().BeEmpty();
        var rows = await schema.ToSuite(null, [.. schema.Columns.Select(c => c.Name)]).ValidateAsync(Stream(batch), null, Token);
        rows.Failures.Select(f => f.Message).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_odd_table_fits_the_suite_that_is_suggested_for_it(string name)
    {
        var batch = Tables[name]();
        var suite = ExpectationSuite.FromJson(SuiteSuggestions.From(await ProfileAsync(batch), name).ToJson());

        (await suite.ValidateAsync(Stream(batch), null, Token)).Failures.Select(f => f.Message).Should().BeEmpty();
    }

    [Fact]
    public async Task Integers_beyond_the_53_bits_of_a_double_are_told_apart_and_their_statistics_are_those_of_the_nearest_double()
    {
        var profile = (await ProfileAsync(Tables["beyond 2^53"]()))["id"];

        profile.Distinct.Value.Should().Be(4);
        profile.TopValues(9).Select(v => v.Value).Should().BeEquivalentTo("9007199254740993", "9007199254740992", $"{long.MaxValue}", $"{long.MinValue}");
        (profile.Numbers!.Min, profile.Numbers.Max).Should().Be((long.MinValue, (double)long.MaxValue));
    }

    [Fact]
    public async Task Moments_of_several_zones_are_moments_in_utc()
    {
        static IArrowArray InZone(string? zone, params DateTimeOffset[] times) =>
            times.Aggregate(new TimestampArray.Builder(new TimestampType(Apache.Arrow.Types.TimeUnit.Microsecond, zone)), (b, t) => b.Append(t)).Build();
        var noon = new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.FromHours(2));
        var batches = new[] { InZone("Europe/Berlin", noon), InZone("UTC", noon.AddHours(1)), InZone(null, noon.AddHours(2)), InZone("+09:00", noon.AddHours(3)) }.Select(a => Of(("t", a))).ToArray();

        var times = (await new Profiler().ProfileAsync(Stream(batches), Token))["t"].Times!;
        (times.Earliest, times.Latest).Should().Be((noon.UtcDateTime, noon.AddHours(3).UtcDateTime));
        var suite = ExpectationSuite.Create("s", s => s.Column("t").Between(noon, noon.AddHours(3)));
        (await suite.ValidateAsync(Stream(batches), null, Token)).Success.Should().BeTrue();
    }

    [Fact]
    public void A_range_that_nothing_fits_is_refused()
    {
        FluentActions.Invoking(() => new ValuesBetween("a", 2, 1)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => DataSchema.FromYaml("columns:\n  a: {type: real, range: {min: 2, max: 1}}\n")).Should().Throw<SchemaException>().WithMessage("*Line 2*");
    }

    [Fact]
    public async Task A_column_that_only_the_schema_knows_is_an_anomaly_or_an_error_and_leaves_the_others_alone()
    {
        var schema = new DataSchema(new ColumnSchema("a", ValueKind.Integer).Required(), new ColumnSchema("b", ValueKind.Integer).Required());
        var batch = Of(("a", Integers(1, 2)));

        schema.FindAnomalies(await ProfileAsync(batch)).Anomalies.Should().ContainSingle().Which.Should().Match<Anomaly>(a => a.Column == "b" && a.Kind == AnomalyKind.MissingColumn);
        var result = await schema.ToSuite().ValidateAsync(Stream(batch), null, Token);
        result.Results.Where(r => r.Columns.Contains("a")).Should().OnlyContain(r => r.Success);
        result.Success.Should().BeFalse();
    }

    private static Task<DatasetProfile> ProfileAsync(RecordBatch batch) => new Profiler().ProfileAsync(Stream(batch), Token);

    private static StructArray Struct()
    {
        var field = Integers(1, 2);
        return new(new StructType([new Field("x", field.Data.DataType, true)]), 2, [field], ArrowBuffer.Empty);
    }
}
