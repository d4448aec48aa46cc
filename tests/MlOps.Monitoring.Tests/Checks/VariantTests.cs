using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>What a shadow and a batch scoring log beside the answers of the champion.</summary>
public sealed class VariantTests : IDisposable
{
    private const int Rows = 2000;
    private readonly ScoredWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_monitor_of_the_champion_sees_nothing_of_a_shadow()
    {
        await TrainAsync();
        Log("champion", version: 1);
        var alone = await CheckAsync();
        Log("shadow", version: 1, noise: 1, narrow: true); // of the same version even, as after a promotion
        Log("shadow", version: 2, noise: 1, narrow: true, failed: true);
        var beside = await CheckAsync();
        (beside.Rows, beside.FailedRows).Should().Be((Rows, 0));
        beside.Alarms.Should().BeEmpty();
        beside.Drift!.Columns.Should().BeEquivalentTo(alone.Drift!.Columns);
        beside.Section<PerformanceReport>()!.Series.Should().BeEquivalentTo(alone.Section<PerformanceReport>()!.Series);
        beside.Section<OperationsReport>()!.Versions.Should().BeEquivalentTo(alone.Section<OperationsReport>()!.Versions);
    }

    [Fact]
    public async Task A_monitor_that_is_pointed_at_the_shadow_sees_how_good_the_challenger_is()
    {
        await TrainAsync();
        await TrainAsync();
        var registry = _world.World.Registry;
        await registry.SetAliasAsync(new("flight-delay", ModelNames.Champion, 2, 1, "test", "test", World.May), Stop);
        await registry.SetAliasAsync(new("flight-delay", ModelNames.Challenger, null, 2, "test", "test", World.May), Stop);
        Log("champion", version: 1);
        Log("shadow", version: 2, noise: 0.5);
        var shadow = await CheckAsync(o =>
        {
            o.Alias = ModelNames.Challenger;
            o.Variants.Add(PredictionVariants.Shadow);
        });
        (shadow.Version, shadow.Rows).Should().Be((2, Rows));
        shadow.Alarms.Should().Contain(a => a.Kind == AlarmKind.Performance && a.Direction == "down");
        (await CheckAsync()).Alarms.Should().BeEmpty("the champion holds");
    }

    [Fact]
    public async Task Variants_that_are_named_are_watched_and_no_others()
    {
        await TrainAsync();
        foreach (var variant in (string?[])["champion", "challenger", "batch", "shadow", null]) Log(variant, version: 1);
        (await CheckAsync()).Rows.Should().Be(4 * Rows, "callers saw all of these");
        (await CheckAsync(o => o.Variants.Add("champion"))).Rows.Should().Be(Rows);
        (await CheckAsync(o =>
        {
            o.Variants.Add("challenger");
            o.Variants.Add("batch");
        })).Rows.Should().Be(2 * Rows);
        (await CheckAsync(o => o.Variants.Add("nobody"))).Rows.Should().Be(0);
    }

    [Fact]
    public async Task A_log_that_names_no_variants_is_watched_unless_some_are_named()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(BinaryFlights.Log(Rows).ToBatch());
        (await CheckAsync()).Rows.Should().Be(Rows);
        (await CheckAsync(o => o.Variants.Add("champion"))).Rows.Should().Be(0);
    }

    [Fact]
    public async Task Chunks_of_a_number_are_cut_from_what_is_watched()
    {
        await TrainAsync();
        Log("champion", version: 1);
        Log("shadow", version: 2);
        (await CheckAsync(o => o.ChunkCount = 4)).Chunks.Select(c => c.Rows).Should().Equal(Enumerable.Repeat((long)Rows / 4, 4));
    }

    [Fact]
    public async Task How_long_a_dataset_took_says_nothing_of_requests_unless_it_is_asked_for()
    {
        await TrainAsync();
        Log("champion", version: 1, latency: 0.01);
        Log("batch", version: 1, latency: 5);
        P99(await CheckAsync()).Should().BeApproximately(0.01, 0.0005);
        P99(await CheckAsync(o => o.Variants.Add(PredictionVariants.Batch))).Should().BeApproximately(5, 0.1);
    }

    [Fact]
    public async Task A_reference_of_a_period_of_the_log_has_no_shadows()
    {
        await TrainAsync();
        Log("champion", version: 1);
        Log("shadow", version: 2, narrow: true);
        (await ReferenceProfiler.FitAsync(_world.World.Log.ReadAsync("flight-delay", World.May, World.May.AddDays(1), Stop), cancellationToken: Stop)).Rows.Should().Be(Rows);
    }

    private static double P99(MonitorReport report) => report.Section<OperationsReport>()!.Versions.Single().Chunks.Single().LatencyP99;

    private Task<ModelVersion> TrainAsync() =>
        _world.TrainAsync(BinaryFlights.Validation(5000), BinaryFlights.Task, BinaryFlights.Outputs, BinaryFlights.Predict);

    private void Log(string? variant, int version, double noise = 0, bool narrow = false, bool failed = false, double latency = 0.01)
    {
        var table = BinaryFlights.Log(Rows, noise: noise, version: version, narrow: narrow)
            .Add(PredictionColumns.Variant, Enumerable.Repeat(variant, Rows))
            .Add(PredictionColumns.Latency, Enumerable.Repeat(latency, Rows));
        if (failed) table.Add(PredictionColumns.Error, Enumerable.Repeat<string?>("boom", Rows));
        _world.World.Log.Batches.Add(table.ToBatch());
    }

    private Task<MonitorReport> CheckAsync(Action<MonitorOptions>? configure = null) => _world.Monitor(configure: o =>
    {
        o.SkippedChecks.Clear();
        configure?.Invoke(o);
    }).CheckAsync("flight-delay", World.May, World.May.AddDays(1), Stop);
}
