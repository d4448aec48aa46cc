using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation.Tests.History;

public sealed class StageHistoryTests
{
    private const string Place = "daily/validate";

    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private static readonly ExpectationSuite Suite = ExpectationSuite.Create("rides", s => s.Column("distance").Mean(0, 1000));

    private static readonly HistoryRule[] Rules = [new("rows", SeriesCheck.RelativeChange(0.5, 2)), new("distance.mean", SeriesCheck.AbsoluteChange(-5, 5))];

    [Fact]
    public async Task Every_validated_dataset_is_a_point_with_the_metrics_of_its_profile_and_of_its_validation()
    {
        using var host = new Host(d => d.Validate(Suite));
        await host.RunAsync(1, 3);
        await host.RunAsync(5, 6);

        var points = await host.History.ReadAsync(new(Place), Stop);
        points.Select(p => (p.Values["rows"], p.Values["distance.mean"], p.Values["mean_between(distance)"], p.IsAccepted)).Should().Equal((2, 2, 2, true), (2, 5.5, 5.5, true));
        points.Select(p => p.Fingerprint).Should().OnlyHaveUniqueItems().And.NotContainNulls();
    }

    [Fact]
    public async Task A_stage_that_is_taken_from_the_cache_adds_no_point()
    {
        using var host = new Host(d => d.Validate(Suite));
        await host.RunAsync(1, 3);
        await host.RunAsync(1, 3);

        (await host.History.ReadAsync(new(Place), Stop)).Should().ContainSingle();
    }

    [Fact]
    public async Task Rules_do_not_keep_a_stage_from_the_cache()
    {
        using var host = new Host(d => d.Validate(Suite, history: [.. Rules, .. AllChecks.Select(c => new HistoryRule("rows", c))]));
        await host.RunAsync(1, 3);

        var again = await host.RunAsync(1, 3);
        again.Stages[^1].Status.Should().Be(StageStatus.Cached, again.Stages[^1].Cache.Reason);
    }

    private static ISeriesCheck[] AllChecks => [SeriesCheck.Threshold(0), SeriesCheck.OnlineNormal(), SeriesCheck.BatchNormal(), SeriesCheck.Weekly()];

    [Fact]
    public async Task Data_that_does_not_fit_its_history_stops_the_run_in_words()
    {
        using var host = new Host(d => d.Validate(Suite, history: Rules));
        await host.RunAsync(1, 3);
        var work = () => host.RunAsync(1, 2, 3, 4, 5);

        var failure = (await work.Should().ThrowAsync<StageFailedException>()).Which.InnerException.Should().BeOfType<DataValidationException>().Which;
        failure.History!.Anomalies.Single().Metric.Should().Be("rows");
        failure.Message.Should().StartWith("The data does not fit the history of 'daily/validate':\n- Metric 'rows' of 'daily/validate' is 5: its ratio is 2.5").And.NotContain("expectations");
    }

    [Fact]
    public async Task What_does_not_fit_is_kept_and_teaches_nothing()
    {
        using var host = new Host(d => d.Validate(Suite, FailureAction.Warn, history: Rules));
        await host.RunAsync(1, 3);
        await host.RunAsync(20, 20);
        await host.RunAsync(20, 21);

        (await host.History.ReadAsync(new(Place), Stop)).Select(p => p.IsAccepted).Should().Equal(true, false, false);
    }

    [Fact]
    public async Task A_warning_about_history_is_recorded_and_logged_without_values()
    {
        using var host = new Host(d => d.Validate(Suite, FailureAction.Warn, history: Rules));
        await host.RunAsync(1, 3);
        var run = await host.RunAsync(20, 20);

        var record = (await host.Metadata.FindRunAsync(run.RunId, Stop))!;
        record.Metrics["validate.history_anomalies"].Value.Should().Be(1);
        record.Tags["validation.validate.history.1"].Should().StartWith("Metric 'distance.mean' of 'daily/validate' is 20");
        host.Logs.GetSnapshot().Should().ContainSingle(l => l.Level == LogLevel.Warning).Which.Message.Should().Be("Of the data that daily/validate validates these metrics do not fit their history: distance.mean");
    }

    [Fact]
    public async Task Data_that_failed_is_no_past_and_data_whose_bad_rows_were_put_aside_is()
    {
        var suite = ExpectationSuite.Create("rides", s => s.Column("distance").Between(0, 100));
        using var failing = new Host(d => d.Validate(suite, FailureAction.Warn));
        using var divided = new Host(d => d.Validate(suite, FailureAction.Quarantine));
        await failing.RunAsync(1, 300);
        await divided.RunAsync(1, 300);

        (await failing.History.ReadAsync(new(Place), Stop)).Single().IsAccepted.Should().BeFalse();
        var point = (await divided.History.ReadAsync(new(Place), Stop)).Single();
        (point.IsAccepted, point.Values["rows"], point.Values["rejected"]).Should().Be((true, 2, 0.5), "the metrics are those of all rows");
    }

    [Fact]
    public async Task A_schema_has_rules_too()
    {
        var schema = new DataSchema(new ColumnSchema("distance", ValueKind.Real).Required());
        using var host = new Host(d => d.Validate(schema, history: Rules));
        await host.RunAsync(1, 3);
        var work = () => host.RunAsync(20, 20);

        await work.Should().ThrowAsync<StageFailedException>();
        (await host.History.ReadAsync(new("daily/validate-schema"), Stop)).Should().HaveCount(2);
    }

    [Fact]
    public async Task Rules_without_a_history_are_refused()
    {
        using var host = new Host(d => d.Validate(Suite, history: Rules), keepsHistory: false);
        var work = () => host.RunAsync(1, 3);

        (await work.Should().ThrowAsync<StageFailedException>()).Which.InnerException!.Message.Should().Contain("UseMetricHistory()");
    }

    private sealed record Given(IReadOnlyList<double> Distances) : IPipelineStage<Nothing, Dataset>
    {
        public Task<Dataset> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => context.Services.GetRequiredService<IDatasetStore>().WriteAsync(
            "rides", new("test", "rides"), TableOf.Rows(TableOf.Columns(("distance", TableOf.Numbers([.. Distances.Select(d => (double?)d)])))), null, cancellationToken);
    }

    private sealed class Script : PipelineDefinition
    {
        public required Host Host { get; init; }

        public override void Define(PipelineBuilder pipeline) => Host.Define(pipeline.Start(new Given(Host.Distances)));
    }

    private sealed class Host : IDisposable
    {
        private readonly ServiceProvider _services;
        private readonly FakeTimeProvider _clock = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

        public Host(Func<StageOutput<Dataset>, object> define, bool keepsHistory = true)
        {
            Define = define;
            var services = new ServiceCollection();
            services.AddSingleton<TimeProvider>(_clock).AddTransient(_ => new Script { Host = this }).AddLogging(l => l.AddFakeLogging().AddFilter((category, _) => category!.StartsWith("MlOps.DataValidation", StringComparison.Ordinal)));
            var builder = services.AddMlOpsCore().AddData().UseDuckDb().UseInMemoryStores().AddPipeline<Script>("daily");
            if (keepsHistory) builder.UseMetricHistory();
            _services = services.BuildServiceProvider();
        }

        public Func<StageOutput<Dataset>, object> Define { get; }

        public double[] Distances { get; private set; } = [];

        public IMetricHistory History => _services.GetRequiredService<IMetricHistory>();

        public IMetadataStore Metadata => _services.GetRequiredService<IMetadataStore>();

        public FakeLogCollector Logs => _services.GetFakeLogCollector();

        public Task<PipelineRun> RunAsync(params double[] distances)
        {
            Distances = distances;
            _clock.Advance(TimeSpan.FromDays(1));
            return _services.GetRequiredService<IPipelineRunner>().RunAsync("daily", null, Stop);
        }

        public void Dispose() => _services.Dispose();
    }
}
