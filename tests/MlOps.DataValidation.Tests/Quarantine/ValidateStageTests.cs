using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using MlOps.Core;
using MlOps.Statistics;
using MlOps.Tests;

namespace MlOps.DataValidation.Tests.Quarantine;

public sealed class ValidateStageTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private static ExpectationSuite Suite(double most) => ExpectationSuite.Create("rides", s => s.Column("distance").Between(1, most).NotNull());

    [Fact]
    public async Task A_run_stops_when_its_data_is_not_as_expected()
    {
        var work = () => RunAsync(d => d.Validate(Suite(10)));

        var failure = (await work.Should().ThrowAsync<StageFailedException>()).Which;
        failure.InnerException.Should().BeOfType<DataValidationException>().Which.Message.Should().Contain("expectations of 'rides' failed").And.Contain("'distance' is between 1 and 10");
    }

    [Fact]
    public async Task A_run_goes_on_with_a_warning()
    {
        var (run, record, artifacts) = await RunAsync(d => d.Validate(Suite(10), FailureAction.Warn, keyColumns: ["id"]));

        run.Status.Should().Be(RunStatus.Finished);
        record.Metrics["validate.rows_rejected"].Value.Should().Be(2);
        var digest = record.Tags["validation.validate.report"];
        await using var report = await artifacts.OpenAsync(digest, Stop);
        var result = await JsonSerializer.DeserializeAsync<ValidationResult>(report, MlOpsJson.Options, Stop);
        result!.Results[0].Sample[0].Keys["id"].Value.Should().Be(3L);
    }

    [Fact]
    public async Task Bad_rows_are_put_aside_and_the_run_goes_on_with_the_others()
    {
        var (run, record, _) = await RunAsync(d => d.Validate(Suite(10), FailureAction.Quarantine).Then(new Count()));

        run.Status.Should().Be(RunStatus.Finished);
        record.Metrics["rows_counted"].Value.Should().Be(2);
        record.Tags.Should().ContainKey("validation.validate.rejected");
    }

    [Fact]
    public async Task A_quarantine_stops_for_what_no_row_can_be_blamed_for()
    {
        var suite = ExpectationSuite.Create("rides", s => s.RowCount(100));
        var work = () => RunAsync(d => d.Validate(suite, FailureAction.Quarantine));

        await work.Should().ThrowAsync<StageFailedException>();
    }

    [Fact]
    public async Task The_suite_is_part_of_the_cache_key()
    {
        using var host = new Host(d => d.Validate(Suite(10), FailureAction.Warn));
        await host.RunAsync();
        var again = await host.RunAsync();
        host.Define = (d, _) => d.Validate(Suite(11), FailureAction.Warn);
        var changed = await host.RunAsync();

        again.Stages[^1].Status.Should().Be(StageStatus.Cached, again.Stages[^1].Cache.Reason);
        changed.Stages[^1].Status.Should().Be(StageStatus.Finished);
    }

    [Fact]
    public async Task A_suite_that_looks_at_the_clock_is_never_taken_from_the_cache()
    {
        using var host = new Host(d => d.Validate(ExpectationSuite.Create("s", s => s.Column("t").Fresh(TimeSpan.FromDays(100_000))), FailureAction.Warn));
        await host.RunAsync();

        (await host.RunAsync()).Stages[^1].Status.Should().Be(StageStatus.Finished);
    }

    [Fact]
    public async Task Two_validations_of_one_run_are_recorded_side_by_side()
    {
        var schema = new DataSchema(new ColumnSchema("distance", ValueKind.Real).Required()) { AllowsNewColumns = true };
        var (_, record, _) = await RunAsync(d => d.Validate(Suite(10), FailureAction.Warn).Validate(Suite(100), FailureAction.Warn).Validate(schema, FailureAction.Warn, configure: o => o.Name = "schema"));

        record.Metrics.Where(m => m.Key.EndsWith(".rows_rejected")).Select(m => (m.Key, m.Value.Value)).Should()
            .BeEquivalentTo([("validate.rows_rejected", 2.0), ("validate-2.rows_rejected", 1.0), ("schema.rows_rejected", 1.0)]);
        record.Tags.Keys.Where(k => k.StartsWith("validation.")).Should().Contain(
            ["validation.validate.failed.0", "validation.validate.report", "validation.validate-2.failed.1", "validation.validate-2.report", "validation.schema.report", "validation.schema.schema"])
            .And.NotContain("validation.validate-2.failed.0");
    }

    [Fact]
    public async Task A_suite_refers_to_other_datasets_of_the_pipeline()
    {
        var suite = ExpectationSuite.Create("rides", s => s.Column("id").In("known", key: "number").Add(new RowCountEqualsReference("known")));
        var (_, record, artifacts) = await RunAsync((d, p) => d.Validate(suite, FailureAction.Warn, references: [("known", p.Start(new Known([1, 2, 9])))]));

        await using var report = await artifacts.OpenAsync(record.Tags["validation.validate.report"], Stop);
        var result = (await JsonSerializer.DeserializeAsync<ValidationResult>(report, MlOpsJson.Options, Stop))!;
        result.Results.Select(r => (r.Error, r.UnexpectedCount, Observed: r.Observed.Value)).Should().Equal((null, 2L, null), (null, 0L, 4L));
    }

    [Fact]
    public async Task A_reference_that_has_changed_makes_the_stage_run_again()
    {
        var suite = ExpectationSuite.Create("rides", s => s.Column("id").In("known", key: "number"));
        using var host = new Host((d, p) => d.Validate(suite, FailureAction.Warn, references: [("known", p.Start(new Known([1])))]));
        await host.RunAsync();
        var again = await host.RunAsync();
        host.Define = (d, p) => d.Validate(suite, FailureAction.Warn, references: [("known", p.Start(new Known([1, 2])))]);
        var changed = await host.RunAsync();

        (again.Stages[^1].Status, changed.Stages[^1].Status).Should().Be((StageStatus.Cached, StageStatus.Finished));
    }

    [Fact]
    public async Task Two_references_of_one_name_are_refused()
    {
        var work = () => RunAsync((d, p) => d.Validate(Suite(10), references: [("known", p.Start(new Known([1]))), ("known", d)]));

        await work.Should().ThrowAsync<ArgumentException>().WithMessage("Two references are called 'known'.*");
    }

    [Fact]
    public async Task A_validation_is_measured_and_traced()
    {
        using var trace = new TraceCollector(Telemetry.DataValidation);
        using var rows = new MetricCollector<long>(null, Telemetry.DataValidation, Telemetry.RowsValidated);
        using var duration = new MetricCollector<double>(null, Telemetry.DataValidation, Telemetry.ValidationDuration);
        var suite = Suite(10) with { Name = "measured" };

        await suite.ValidateAsync(TableOf.Rows(TableOf.Columns(("distance", TableOf.Numbers(5, 7, 50)))), null, Stop);

        rows.GetMeasurementSnapshot().Where(m => Equals(m.Tags["suite"], "measured")).Select(m => (m.Tags["verdict"], m.Value)).Should().BeEquivalentTo([("accepted", 2L), ("rejected", 1L)]);
        duration.GetMeasurementSnapshot().Where(m => Equals(m.Tags["suite"], "measured")).Should().ContainSingle().Which.Tags["status"].Should().Be("failed");
        var activity = trace.Activities.Should().ContainSingle().Which;
        activity.TagObjects.Should().BeEquivalentTo(new KeyValuePair<string, object?>[] { new("suite", "measured"), new("rows", 3L), new("rejected", 1L), new("failed", 1), new("status", "failed") });
    }

    [Fact]
    public async Task A_stream_that_nobody_reads_to_its_end_is_measured_as_stopped()
    {
        using var duration = new MetricCollector<double>(null, Telemetry.DataValidation, Telemetry.ValidationDuration);
        var suite = Suite(10) with { Name = "left" };

        await foreach (var _ in suite.QuarantineAsync(new[] { new Ride(5), new Ride(7) }.ToAsyncEnumerable(), cancellationToken: Stop)) break;

        duration.GetMeasurementSnapshot().Where(m => Equals(m.Tags["suite"], "left")).Should().ContainSingle().Which.Tags["status"].Should().Be("stopped");
    }

    private static Task<(PipelineRun Run, Run Record, IArtifactStore Artifacts)> RunAsync(Func<StageOutput<Dataset>, object> define) => RunAsync((d, _) => define(d));

    private static async Task<(PipelineRun Run, Run Record, IArtifactStore Artifacts)> RunAsync(Func<StageOutput<Dataset>, PipelineBuilder, object> define)
    {
        using var host = new Host(define);
        var run = await host.RunAsync();
        return (run, (await host.Metadata.FindRunAsync(run.RunId, Stop))!, host.Artifacts);
    }

    private sealed record Given : IPipelineStage<Nothing, Dataset>
    {
        public Task<Dataset> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken)
        {
            var day = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
            var rows = TableOf.Columns(("id", TableOf.Integers(1, 2, 3, 4)), ("distance", TableOf.Numbers(5, 7, 50, null)), ("t", TableOf.Moments("UTC", day, day, day, day)));
            return context.Services.GetRequiredService<IDatasetStore>().WriteAsync("rides", new("test", "rides"), TableOf.Rows(rows), null, cancellationToken);
        }
    }

    private sealed record Known(IReadOnlyList<long> Numbers) : IPipelineStage<Nothing, Dataset>
    {
        public Task<Dataset> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => context.Services.GetRequiredService<IDatasetStore>()
            .WriteAsync("known", new("test", "known"), TableOf.Rows(TableOf.Columns(("number", TableOf.Integers([.. Numbers])))), null, cancellationToken);
    }

    private sealed record Ride(double? Distance);

    private sealed record Count : IPipelineStage<Dataset, Dataset>
    {
        public Task<Dataset> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken)
        {
            context.LogMetric("rows_counted", input.RowCount);
            return Task.FromResult(input);
        }
    }

    private sealed class Script : PipelineDefinition
    {
        public required Host Host { get; init; }

        public override void Define(PipelineBuilder pipeline) => Host.Define(pipeline.Start(new Given()), pipeline);
    }

    private sealed class Host : IDisposable
    {
        private readonly ServiceProvider _services;

        public Host(Func<StageOutput<Dataset>, object> define)
            : this((d, _) => define(d))
        {
        }

        public Host(Func<StageOutput<Dataset>, PipelineBuilder, object> define)
        {
            Define = define;
            var services = new ServiceCollection();
            services.AddTransient(_ => new Script { Host = this });
            services.AddMlOpsCore().AddData().UseDuckDb().UseInMemoryStores().AddPipeline<Script>("test");
            _services = services.BuildServiceProvider();
        }

        public Func<StageOutput<Dataset>, PipelineBuilder, object> Define { get; set; }

        public IMetadataStore Metadata => _services.GetRequiredService<IMetadataStore>();

        public IArtifactStore Artifacts => _services.GetRequiredService<IArtifactStore>();

        public Task<PipelineRun> RunAsync() => _services.GetRequiredService<IPipelineRunner>().RunAsync("test", null, Stop);

        public void Dispose() => _services.Dispose();
    }
}
