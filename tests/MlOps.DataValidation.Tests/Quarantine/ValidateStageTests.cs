using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

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
        record.Metrics.Should().Contain(m => m.Key.EndsWith("rows_rejected") && m.Value.Value == 2);
        var digest = record.Tags.Single(t => t.Key.EndsWith("validation.report")).Value;
        await using var report = await artifacts.OpenAsync(digest, Stop);
        var result = await JsonSerializer.DeserializeAsync<ValidationResult>(report, MlOpsJson.Options, Stop);
        result!.Results[0].Sample[0].Keys["id"].Value.Should().Be(3L);
    }

    [Fact]
    public async Task Bad_rows_are_put_aside_and_the_run_goes_on_with_the_others()
    {
        var (run, record, _) = await RunAsync(d => d.Validate(Suite(10), FailureAction.Quarantine).Then(new Count()));

        run.Status.Should().Be(RunStatus.Finished);
        record.Metrics.Should().Contain(m => m.Key.EndsWith("rows_counted") && m.Value.Value == 2);
        record.Tags.Should().Contain(t => t.Key.EndsWith("validation.rejected"));
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
        host.Define = d => d.Validate(Suite(11), FailureAction.Warn);
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

    private static async Task<(PipelineRun Run, Run Record, IArtifactStore Artifacts)> RunAsync(Func<StageOutput<Dataset>, object> define)
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

        public override void Define(PipelineBuilder pipeline) => Host.Define(pipeline.Start(new Given()));
    }

    private sealed class Host : IDisposable
    {
        private readonly ServiceProvider _services;

        public Host(Func<StageOutput<Dataset>, object> define)
        {
            Define = define;
            var services = new ServiceCollection();
            services.AddTransient(_ => new Script { Host = this });
            services.AddMlOpsCore().AddData().UseDuckDb().UseInMemoryStores().AddPipeline<Script>("test");
            _services = services.BuildServiceProvider();
        }

        public Func<StageOutput<Dataset>, object> Define { get; set; }

        public IMetadataStore Metadata => _services.GetRequiredService<IMetadataStore>();

        public IArtifactStore Artifacts => _services.GetRequiredService<IArtifactStore>();

        public Task<PipelineRun> RunAsync() => _services.GetRequiredService<IPipelineRunner>().RunAsync("test", null, Stop);

        public void Dispose() => _services.Dispose();
    }
}
