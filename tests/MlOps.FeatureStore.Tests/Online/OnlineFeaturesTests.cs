using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

public sealed class OnlineFeaturesTests : IAsyncDisposable
{
    private static readonly Entity Airport = new("airport", [new("airport", ColumnType.String)]);
    private static readonly Entity Carrier = new("carrier", [new("carrier", ColumnType.Int64)]);

    private static readonly FeatureView Delays = new()
    {
        Name = "delays",
        Entities = [Airport],
        Source = FeatureSource.Pushed(),
        EventTime = "time",
        TimeToLive = TimeSpan.FromMicroseconds(1_000),
        Features = [new("mean", ColumnType.Float64), new("count", ColumnType.Int64), new("worst", ColumnType.String)],
    };

    private static readonly FeatureView Routes = new()
    {
        Name = "routes",
        Entities = [Airport, Carrier],
        Source = FeatureSource.Pushed(),
        EventTime = "time",
        Features = [new("flights", ColumnType.Int64), new("share", ColumnType.Decimal)],
    };

    private static readonly FeatureView Sparse = Delays with { Name = "sparse", SkipsNulls = true, Features = [new("a", ColumnType.Float64), new("b", ColumnType.Float64)] };

    private static readonly ComputedView PerSeat = new()
    {
        Name = "per_seat",
        Inputs = [new("delays", "mean"), new("routes", "flights")],
        Request = [new("seats", ColumnType.Float64), new("note", ColumnType.String)],
        Features = [
            new("ratio", ColumnType.Float64, inputs => inputs["mean"].IsMissing || inputs["seats"].IsMissing ? FeatureValue.Missing : inputs["mean"].ToDouble() / inputs["seats"].ToDouble()),
            new("label", ColumnType.String, inputs => (string?)inputs["note"].Object + "!")],
    };

    private static readonly ComputedView Twice = new()
    {
        Name = "twice",
        Inputs = [new("per_seat", "ratio")],
        Features = [new("ratio2", ColumnType.Float64, inputs => inputs["ratio"].ToDouble() * 2)],
    };

    private static readonly FeatureService Service = new("flight", 2, [
        new("delays", "worst"), new("per_seat", "ratio"),
        new("delays", "mean") { Name = "destination_mean", KeyColumns = new Dictionary<string, string> { ["airport"] = "destination" } }]);

    private readonly FakeTimeProvider _time = new(new(2013, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ServiceProvider _services;

    public OnlineFeaturesTests()
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time);
        services.AddMlOpsCore().UseInProcessOnlineStore();
        services.AddSingleton(new FeatureDefinitions([Airport, Carrier], [Delays, Routes, Sparse, Delays with { Name = "offline", IsOnline = false }], [PerSeat, Twice], [Service, Service with { Version = 1, Features = [new("delays", "mean")] }]));
        services.AddMetrics().AddOnlineFeatures();
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IOnlineFeatures Features => _services.GetRequiredService<IOnlineFeatures>();

    private IOnlineStore Store => _services.GetRequiredService<IOnlineStore>();

    private long Now => FeatureTime.ToMicros(_time.GetUtcNow());

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task Features_stand_in_the_order_that_was_asked_for_and_entities_in_that_of_the_request()
    {
        await WriteAsync(Delays, ["JFK"], [1.5, 3L, "AA"]);
        await WriteAsync(Delays, ["LAX"], [2.5, 4L, "UA"]);
        var read = await ReadAsync(["delays:count", "delays:mean"], ("airport", ["LAX", "JFK", "LAX"]));
        read.Columns.Select(c => c.Name).Should().Equal("count", "mean");
        Enumerable.Range(0, 3).Select(e => (read[e, 0].ToInt64(), read[e, 1].ToDouble())).Should().Equal((4, 2.5), (3, 1.5), (4, 2.5));
    }

    [Fact]
    public async Task Values_of_every_kind_are_read_in_one_call_of_several_views()
    {
        await WriteAsync(Delays, ["JFK"], [1.5, 3L, "AA"]);
        await WriteAsync(Routes, ["JFK", 7L], [12L, 0.25m], age: 10);
        var read = await ReadAsync(["delays:worst", "routes:share", "routes:flights"], ("airport", ["JFK"]), ("carrier", [7L]));
        read[0, 0].Should().Be((FeatureValue)"AA");
        read[0, 1].Should().Be((FeatureValue)0.25m);
        read[0, 2].Should().Be((FeatureValue)12L);
        read.AgeOf(0, 1, _time.GetUtcNow()).Should().Be(TimeSpan.FromMicroseconds(10));
    }

    [Fact]
    public async Task A_value_says_what_is_known_of_it()
    {
        await WriteAsync(Delays, ["present"], [1.5, default, "AA"]);
        await WriteAsync(Delays, ["edge"], [1.5, 1L, "AA"], age: 1_000);
        await WriteAsync(Delays, ["old"], [1.5, 1L, "AA"], age: 1_001);
        await WriteAsync(Delays, ["future"], [1.5, 1L, "AA"], age: -1);
        await Store.WriteAsync([new(new("delays", Key(Delays, ["deleted"])), new(Now, Now, default) { IsDeleted = true })], Cancel);
        await Store.WriteAsync([new(new("delays", Key(Delays, ["other"])), new(Now, Now, RowCodec.Write(new(Routes), [1L, 1m])))], Cancel);
        var read = await ReadAsync(["delays:mean", "delays:count"], ("airport", ["present", "edge", "old", "future", "deleted", "other", "nobody", default]));
        Enumerable.Range(0, read.Count).Select(e => read.StatusOf(e, 1)).Should().Equal(
            FeatureStatus.Null, FeatureStatus.Present, FeatureStatus.OutsideTimeToLive, FeatureStatus.Missing, FeatureStatus.Missing, FeatureStatus.OtherSchema, FeatureStatus.Missing, FeatureStatus.Missing);
        Enumerable.Range(0, read.Count).Select(e => read[e, 0].IsMissing).Should().Equal(false, false, true, true, true, true, true, true);
        read.EventTimeOf(2, 0).Should().Be(_time.GetUtcNow().AddMicroseconds(-1_001));
        read.EventTimeOf(3, 0).Should().BeNull();
    }

    [Fact]
    public async Task A_view_without_a_time_to_live_never_grows_old()
    {
        await WriteAsync(Routes, ["JFK", 7L], [12L, 0.25m], eventTime: long.MinValue);
        var vectors = await ReadAsync(["routes:flights"], ("airport", ["JFK"]), ("carrier", [7L]));
        vectors.StatusOf(0, 0).Should().Be(FeatureStatus.Present);
    }

    [Fact]
    public async Task Where_missing_values_are_skipped_each_value_has_an_age_of_its_own()
    {
        var bytes = RowCodec.Write(new(Sparse), [1.5, 2.5], [Now - 1_001, Now - 5], [Now, Now]);
        await Store.WriteAsync([new(new("sparse", Key(Sparse, ["JFK"])), new(Now - 5, Now, bytes))], Cancel);
        var read = await ReadAsync(["sparse:a", "sparse:b"], ("airport", ["JFK"]));
        (read.StatusOf(0, 0), read.StatusOf(0, 1)).Should().Be((FeatureStatus.OutsideTimeToLive, FeatureStatus.Present));
        read.EventTimeOf(0, 1).Should().Be(_time.GetUtcNow().AddMicroseconds(-5));
    }

    [Fact]
    public async Task Computed_features_take_stored_ones_and_the_columns_of_the_request()
    {
        await WriteAsync(Delays, ["JFK"], [30.0, 3L, "AA"], age: 7);
        await WriteAsync(Routes, ["JFK", 7L], [12L, 0.25m], age: 3);
        var read = await ReadAsync(
            ["twice:ratio2", "per_seat:label", "per_seat:ratio"], ("airport", ["JFK", "JFK"]), ("carrier", [7L, 7L]), ("seats", [10L, default]), ("note", ["a", "b"])); // an integer is a number, too
        (read[0, 0].ToDouble(), read[0, 2].ToDouble()).Should().Be((6.0, 3.0));
        (read[0, 1], read[1, 1]).Should().Be(((FeatureValue)"a!", (FeatureValue)"b!"));
        (read.StatusOf(1, 2), read.StatusOf(1, 1)).Should().Be((FeatureStatus.Null, FeatureStatus.Present));
        read.AgeOf(0, 0, _time.GetUtcNow()).Should().Be(TimeSpan.FromMicroseconds(7), "a computed value is as old as the oldest that it rests on");
    }

    [Fact]
    public async Task A_function_is_not_asked_about_what_could_not_be_read()
    {
        await Store.WriteAsync([new(new("delays", Key(Delays, ["JFK"])), new(Now, Now, RowCodec.Write(new(Routes), [1L, 1m])))], Cancel);
        var read = await ReadAsync(["per_seat:label"], ("airport", ["JFK"]), ("carrier", [7L]), ("seats", [10.0]), ("note", ["a"]));
        read.StatusOf(0, 0).Should().Be(FeatureStatus.OtherSchema);
    }

    [Fact]
    public async Task A_service_is_read_in_its_order_and_one_view_for_two_keys()
    {
        await WriteAsync(Delays, ["JFK"], [30.0, 3L, "AA"]);
        await WriteAsync(Delays, ["LAX"], [40.0, 3L, "UA"]);
        var read = await Features.ReadAsync(
            new() { Service = "flight", Entities = Entities(("airport", ["JFK"]), ("destination", ["LAX"]), ("carrier", [7L]), ("seats", [10.0]), ("note", [default])) }, Cancel);
        read.Columns.Select(c => c.Name).Should().Equal("worst", "ratio", "destination_mean");
        (read[0, 0], read[0, 1], read[0, 2]).Should().Be(((FeatureValue)"AA", (FeatureValue)3.0, (FeatureValue)40.0));
    }

    [Fact]
    public async Task Full_names_say_the_view()
    {
        var read = await Features.ReadAsync(new() { Service = "flight@1", FullNames = true, Entities = Entities(("airport", ["JFK"])) }, Cancel);
        read.Columns.Select(c => c.Name).Should().Equal("delays__mean");
    }

    [Fact]
    public async Task A_list_that_was_changed_is_another_query()
    {
        var features = new List<string> { "delays:mean" };
        var query = new OnlineQuery { Features = features, Entities = Entities(("airport", ["JFK"])) };
        await Features.ReadAsync(query, Cancel);
        features[0] = "delays:count";
        (await Features.ReadAsync(query, Cancel)).Columns.Select(c => c.Name).Should().Equal("count");
    }

    [Fact]
    public async Task No_entities_give_no_rows()
    {
        var read = await ReadAsync(["delays:mean"], ("airport", []));
        (read.Count, read.Columns.Count).Should().Be((0, 1));
    }

    [Fact]
    public async Task Many_entities_are_read_at_once_and_few_after_them()
    {
        await WriteAsync(Delays, ["a77777"], [7.5, 3L, "AA"]);
        var many = await ReadAsync(["delays:mean"], ("airport", [.. Enumerable.Range(0, 100_000).Select(i => (FeatureValue)$"a{i}")]));
        (many.Count, many[77_777, 0].ToDouble(), many.StatusOf(99_999, 0)).Should().Be((100_000, 7.5, FeatureStatus.Missing));
        (await ReadAsync(["delays:mean"], ("airport", ["a77777"])))[0, 0].ToDouble().Should().Be(7.5);
    }

    [Theory]
    [InlineData("airport", "*lacks the join key 'airport'*")]
    [InlineData("seats", "*lacks the column 'seats'*")]
    public async Task A_column_that_lacks_is_named(string column, string message)
    {
        var entities = Entities(("airport", ["JFK"]), ("carrier", [7L]), ("seats", [10.0]), ("note", ["a"])).Where(e => e.Key != column).ToDictionary();
        var act = () => Features.ReadAsync(new() { Features = ["per_seat:ratio"], Entities = entities }, Cancel).AsTask();
        (await act.Should().ThrowAsync<DataException>().WithMessage(message)).Which.Column.Should().Be(column);
    }

    [Fact]
    public async Task A_value_of_another_type_is_refused_with_the_name_of_its_column()
    {
        var key = () => ReadAsync(["delays:mean"], ("airport", [7L]));
        await key.Should().ThrowAsync<DataException>().WithMessage("*'airport'*String*Int64*");
        var renamed = () => Features.ReadAsync(
            new() { Service = "flight", Entities = Entities(("airport", ["JFK"]), ("destination", [1.5]), ("carrier", [7L]), ("seats", [10.0]), ("note", [default])) }, Cancel).AsTask();
        await renamed.Should().ThrowAsync<DataException>().WithMessage("*'destination'*");
        var request = () => ReadAsync(["per_seat:ratio"], ("airport", ["JFK"]), ("carrier", [7L]), ("seats", ["ten"]), ("note", ["a"]));
        await request.Should().ThrowAsync<DataException>().WithMessage("*'seats'*Float64*String*");
    }

    [Fact]
    public async Task Columns_of_two_lengths_are_refused()
    {
        var act = () => ReadAsync(["routes:flights"], ("airport", ["JFK", "LAX"]), ("carrier", [7L]));
        await act.Should().ThrowAsync<DataException>().WithMessage("*'carrier'*1 values*2*");
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        await Awaiting(() => ReadAsync(["delays:median"], ("airport", ["JFK"]))).Should().ThrowAsync<NotFoundException>();
        await Awaiting(() => ReadAsync([], ("airport", ["JFK"]))).Should().ThrowAsync<DataException>().WithMessage("*No features*");
        await Awaiting(() => ReadAsync(["offline:mean"], ("airport", ["JFK"]))).Should().ThrowAsync<DataException>().WithMessage("*'offline'*online*");
    }

    [Fact]
    public async Task A_damaged_row_is_an_error_that_names_the_view_and_no_entity()
    {
        await Store.WriteAsync([new(new("delays", Key(Delays, ["secret"])), new(Now, Now, RowCodec.Write(new(Delays), [1.0, 1L, "AA"]).AsMemory(0, 20)))], Cancel);
        var act = () => ReadAsync(["delays:mean"], ("airport", ["secret"]));
        (await act.Should().ThrowAsync<DataException>().WithMessage("*'delays'*damaged*")).Which.Message.Should().NotContain("secret");
    }

    [Fact]
    public async Task A_function_that_fails_is_named()
    {
        var broken = new ComputedView { Name = "broken", Request = [new("x", ColumnType.Int64)], Features = [new("y", ColumnType.Int64, inputs => inputs["x"].ToInt64()), new("z", ColumnType.Int64, _ => 1.5)] };
        var features = new OnlineFeatures(
            new(new([], [], [broken]), _services.GetRequiredService<OnlineTables>(), []), Store, Microsoft.Extensions.Options.Options.Create(new OnlineFeaturesOptions()), _time, _services.GetRequiredService<FeatureStoreMetrics>(),
            Microsoft.Extensions.Logging.Abstractions.NullLogger<OnlineFeatures>.Instance);
        var missing = () => features.ReadAsync(new() { Features = ["broken:y"], Entities = Entities(("x", [default])) }, Cancel).AsTask();
        await missing.Should().ThrowAsync<DataException>().WithMessage("*'broken:y'*InvalidOperationException*");
        var wrong = () => features.ReadAsync(new() { Features = ["broken:z"], Entities = Entities(("x", [1L])) }, Cancel).AsTask();
        await wrong.Should().ThrowAsync<DataException>().WithMessage("*'broken:z'*Int64*Float64*");
    }

    [Fact]
    public async Task Reads_that_run_at_once_do_not_mix()
    {
        for (var i = 0; i < 50; i++) await WriteAsync(Delays, [$"a{i}"], [(double)i, (long)i, $"{i}"]);
        await Parallel.ForAsync(0, 2_000, Cancel, async (i, _) =>
        {
            var read = await ReadAsync(["delays:worst", "delays:count"], ("airport", [$"a{i % 50}", $"a{(i + 1) % 50}"]));
            ((string?)read[0, 0].Object, read[1, 1].ToInt64()).Should().Be(($"{i % 50}", (i + 1) % 50));
        });
    }

    [Fact]
    public async Task Values_are_counted_by_view_and_status()
    {
        using var values = new MetricCollector<long>(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), Telemetry.FeatureStore, Telemetry.OnlineValues);
        using var durations = new MetricCollector<double>(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), Telemetry.FeatureStore, Telemetry.OnlineReadDuration);
        _ = Features;
        await WriteAsync(Delays, ["JFK"], [1.5, default, "AA"]);
        await ReadAsync(["delays:mean", "delays:count", "routes:flights"], ("airport", ["JFK"]), ("carrier", [7L]));
        values.GetMeasurementSnapshot().Select(m => (m.Tags["view"], m.Tags["status"], m.Value)).Should().BeEquivalentTo(
            new (object?, object?, long)[] { ("delays", "present", 1), ("delays", "null", 1), ("routes", "missing", 1) });
        durations.GetMeasurementSnapshot().Single().Tags["status"].Should().Be("ok");
    }

    private static Func<Task> Awaiting(Func<Task> act) => act;

    private static byte[] Key(FeatureView view, FeatureValue[] values) => EntityKey.Write([.. view.Keys], values)!;

    private static Dictionary<string, IReadOnlyList<FeatureValue>> Entities(params (string Name, FeatureValue[] Values)[] columns) =>
        columns.ToDictionary(c => c.Name, c => (IReadOnlyList<FeatureValue>)c.Values);

    private async Task WriteAsync(FeatureView view, FeatureValue[] key, FeatureValue[] values, long age = 0, long? eventTime = null) =>
        await Store.WriteAsync([new(new(view.Name, Key(view, key)), new(eventTime ?? Now - age, long.MinValue, RowCodec.Write(new(view), values)))], Cancel);

    private async Task<FeatureVectors> ReadAsync(string[] features, params (string Name, FeatureValue[] Values)[] columns) =>
        await Features.ReadAsync(new() { Features = features, Entities = Entities(columns) }, Cancel);
}
