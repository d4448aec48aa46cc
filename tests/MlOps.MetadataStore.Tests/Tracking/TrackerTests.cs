using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.MetadataStore.Tests;

public sealed class TrackerTests : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public TrackerTests()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().UseInMemoryStores().AddTracking(o => o.FlushInterval = TimeSpan.FromHours(1));
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IExperimentTracker Tracker => _services.GetRequiredService<IExperimentTracker>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task What_a_run_logs_is_on_record_when_it_has_ended()
    {
        string id;
        await using (var run = await Tracker.StartAsync("delays", cancellationToken: Cancel))
        {
            id = run.Id;
            run.LogParameter("rate", 0.5);
            run.LogParameter("kind", "tree");
            run.LogMetric("auc", 0.7);
            run.SetTag("team", "x");
            run.SetNote("*good*");
            run.LogInput(Data("flights"), "validation");
            await run.CompleteAsync();
        }

        var record = await FindAsync(id);
        record.Status.Should().Be(RunStatus.Finished);
        record.Name.Should().StartWith("delays 20");
        record.Parameters.Should().Contain("rate", "0.5").And.Contain("kind", "tree");
        record.Metrics["auc"].Value.Should().Be(0.7);
        record.Tags.Should().Contain("team", "x").And.Contain(RunTags.Note, "*good*").And.ContainKey("mlops.environment.dotnet");
        record.Inputs.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Name = "flights", Context = "validation", SourceType = "csv", Source = "flights.csv" });
    }

    [Fact]
    public async Task A_run_that_is_left_without_a_word_has_failed()
    {
        string id;
        await using (var run = await Tracker.StartAsync("delays", "nightly", cancellationToken: Cancel)) id = run.Id;
        (await FindAsync(id)).Should().BeEquivalentTo(new { Status = RunStatus.Failed, Name = "nightly", Error = "It was left without saying that it went well: call CompleteAsync at its end." });
    }

    [Fact]
    public async Task An_exception_ends_a_run_as_failed_and_a_cancellation_as_killed()
    {
        TrackedRun? failed = null, killed = null;
        await FluentActions.Awaiting(() => Tracker.RunAsync<int>("delays", (run, _) => throw Throws(failed = run), cancellationToken: Cancel)).Should().ThrowAsync<InvalidOperationException>();
        await FluentActions.Awaiting(() => Tracker.RunAsync<int>("delays", (run, _) => throw Stops(killed = run), cancellationToken: Cancel)).Should().ThrowAsync<OperationCanceledException>();
        (await FindAsync(failed!.Id)).Should().BeEquivalentTo(new { Status = RunStatus.Failed, Error = "no data" });
        (await FindAsync(killed!.Id)).Status.Should().Be(RunStatus.Killed);
        (await Tracker.RunAsync("delays", async (run, _) => (await FindAsync(run.Id)).Status, cancellationToken: Cancel)).Should().Be(RunStatus.Running);

        static Exception Throws(TrackedRun _) => new InvalidOperationException("no data");
        static Exception Stops(TrackedRun _) => new OperationCanceledException();
    }

    [Fact]
    public async Task The_first_end_counts()
    {
        await using var run = await Tracker.StartAsync("delays", cancellationToken: Cancel);
        await Task.WhenAll(run.CompleteAsync(), run.FailAsync(new InvalidOperationException("late")), run.DisposeAsync().AsTask());
        (await FindAsync(run.Id)).Status.Should().Be(RunStatus.Finished);
        await FluentActions.Awaiting(() => run.EndAsync(RunStatus.Running)).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task A_nested_run_names_its_parent()
    {
        await using var parent = await Tracker.StartAsync("delays", cancellationToken: Cancel);
        await using var child = await parent.StartNestedAsync("fold 1", Cancel);
        var record = await FindAsync(child.Id);
        record.ParentId.Should().Be(parent.Id);
        record.ExperimentId.Should().Be((await FindAsync(parent.Id)).ExperimentId);
    }

    [Fact]
    public async Task Files_are_kept_with_the_run()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "from a file", Cancel);
            await using var run = await Tracker.StartAsync("delays", cancellationToken: Cancel);
            var text = await run.LogTextAsync("notes/größe.txt", "hello", Cancel);
            await run.LogArtifactAsync("stream.bin", new MemoryStream([1, 2, 3]), Cancel);
            await run.LogArtifactAsync(file, "files/copy.txt", Cancel);
            await run.LogArtifactAsync(file, cancellationToken: Cancel);
            var record = await FindAsync(run.Id);
            record.Artifacts.Keys.Should().BeEquivalentTo("notes/größe.txt", "stream.bin", "files/copy.txt", Path.GetFileName(file));
            record.Artifacts["notes/größe.txt"].Should().Be(text);
            using var reader = new StreamReader(await _services.GetRequiredService<IArtifactStore>().OpenAsync(record.Artifacts["files/copy.txt"].Digest, Cancel), Encoding.UTF8);
            (await reader.ReadToEndAsync(Cancel)).Should().Be("from a file");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\..\\b")]
    [InlineData("a/../../b")]
    [InlineData("a//b")]
    [InlineData("")]
    [InlineData(" ")]
    public async Task A_path_that_leaves_the_run_is_refused_before_anything_is_stored(string path)
    {
        await using var run = await Tracker.StartAsync("delays", cancellationToken: Cancel);
        await FluentActions.Awaiting(() => run.LogTextAsync(path, "unwanted", Cancel)).Should().ThrowAsync<ArgumentException>();
        (await _services.GetRequiredService<IArtifactStore>().ExistsAsync(Sha256.Hex("unwanted"), Cancel)).Should().BeFalse();
    }

    [Fact]
    public async Task Inputs_come_into_the_lineage()
    {
        string id;
        await using (var run = await Tracker.StartAsync("delays", cancellationToken: Cancel))
        {
            id = run.Id;
            run.LogInput(Data("flights"));
            run.LogInput(new DatasetInput("weather", "w", "holdout"));
        }

        var edges = (await _services.GetRequiredService<ILineageStore>().TraverseAsync(new(LineageNode.Run(id)), Cancel)).Edges;
        edges.Select(e => (e.From.Name, e.Relation)).Should().BeEquivalentTo([("flights", LineageRelations.LearnedFrom), ("weather", LineageRelations.AcceptedWith)]);
    }

    [Fact]
    public async Task A_run_says_that_it_lost_entries()
    {
        await using var run = await Tracker.StartAsync("delays", cancellationToken: Cancel);
        run.LogParameter("trees", "1");
        run.LogParameter("trees", "2");
        await run.CompleteAsync();
        (await FindAsync(run.Id)).Tags.Should().Contain("mlops.lost_entries", "1");
    }

    [Fact]
    public async Task Without_an_artifact_store_files_are_refused_and_the_rest_works()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IMetadataStore>(new InMemoryMetadataStore());
        services.AddMlOpsCore().AddTracking();
        await using var provider = services.BuildServiceProvider();
        await using var run = await provider.GetRequiredService<IExperimentTracker>().StartAsync("delays", cancellationToken: Cancel);
        run.LogMetric("auc", 1);
        (await FluentActions.Awaiting(() => run.LogTextAsync("a", "b", Cancel)).Should().ThrowAsync<InvalidOperationException>()).WithMessage("*UseFileArtifacts*");
        await run.CompleteAsync();
    }

    [Theory]
    [InlineData("Capacity", "0")]
    [InlineData("BatchSize", "-1")]
    [InlineData("MaxAttempts", "0")]
    [InlineData("DisposeTimeout", "-00:00:01")]
    public async Task Nonsense_is_refused_when_the_host_starts(string option, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { [$"MlOps:Tracking:{option}"] = value });
        builder.Services.AddMlOpsCore().UseInMemoryStores().AddTracking();
        using var host = builder.Build();
        (await FluentActions.Awaiting(() => host.StartAsync(Cancel)).Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain(option);
    }

    private static Dataset Data(string name) =>
        new(name, Sha256.Hex(name), new([new("distance", ColumnType.Float64)]), 1, new(Sha256.Hex("file"), 1), new("csv", "flights.csv"), DateTimeOffset.UnixEpoch);

    private async Task<Run> FindAsync(string id) => (await _services.GetRequiredService<IMetadataStore>().FindRunAsync(id, Cancel))!;
}
