using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;
using MlOps.Testing;
using static MlOps.DataValidation.Tests.Batches;

namespace MlOps.DataValidation.Tests;

public class ProfilerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly DateTime Day = new(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc);

    private static readonly RecordBatch Flights = Of(
        ("date", Days(Day, Day.AddDays(1), null, Day.AddDays(3))),
        ("at", Times(Day, null, Day.AddHours(1), Day.AddHours(2))),
        ("distance", Reals(100, 250, double.NaN, null)),
        ("hour", Integers(1, 2, null, 23)),
        ("carrier", Texts("AA", "B6", null, "AA")),
        ("late", Booleans(true, false, null, true)),
        ("stops", Lists(["a", "b"], null, [], ["c"])));

    private enum Cabin { Economy, Business }

    private sealed record Row(int Id, double? Fare, string? Name, Cabin Cabin, Guid Key, DateTime At, [property: DataColumn(Name = "n")] long? Number, [property: DataColumn(IsIgnored = true)] object? Extra);

    [Fact]
    public async Task Every_column_of_a_batch_is_profiled()
    {
        var profile = await new Profiler().ProfileAsync(Stream(Flights), Token);
        profile.Rows.Should().Be(4);
        profile.Columns.Should().Equal("date", "at", "distance", "hour", "carrier", "late", "stops");
        profile.Columns.Select(c => profile[c].Kind).Should().Equal(ValueKind.Date, ValueKind.Timestamp, ValueKind.Real, ValueKind.Integer, ValueKind.Text, ValueKind.Boolean, ValueKind.List);
        profile.Columns.Should().OnlyContain(c => profile[c].Rows == 4 && profile[c].Missing == 1);
        profile["date"].Times!.Latest.Should().Be(Day.AddDays(3));
        profile["at"].Times!.Latest.Should().Be(Day.AddHours(2));
        profile["distance"].Numbers!.NaN.Should().Be(1);
        profile["hour"].Numbers!.MaxInteger.Should().Be(23);
        profile["carrier"].TopValues(1)[0].Should().Be(new ValueCount("AA", 2, 0));
        profile["stops"].Lists!.Lengths.Max.Should().Be(2);
        profile["stops"].Lists!.Items.Count.Should().Be(3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_size_of_the_batches_does_not_matter(int size)
    {
        var slices = Enumerable.Range(0, (4 + size - 1) / size).Select(i => Batches.Slice(Flights, i * size, Math.Min(size, 4 - (i * size)))).ToArray();
        var (parts, whole) = (await new Profiler().ProfileAsync(Stream(slices), Token), await new Profiler().ProfileAsync(Stream(Flights), Token));
        foreach (var name in whole.Columns)
        {
            parts[name].TopValues(10).Should().Equal(whole[name].TopValues(10));
            (parts[name].Rows, parts[name].Missing, parts[name].Distinct, parts[name].Order).Should().Be((whole[name].Rows, whole[name].Missing, whole[name].Distinct, whole[name].Order));
        }

        parts["distance"].Numbers!.Mean.Should().BeApproximately(whole["distance"].Numbers!.Mean, 1e-9);
        parts["stops"].Lists!.Items.TopValues(9).Should().Equal(whole["stops"].Lists!.Items.TopValues(9));
    }

    [Fact]
    public async Task Columns_are_profiled_side_by_side_with_the_same_result()
    {
        var big = Of(("x", Reals([.. Enumerable.Range(0, 40_000).Select(i => (double?)(i % 977))])), ("y", Integers([.. Enumerable.Range(0, 40_000).Select(i => (long?)(i % 13))])));
        var alone = await new Profiler(new() { MaxParallelism = 1 }).ProfileAsync(Stream(big), Token);
        (await new Profiler(new() { MaxParallelism = 4 }).ProfileAsync(Stream(big), Token)).ToBytes().Should().Equal(alone.ToBytes());
    }

    [Fact]
    public async Task Only_the_wanted_columns_are_profiled() =>
        (await new Profiler(new() { Columns = ["late", "hour"] }).ProfileAsync(Stream(Flights), Token)).Columns.Should().Equal("late", "hour");

    [Fact]
    public async Task A_wanted_column_that_is_missing_is_an_error()
    {
        var profiling = () => new Profiler(new() { Columns = ["lat"] }).ProfileAsync(Stream(Flights), Token);
        (await profiling.Should().ThrowAsync<DataException>()).WithMessage("There is no column 'lat' to profile*").Which.Column.Should().Be("lat");
    }

    [Fact]
    public async Task Two_columns_of_one_name_are_an_error()
    {
        var profiling = () => new Profiler().ProfileAsync(Stream(Of(("x", Reals(1)), ("x", Reals(2)))), Token);
        await profiling.Should().ThrowAsync<DataException>().WithMessage("Column 'x' stands twice*");
    }

    [Fact]
    public async Task A_column_that_changes_its_type_is_an_error()
    {
        var profiling = () => new Profiler().ProfileAsync(Stream(Of(("x", Reals(1))), Of(("x", Texts("a")))), Token);
        (await profiling.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("x");
    }

    [Fact]
    public async Task An_empty_dataset_has_a_profile_without_rows()
    {
        var profile = await new Profiler().ProfileAsync(Stream(Batches.Slice(Flights, 0, 0)), Token);
        profile.Rows.Should().Be(0);
        profile["distance"].Kind.Should().Be(ValueKind.Real);
    }

    [Fact]
    public async Task Rows_are_counted_as_they_are_profiled()
    {
        var told = new List<long>();
        await new Profiler(new() { Progress = new Told(told) }).ProfileAsync(Stream(Flights, Flights), Token);
        told.Should().Equal(4, 8);
    }

    [Fact]
    public async Task Profiling_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var profiling = () => new Profiler().ProfileAsync(Stream(Flights), cancelled.Token);
        await profiling.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Raw_values_can_be_kept_out()
    {
        var profile = await new Profiler(ProfilingOptions.Default.WithoutValues()).ProfileAsync(Stream(Flights), Token);
        profile.ToJson().Should().NotContain("\"AA\"").And.NotContain("\"B6\"");
        profile["carrier"].TopValues(5).Should().BeEmpty();
        profile["carrier"].Count.Should().Be(3);
    }

    [Fact]
    public async Task Pairs_of_columns_are_measured_on_request()
    {
        var batch = Of(("x", Reals(1, 2, 3, null)), ("y", Integers(2, 4, 6, 8)), ("a", Texts("p", "p", "q", "q")), ("b", Texts("r", "r", "s", "s")));
        var profile = await new Profiler(new() { Correlations = [("x", "y")], Contingencies = [("a", "b")] }).ProfileAsync(Stream(batch), Token);
        profile.Correlation("x", "y").Pearson.Should().BeApproximately(1, 1e-12);
        profile.Contingency("a", "b").CramersV.Should().BeApproximately(1, 1e-12);
    }

    [Fact]
    public async Task A_dataset_is_profiled_with_its_fingerprint_and_stored()
    {
        var store = new InMemoryDatasetStore();
        var dataset = await store.WriteAsync("flights", new("test", "here"), Stream(Batches.Of(("x", Reals(1, 2)))), null, TestContext.Current.CancellationToken);
        var profile = await new Profiler().ProfileAsync(store, dataset, TestContext.Current.CancellationToken);
        var artifacts = new InMemoryArtifactStore();
        var stored = await artifacts.PutProfileAsync(profile, TestContext.Current.CancellationToken);
        stored.Fingerprint.Should().Be(dataset.Fingerprint);
        (await artifacts.GetProfileAsync(stored, TestContext.Current.CancellationToken)).ToBytes().Should().Equal(profile.ToBytes());
    }

    [Fact]
    public async Task What_is_stored_under_another_fingerprint_is_refused()
    {
        var artifacts = new InMemoryArtifactStore();
        var stored = await artifacts.PutProfileAsync(new DatasetProfile { Fingerprint = "a" }, TestContext.Current.CancellationToken);
        var reading = () => artifacts.GetProfileAsync(stored with { Fingerprint = "b" });
        await reading.Should().ThrowAsync<DataException>().WithMessage("*the profile of another dataset*");
    }

    [Fact]
    public async Task What_is_stored_and_is_no_profile_is_refused()
    {
        var artifacts = new InMemoryArtifactStore();
        var other = await artifacts.PutAsync(new MemoryStream([1, 2, 3]), TestContext.Current.CancellationToken);
        var reading = () => artifacts.GetProfileAsync(new("a", 1, other));
        await reading.Should().ThrowAsync<DataException>().WithMessage("*is no profile*");
    }

    [Fact]
    public async Task A_profile_of_no_dataset_is_not_stored()
    {
        var storing = () => new InMemoryArtifactStore().PutProfileAsync(new DatasetProfile());
        await storing.Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task Objects_are_profiled_by_their_properties()
    {
        var rows = Enumerable.Range(0, 3000).Select(i => new Row(i, i % 2 == 0 ? null : i, i % 3 == 0 ? null : "n", (Cabin)(i % 2), Guid.Empty, Day, i % 5 == 0 ? null : i, null)).ToArray();
        var profile = await new Profiler().ProfileRowsAsync(Stream(rows), TestContext.Current.CancellationToken);
        profile.Columns.Should().Equal("Id", "Fare", "Name", "Cabin", "Key", "At", "n");
        profile.Rows.Should().Be(3000);
        profile["Fare"].Missing.Should().Be(1500);
        profile["Name"].Missing.Should().Be(1000);
        profile["n"].Missing.Should().Be(600);
        profile["Id"].Distinct.Value.Should().Be(3000);
        profile["Cabin"].TopValues(2).Select(v => v.Value).Should().Equal("Business", "Economy");
        profile["Key"].Kind.Should().Be(ValueKind.Text);
    }

    [Fact]
    public async Task A_row_that_is_null_is_an_error()
    {
        var profiling = () => new Profiler().ProfileRowsAsync(Stream<Row?>((Row?)null), Token);
        await profiling.Should().ThrowAsync<DataException>();
    }

    [Fact]
    public async Task The_rows_of_a_reader_are_profiled()
    {
        using var table = new System.Data.DataTable();
        table.Columns.Add("id", typeof(int));
        table.Columns.Add("fare", typeof(double));
        table.Columns.Add("name", typeof(string));
        table.Columns.Add("key", typeof(Guid));
        for (var i = 0; i < 1500; i++) table.Rows.Add(i, i % 2 == 0 ? DBNull.Value : i / 2.0, i % 3 == 0 ? DBNull.Value : "n", Guid.Empty);
        using var reader = table.CreateDataReader();
        var profile = await new Profiler().ProfileAsync(reader, TestContext.Current.CancellationToken);
        profile.Rows.Should().Be(1500);
        profile["fare"].Missing.Should().Be(750);
        profile["name"].Missing.Should().Be(500);
        profile["id"].Numbers!.MaxInteger.Should().Be(1499);
        profile["key"].TopValues(1)[0].Count.Should().Be(1500);
    }

    [Fact]
    public async Task Values_of_one_column_are_slices()
    {
        var sliced = await new Profiler().ProfileSlicesAsync(Stream(Flights, Flights), [Slicing.By("carrier"), Slicing.By("carrier", "late"), Slicing.Where("far", (batch, row) => ((DoubleArray)batch.Column("distance")).GetValue(row) > 200)], Token);
        sliced.Whole.Rows.Should().Be(8);
        sliced.Slices.ToDictionary(s => s.Key, s => s.Value.Rows).Should().Equal(new Dictionary<string, long>
        {
            ["carrier=AA"] = 4,
            ["carrier=B6"] = 2,
            ["carrier=null"] = 2,
            ["carrier=AA, late=true"] = 4,
            ["carrier=B6, late=false"] = 2,
            ["carrier=null, late=null"] = 2,
            ["far"] = 2,
        });
        sliced.Slices["carrier=AA"]["hour"].Numbers!.Sum.Should().Be(48);
        sliced.Slices["carrier=AA"]["distance"].Missing.Should().Be(2);
        sliced.Slices["carrier=AA"]["stops"].Lists!.Items.Count.Should().Be(6);
    }

    [Fact]
    public async Task Too_many_slices_are_an_error()
    {
        var profiling = () => new Profiler(new() { MaxSlices = 2 }).ProfileSlicesAsync(Stream(Flights), [Slicing.By("hour")], Token);
        await profiling.Should().ThrowAsync<DataException>().WithMessage("There are more than 2 slices*");
    }

    [Fact]
    public void A_window_holds_the_last_rows_only()
    {
        var window = new RunningProfile(panes: 3, rowsPerPane: 2);
        for (var i = 0; i < 5; i++) window.Add(Of(("x", Integers(2 * i, (2 * i) + 1))));
        window.Current()["x"].Numbers!.MinInteger.Should().Be(4);
        window.Current().Rows.Should().Be(6);
    }

    [Fact]
    public void A_batch_that_does_not_fit_into_a_pane_is_divided()
    {
        var window = new RunningProfile(panes: 2, rowsPerPane: 3);
        window.Add(Of(("x", Integers(0, 1, 2, 3, 4, 5, 6))));
        window.Current()["x"].Numbers!.MinInteger.Should().Be(3);
        window.Current().Rows.Should().Be(4);
    }

    [Fact]
    public void A_window_is_turned_by_hand()
    {
        var window = new RunningProfile(panes: 2);
        window.Add(Of(("x", Integers(1))));
        window.Turn();
        window.Add(Of(("x", Integers(2))));
        window.Current().Rows.Should().Be(2);
        window.Turn();
        window.Current()["x"].Numbers!.MinInteger.Should().Be(2);
    }

    private sealed class Told(List<long> into) : IProgress<long>
    {
        public void Report(long value) => into.Add(value);
    }
}
