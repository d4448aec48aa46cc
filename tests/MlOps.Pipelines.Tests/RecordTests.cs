using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.Pipelines.Tests;

public sealed class RecordTests
{
    [Fact]
    public async Task A_run_is_recorded_without_the_author_doing_anything()
    {
        await using var host = new PipelineHost(p => p.Start(new Give(p.Parameter("start", 4))).Then(new Plus(2)));

        var run = await host.RunAsync(new() { Trigger = "drift", Seed = 5 });
        var record = await host.RecordAsync(run.RunId);

        record.Status.Should().Be(RunStatus.Finished);
        record.Name.Should().Be("test 2026-01-02 03:04:05");
        record.Parameters.Should().Contain("start", "4").And.Contain("give.Value", "4").And.Contain("plus.Amount", "2");
        record.Tags.Should().Contain("mlops.trigger", "drift").And.Contain("mlops.seed", "5").And.Contain("mlops.pipeline", "test")
            .And.Contain("mlops.stage.plus.status", "finished").And.Contain("mlops.stage.plus.output", run.Stages[1].OutputFingerprint!)
            .And.ContainKeys("mlops.environment.os", "mlops.environment.dotnet", "mlops.environment.architecture", "mlops.environment.processors", "mlops.code.mvid", "mlflow.source.name");
        record.Tags["mlops.code.assembly"].Should().StartWith("MlOps.Pipelines.Tests ");
        record.Tags["mlops.stage.plus.cache"].Should().Be("There is no earlier result.");
        record.Metrics.Keys.Should().Contain("mlops.stage.give.seconds", "mlops.stage.plus.seconds");
        (await host.Metadata.SearchExperimentsAsync(new(), TestContext.Current.CancellationToken)).Items.Should().ContainSingle(e => e.Name == "test");
        record.Tags.Should().NotContain(t => t.Value.Contains(Environment.UserName) && Environment.UserName.Length > 4);
    }

    [Fact]
    public async Task What_a_stage_logs_is_recorded_also_when_its_earlier_result_is_taken()
    {
        await using var host = new PipelineHost(p => p.Start(new Logs()));

        var first = await host.RecordAsync((await host.RunAsync()).RunId);
        var second = await host.RecordAsync((await host.RunAsync()).RunId);

        foreach (var record in new[] { first, second })
        {
            record.Metrics["auc"].Value.Should().Be(0.75);
            record.Metrics["loss"].Value.Should().Be(double.NaN);
            record.Parameters["logs.trees"].Should().Be("100");
            record.Tags["team"].Should().Be("blue");
        }

        second.Tags["mlops.stage.logs.status"].Should().Be("cached");
        second.Metrics["mlops.stage.logs.seconds"].Should().NotBe(first.Metrics["mlops.stage.logs.seconds"]);
    }

    [Fact]
    public async Task A_stage_that_failed_leaves_nothing_of_what_it_logged()
    {
        await using var host = new PipelineHost(p => p.Start<Doing, Number>(), configure: s => s.AddSingleton(new Work((c, _) =>
        {
            c.LogMetric("auc", 1);
            throw new InvalidDataException("odd");
        })));

        await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>();

        (await host.LastRecordAsync()).Metrics.Should().NotContainKey("auc");
    }

    [Fact]
    public async Task Datasets_are_recorded_with_what_they_are_for()
    {
        await using var host = new PipelineHost(p =>
        {
            p.Start(new Acquires());
            p.Start(new Splits());
        });

        var record = await host.RecordAsync((await host.RunAsync()).RunId);

        record.Inputs.Select(i => (i.Name, i.Context)).Should().BeEquivalentTo([("raw", "acquires"), ("a", "training"), ("b", "validation"), ("c", "holdout")]);
        record.Inputs.Should().OnlyContain(i => Sha256.IsDigest(i.Fingerprint));
    }

    [Fact]
    public async Task Each_opening_of_a_holdout_is_counted_also_of_an_attempt_that_failed()
    {
        await using var host = new PipelineHost(p => p.Start(new Accepts(), o => (o.Backoff, o.MaxAttempts) = (TimeSpan.Zero, 2)));

        var record = await host.RecordAsync((await host.RunAsync()).RunId);
        var cached = await host.RecordAsync((await host.RunAsync()).RunId);

        record.Tags["mlops.holdout.openings"].Should().Be("2");
        Sha256.IsDigest(record.Tags["mlops.holdout.fingerprints"]).Should().BeTrue();
        cached.Tags.Should().NotContainKey("mlops.holdout.openings");
    }

    [Fact]
    public async Task Only_an_acceptance_stage_may_open_a_holdout()
    {
        await using var host = new PipelineHost(p => p.Start<Doing, Number>(), configure: s => s.AddSingleton(new Work(async (c, token) =>
            (int)c.OpenHoldout((await Data.MakeAsync("c", c, token)).Lock()).RowCount)));

        (await FluentActions.Awaiting(() => host.RunAsync()).Should().ThrowAsync<StageFailedException>()).WithInnerException<HoldoutLockedException>();
    }

    [Fact]
    public async Task Long_values_are_cut_and_say_so()
    {
        await using var host = new PipelineHost(p => p.Start(new Talks(new string('x', 7000))));

        var record = await host.RecordAsync((await host.RunAsync()).RunId);

        record.Parameters["talks.Text"].Should().HaveLength(6000).And.EndWith("… (7000 characters)");
        record.Parameters["talks.text"].Should().HaveLength(6000);
        record.Tags["text"].Should().HaveLength(7000);
    }

    [Fact]
    public async Task A_parameter_that_a_stage_logs_over_another_of_its_name_gets_a_name_of_its_own()
    {
        await using var host = new PipelineHost(p =>
        {
            p.Parameter("logs.trees", "pipeline");
            p.Start(new Logs());
        });

        var record = await host.RecordAsync((await host.RunAsync()).RunId);

        record.Parameters.Should().Contain("logs.trees", "pipeline").And.Contain("logs/logs.trees", "100");
    }

    [Fact]
    public async Task Secrets_are_not_recorded()
    {
        await using var host = new PipelineHost(p => p.Start(new Connects("Host=db;Password=s3cret", p.Parameter("apiKey", "k3y"))));

        var run = await host.RunAsync();
        var record = await host.RecordAsync(run.RunId);
        var checkpoint = (await host.Checkpoints.ListAsync(run.RunId, TestContext.Current.CancellationToken))[0];

        string.Join('|', record.Parameters.Values.Concat(record.Tags.Values).Concat(checkpoint.KeyParts.Values)).Should().NotContain("s3cret").And.NotContain("k3y");
        record.Parameters["apiKey"].Should().StartWith("hidden");
        record.Parameters["connects.ConnectionString"].Should().StartWith("hidden");
    }

    [Fact]
    public async Task Durations_are_measured_and_traced()
    {
        using var stages = new MetricCollector<double>(null, Telemetry.Pipelines, Telemetry.StageDuration);
        using var runs = new MetricCollector<double>(null, Telemetry.Pipelines, Telemetry.RunDuration);
        using var trace = new TraceCollector(Telemetry.Pipelines);
        await using var host = new PipelineHost(p => p.Start(new Give(1), o => o.Name = "measured"));

        await host.RunAsync();

        stages.GetMeasurementSnapshot().Where(m => Equals(m.Tags["stage"], "measured")).Should().ContainSingle(m => Equals(m.Tags["status"], "finished") && m.Value > 0);
        runs.GetMeasurementSnapshot().Should().Contain(m => Equals(m.Tags["pipeline"], "test") && Equals(m.Tags["status"], "finished"));
        trace.Activities.Select(a => (a.OperationName, a.Status)).Should().Equal(("stage measured", ActivityStatusCode.Ok), ("pipeline test", ActivityStatusCode.Ok));
    }

    [Fact]
    public async Task The_commit_of_a_repository_is_found_and_whether_it_was_changed()
    {
        var folder = Directory.CreateTempSubdirectory("mlops-git-").FullName;
        try
        {
            Git(folder, "init", "-q");
            var nothing = await CodeVersion.GitAsync(folder);
            await File.WriteAllTextAsync(Path.Combine(folder, "a.txt"), "1", TestContext.Current.CancellationToken);
            Git(folder, "add", ".");
            Git(folder, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "one");
            var inner = Directory.CreateDirectory(Path.Combine(folder, "inner")).FullName;
            var clean = await CodeVersion.GitAsync(inner);
            await File.WriteAllTextAsync(Path.Combine(folder, "a.txt"), "2", TestContext.Current.CancellationToken);
            var dirty = await CodeVersion.GitAsync(folder);

            nothing.Should().Be((null, null));
            clean.Commit.Should().MatchRegex("^[0-9a-f]{40}$");
            clean.IsDirty.Should().BeFalse();
            dirty.Should().Be((clean.Commit, true));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_folder_outside_every_repository_has_no_commit()
    {
        var folder = Directory.CreateTempSubdirectory("mlops-git-").FullName;
        try
        {
            (await CodeVersion.GitAsync(folder)).Should().Be((null, null));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    private static void Git(string folder, params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = folder })!;
        git.WaitForExit();
        git.ExitCode.Should().Be(0);
    }

    private sealed record Logs : IPipelineStage<Nothing, Number>
    {
        public Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken)
        {
            context.LogMetric("auc", 0.75);
            context.LogMetric("loss", double.NaN);
            context.LogParameter("trees", "100");
            context.SetTag("team", "blue");
            return Task.FromResult(new Number(1));
        }
    }

    private sealed record Talks(string Text) : IPipelineStage<Nothing, Number>
    {
        public Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken)
        {
            context.LogParameter("text", Text);
            context.SetTag("text", Text);
            return Task.FromResult(new Number(1));
        }
    }

    private sealed record Connects(string ConnectionString, string ApiKey) : IPipelineStage<Nothing, Number>
    {
        public Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(new Number(1));
    }

    private sealed record Acquires : IPipelineStage<Nothing, Dataset>
    {
        public Task<Dataset> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Data.MakeAsync("raw", context, cancellationToken);
    }

    private sealed record Splits : IPipelineStage<Nothing, DataSplit>
    {
        public async Task<DataSplit> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => new(
            await Data.MakeAsync("a", context, cancellationToken),
            await Data.MakeAsync("b", context, cancellationToken),
            (await Data.MakeAsync("c", context, cancellationToken)).Lock(),
            []);
    }

    private sealed record Accepts : IPipelineStage<Nothing, Number>, IAcceptanceStage
    {
        public async Task<Number> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken)
        {
            var holdout = context.OpenHoldout((await Data.MakeAsync("c", context, cancellationToken)).Lock());
            context.Note();
            return context.Services.GetRequiredService<Journal>().Entries.Count == 1 ? throw new IOException("down") : new((int)holdout.RowCount);
        }
    }
}
