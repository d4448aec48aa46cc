using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class MaterializationMetricsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    [Fact]
    public async Task Each_view_that_is_brought_is_timed_and_its_entities_are_counted()
    {
        using var durations = new MetricCollector<double>(Meters, Telemetry.FeatureStore, Telemetry.MaterializationDuration);
        using var entities = new MetricCollector<long>(Meters, Telemetry.FeatureStore, Telemetry.EntitiesMaterialized);
        var world = new World { Metrics = new(Meters) };
        world.Add(1, 1, 0.5);
        world.Add(2, 1, 0.5);
        await world.FullAsync();
        durations.GetMeasurementSnapshot().Select(m => (m.Tags["view"], m.Tags["status"])).Should().Equal(("drivers", "ok"));
        entities.GetMeasurementSnapshot().Select(m => (m.Tags["view"], m.Tags["by"], m.Value)).Should().Equal(("drivers", "materialize", 2));
    }

    [Fact]
    public async Task A_view_that_fails_is_timed_as_an_error()
    {
        using var durations = new MetricCollector<double>(Meters, Telemetry.FeatureStore, Telemetry.MaterializationDuration);
        var world = new World { Metrics = new(Meters), Events = { Errors = { ["drivers"] = new StoreException("The source broke.") } } };
        await world.Awaiting(w => w.FullAsync()).Should().ThrowAsync<MaterializationException>();
        durations.GetMeasurementSnapshot().Single().Tags["status"].Should().Be("error");
    }

    [Fact]
    public async Task Entities_that_are_pushed_are_counted_as_such()
    {
        using var entities = new MetricCollector<long>(Meters, Telemetry.FeatureStore, Telemetry.EntitiesMaterialized);
        var world = new World(World.Drivers(created: false)) { Metrics = new(Meters) };
        var schema = new DatasetSchema([new("driver_id", ColumnType.Int64), new("event_timestamp", ColumnType.Timestamp), new("rate", ColumnType.Float64), new("trips", ColumnType.Int64)]);
        await world.Materializer.PushAsync("drivers", FakeEvents.ToBatch(schema, [[1L, World.Noon, 0.5, 1L]]), PushTarget.Online, TestContext.Current.CancellationToken);
        entities.GetMeasurementSnapshot().Select(m => (m.Tags["by"], m.Value)).Should().Equal(("push", 1));
    }

    [Fact]
    public async Task Rows_that_guards_object_to_are_counted_by_verdict()
    {
        using var guarded = new MetricCollector<long>(Meters, Telemetry.FeatureStore, Telemetry.FeatureRowsGuarded);
        var world = new World { Metrics = new(Meters), Guards = { new Refusing() } };
        world.Add(1, 1, 7);
        await world.FullAsync();
        guarded.GetMeasurementSnapshot().Select(m => (m.Tags["view"], m.Tags["verdict"], m.Tags["at"], m.Value)).Should().Equal(("drivers", "refused", "write", 1));
    }

    public void Dispose() => _services.Dispose();

    private sealed class Refusing : IFeatureGuard
    {
        public string View => "drivers";

        public RefusedRows OnWrite => RefusedRows.PutAside;

        public RefusedRows? OnRead => null;

        public IReadOnlyList<InputFinding> Check(Apache.Arrow.RecordBatch rows) => [.. Enumerable.Range(0, rows.Length).Select(r => new InputFinding(r, "rate", "too large", true))];
    }
}
