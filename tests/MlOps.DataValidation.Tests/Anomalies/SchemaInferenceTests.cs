using MlOps.Statistics;
using static MlOps.DataValidation.Tests.Batches;

namespace MlOps.DataValidation.Tests;

public class SchemaInferenceTests
{
    private static readonly DateTime Day = new(2026, 1, 11, 0, 0, 0, DateTimeKind.Utc);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_schema_is_proposed_for_data()
    {
        var batch = Of(
            ("distance", Reals(100, 200, null, 400)), ("delay", Integers(-10, 0, 5, 10)), ("carrier", Texts("B6", "AA", "B6", "AA")), ("flag", Texts("true", "false", "true", "true")),
            ("code", Texts("12", "7", "8", "9")), ("late", Integers(0, 1, 1, 0)), ("tags", Lists(["a"], ["b"], ["a"], ["a"])), ("date", Days(Day, Day.AddDays(10), Day, Day)), ("empty", Reals(null, null, null, null)));
        (await new Profiler().ProfileAsync(Stream(batch), Token)).InferSchema().ToYaml().Should().Be("""
            columns:
              distance:
                type: real
                presence: {minFraction: 0.7, minCount: 1}
                range: {min: 70, max: 430}
              delay:
                type: integer
                presence: required
                range: {min: -12, max: 12}
              carrier:
                type: text
                presence: required
                domain: [AA, B6]
              flag:
                type: text
                presence: required
                readsAs: boolean
                trueText: "true"
                falseText: "false"
              code:
                type: text
                presence: required
                readsAs: integer
              late:
                type: integer
                presence: required
                readsAs: boolean
              tags:
                type: text
                presence: required
                lists: [{min: 1, max: 1}]
                domain: [a, b]
              date:
                type: date
                presence: required
                times: {earliest: "2026-01-10"}
              empty:
                type: real

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Data_fits_the_schema_that_was_inferred_from_it()
    {
        var profile = await new Profiler().ProfileAsync(Stream(Of(("x", Reals(0.1, double.NaN, double.NegativeInfinity, null)), ("y", Texts(null, null, null, null)), ("z", Integers(long.MinValue, long.MaxValue, 0, 1)))), Token);
        profile.InferSchema().FindAnomalies(profile).Anomalies.Should().BeEmpty();
    }

    [Fact]
    public async Task Many_different_values_are_unique_and_no_domain()
    {
        var profile = await new Profiler().ProfileAsync(Stream(Of(("id", Texts([.. Enumerable.Range(0, 200).Select(i => $"id{i}")])))), Token);
        var column = profile.InferSchema()["id"];
        column.Domain.Should().BeNull();
        column.IsUnique.Should().BeTrue();
        profile.InferSchema(new() { DomainLimit = 200 })["id"].Domain.Should().HaveCount(200);
    }

    [Fact]
    public async Task Lists_of_one_length_are_tensors_on_request()
    {
        var profile = await new Profiler().ProfileAsync(Stream(Of(("x", Lists(["a", "b"], ["c", "d"])))), Token);
        profile.InferSchema(new() { InfersShape = true })["x"].Shape.Should().Equal(2);
    }

    [Fact]
    public async Task A_relaxed_schema_takes_new_columns_in_and_counts_its_version_up()
    {
        var profile = await new Profiler().ProfileAsync(Stream(Of(("x", Reals(1)), ("new", Texts("a")))), Token);
        var relaxed = new DataSchema(new ColumnSchema("x", ValueKind.Real), new ColumnSchema("gone", ValueKind.Real).Required()).Relax(profile);
        relaxed.Version.Should().Be(2);
        relaxed["new"].Domain.Should().Equal("a");
        relaxed["gone"].Lifecycle.Should().Be(LifecycleStage.Deprecated);
        relaxed.Relax(profile).Should().BeSameAs(relaxed);
    }
}
