using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Monitoring.Tests;

public sealed class OperationsCheckTests : IDisposable
{
    private readonly ScoredWorld _world = new();
    private readonly Random _random = new(6);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Latency_throughput_and_errors_are_told_by_version_and_chunk()
    {
        await TrainAsync();
        Log(0, 2000, i => 0.010 + (0.0001 * (i % 100)), failed: 20);
        Log(1, 1000, _ => 0.5, version: 2);
        var report = await CheckAsync(days: 2);
        report.Versions.Select(v => v.Version).Should().Equal(1, 2);
        var first = report.Versions[0].Chunks[0];
        (first.Rows, first.FailedRows).Should().Be((1980, 20));
        first.ErrorShare.Should().Be(0.01);
        first.RowsPerSecond.Should().BeApproximately(2000 / 86400.0, 1e-9);
        first.LatencyP50.Should().BeApproximately(0.015, 0.0002);
        first.LatencyP95.Should().BeApproximately(0.0195, 0.0003);
        first.LatencyP99.Should().BeApproximately(0.0199, 0.0003);
        report.Versions[1].Chunks[1].LatencyP99.Should().BeApproximately(0.5, 0.006);
        double.IsNaN(report.Versions[1].Chunks[0].LatencyP50).Should().BeTrue();
        report.Alarms.Should().BeEmpty();
        report.Summary.Should().StartWith("2,980 predictions of 2 versions were served, 0.7 % of all failed");
    }

    [Fact]
    public async Task Answers_that_became_slower_are_found_at_the_day()
    {
        await TrainAsync();
        for (var day = 0; day < 24; day++) Log(day, 150, _ => (day < 12 ? 0.010 : 0.020) * (1 + (0.2 * _random.NextDouble())));
        var report = await CheckAsync(days: 24);
        var alarm = report.Alarms.First(a => a.Subject == "latency_p50");
        (alarm.Kind, alarm.Direction, alarm.Chunk!.Number).Should().Be((AlarmKind.Operations, "up", 12));
        alarm.Value.Should().BeApproximately(2 * alarm.Reference, alarm.Reference * 0.2);
        report.Changes.Should().Contain(c => c.Series == "throughput" && !c.IsAlarm);
    }

    [Fact]
    public async Task Answers_that_became_faster_are_no_alarm()
    {
        await TrainAsync();
        for (var day = 0; day < 24; day++) Log(day, 150, _ => (day < 12 ? 0.020 : 0.010) * (1 + (0.2 * _random.NextDouble())));
        var report = await CheckAsync(days: 24);
        report.Alarms.Should().BeEmpty();
        report.Changes.Single(c => c.Series == "latency_p50").PValue.Should().BeLessThan(0.01);
    }

    [Fact]
    public async Task Failures_and_slow_answers_beyond_a_limit_are_alarms()
    {
        await TrainAsync();
        Log(0, 1000, _ => 0.3, failed: 200);
        var report = await CheckAsync(configure: o => o.MaxLatency = TimeSpan.FromMilliseconds(100));
        report.Alarms.Select(a => (a.Subject, a.Severity)).Should().Equal(("error_share", AlarmSeverity.Critical), ("latency_p99", AlarmSeverity.Warning));
    }

    [Fact]
    public async Task A_request_of_many_rows_counts_once_in_the_latency()
    {
        await TrainAsync();
        var ids = Enumerable.Range(0, 100).Select(i => (string?)$"a/{i}").Concat(["b", "c", "d"]).ToList();
        _world.World.Log.Batches.Add(new Table()
            .Add(PredictionColumns.Id, ids)
            .Add(PredictionColumns.Time, ids.Select(id => World.May.AddMinutes(id![0])))
            .Add(PredictionColumns.Latency, ids.Select(id => id![0] == 'a' ? 9.0 : 0.1)).ToBatch());
        (await CheckAsync()).Versions[0].Chunks[0].LatencyP50.Should().BeApproximately(0.1, 0.002);
    }

    [Fact]
    public async Task Training_times_come_from_the_runs_that_made_the_versions()
    {
        var runs = new InMemoryMetadataStore();
        _world.More = services => services.AddSingleton<IMetadataStore>(runs);
        for (var v = 0; v < 24; v++)
        {
            var (id, start) = ($"{v:x32}", World.May.AddDays(v - 60));
            await runs.StartRunAsync(new(id, "training", "train", start), Stop);
            if (v > 0) await runs.ChangeRunAsync(id, new(start.AddSeconds((v < 12 ? 60 : 300) + v)) { Status = RunStatus.Finished }, Stop);
            await TrainAsync(id);
        }

        var report = await CheckAsync(configure: o => o.MaxTrainingTime = TimeSpan.FromSeconds(310));
        report.Costs.Should().HaveCount(24);
        double.IsNaN(report.Costs[0].TrainingSeconds).Should().BeTrue("its run has not finished");
        report.Costs[1].Should().Match<VersionCost>(c => c.TrainingSeconds == 61 && c.MemoryBytes == 3000);
        report.Alarms.Select(a => a.Subject).Should().Equal("training_time", "training_time");
        report.Changes.Single(c => c.Series == "training_time").At.Should().Be(13, "versions are counted from 1");
    }

    [Fact]
    public async Task A_window_without_predictions_says_so()
    {
        await TrainAsync();
        (await CheckAsync()).Summary.Should().Be("No predictions in the window were served.");
    }

    [Fact]
    public async Task Latencies_that_are_no_times_are_left_out()
    {
        await TrainAsync();
        double[] wrong = [double.NaN, double.PositiveInfinity, -1, 0, 1e12, 0.25];
        Log(0, 600, i => wrong[i % 6]);
        (await CheckAsync()).Versions[0].Chunks[0].LatencyP50.Should().BeApproximately(0.25, 0.003);
    }

    [Fact]
    public async Task The_latency_is_measured()
    {
        await TrainAsync();
        Log(0, 500, _ => 0.2);
        var monitor = _world.Monitor();
        using var gauge = new MetricCollector<double>(_world.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), Telemetry.Monitoring, Telemetry.ServedLatency);
        await monitor.CheckAsync("flight-delay", World.May, World.May.AddDays(1), Stop);
        gauge.GetMeasurementSnapshot().Select(m => ((string)m.Tags["quantile"]!, Math.Round(m.Value, 2))).Should().Equal(("0.5", 0.2), ("0.95", 0.2), ("0.99", 0.2));
    }

    private async Task<OperationsReport> CheckAsync(int days = 1, Action<OperationsOptions>? configure = null)
    {
        var report = await _world.Monitor(null, o => o.ChunkPeriod = TimeSpan.FromDays(1), configure).CheckAsync("flight-delay", World.May, World.May.AddDays(days), Stop);
        report.Sections.OfType<FailedSection>().Should().BeEmpty();
        return report.Section<OperationsReport>()!;
    }

    private Task<ModelVersion> TrainAsync(string? runId = null) => _world.TrainAsync(
        BinaryFlights.Validation(200), BinaryFlights.Task, BinaryFlights.Outputs, BinaryFlights.Predict, runId: runId,
        parts: new Dictionary<string, ArtifactRef> { ["model"] = new(new('a', 64), 1000), ["samples.json"] = new(new('b', 64), 2000) });

    private void Log(int day, int rows, Func<int, double> latency, int failed = 0, int version = 1) => _world.World.Log.Batches.Add(new Table()
        .Add(PredictionColumns.Version, Enumerable.Repeat((long)version, rows))
        .Add(PredictionColumns.Time, Enumerable.Range(0, rows).Select(i => World.May.AddDays(day + ((double)i / rows))))
        .Add(PredictionColumns.Latency, Enumerable.Range(0, rows).Select(latency))
        .Add(PredictionColumns.Error, Enumerable.Range(0, rows).Select(i => i < failed ? "refused" : null)).ToBatch());
}
