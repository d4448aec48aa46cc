using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Pipelines.Tests.Victim;

namespace MlOps.Pipelines.Tests;

/// <summary>Really kills processes, with SIGKILL, while they run a pipeline on SQLite and files.</summary>
public sealed class KillTests : IDisposable
{
    private static readonly Lazy<Task<Outcome>> Undisturbed = new(UndisturbedAsync);
    private readonly string _folder = Directory.CreateTempSubdirectory("mlops-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Begin, start, log, six times commit and log, the end of the record, the end.
    public static TheoryData<int> Writes() => [.. Enumerable.Range(1, 17)];

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_process_that_is_killed_after_any_write_leaves_a_run_that_the_next_start_finishes(int write)
    {
        var died = await RunAsync($"write:{write}");
        died.Should().BeNull();
        var committed = await CommittedAsync();

        var outcome = (await RunAsync())!;

        await CheckAsync(outcome);
        if (write < 17) // afterwards the run had ended
        {
            outcome.IsResumed.Should().BeTrue();
            outcome.Stages.Where(s => s.Reason == "Finished in this run before it was interrupted.").Select(s => s.Name).Should().BeEquivalentTo(committed);
            Lines("ran").Where(committed.Contains).Should().OnlyHaveUniqueItems("what is finished is not done again");
        }
    }

    [Theory]
    [InlineData("begin")]
    [InlineData("right")]
    [InlineData("end")]
    public async Task A_process_that_is_killed_in_the_middle_of_a_stage_leaves_a_run_that_the_next_start_finishes(string stage)
    {
        (await RunAsync($"stage:{stage}")).Should().BeNull();
        var committed = await CommittedAsync();

        var outcome = (await RunAsync())!;

        await CheckAsync(outcome);
        outcome.IsResumed.Should().BeTrue();
        Lines("ran").Count(s => s == stage).Should().Be(2);
        Lines("ran").Where(committed.Contains).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_run_survives_being_killed_again_and_again()
    {
        foreach (var stage in Chain.Names.Where(name => name != "right")) // which runs beside left, and may be finished when left dies
            (await RunAsync($"stage:{stage}")).Should().BeNull();

        var outcome = (await RunAsync())!;

        await CheckAsync(outcome);
        outcome.IsResumed.Should().BeTrue();
        Lines("ran").GroupBy(s => s).Should().OnlyContain(s => s.Count() <= 3);
        await using var services = Open();
        var runs = (await services.GetRequiredService<IMetadataStore>().SearchRunsAsync(new(), TestContext.Current.CancellationToken)).Items;
        runs.Should().ContainSingle().Which.Tags["mlops.resumptions"].Should().Be("5");
    }

    [Fact]
    public async Task Kills_from_outside_at_any_moment_change_nothing_in_the_result()
    {
        var random = new Random(20260102);
        for (var i = 0; i < 6; i++)
        {
            using var process = Start("wait");
            await Task.WhenAny(process.WaitForExitAsync(TestContext.Current.CancellationToken), Task.Delay(random.Next(150, 900), TestContext.Current.CancellationToken));
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await CheckAsync((await RunAsync())!);
    }

    private static async Task<Outcome> UndisturbedAsync()
    {
        using var test = new KillTests();
        return (await test.RunAsync())!;
    }

    private async Task CheckAsync(Outcome outcome)
    {
        var token = TestContext.Current.CancellationToken;
        var undisturbed = await Undisturbed.Value;
        outcome.Stages.Select(s => (s.Name, s.Fingerprint)).Should().Equal(undisturbed.Stages.Select(s => (s.Name, s.Fingerprint)));

        await using var services = Open();
        var metadata = services.GetRequiredService<IMetadataStore>();
        var record = (await metadata.FindRunAsync(outcome.RunId, token))!;
        record.Status.Should().Be(RunStatus.Finished);
        record.Parameters.Should().Contain("end.Word", "end");
        (await metadata.GetMetricHistoryAsync(outcome.RunId, "length", cancellationToken: token)).Items.Select(m => m.Step).Should().Equal(Enumerable.Range(0, Chain.Names.Count).Select(i => (long)i));
        (await services.GetRequiredService<ICheckpointStore>().ListUnfinishedAsync("chain", token)).Should().BeEmpty();
    }

    private async Task<IReadOnlyList<string>> CommittedAsync()
    {
        await using var services = Open();
        var checkpoints = services.GetRequiredService<ICheckpointStore>();
        var left = (await checkpoints.ListUnfinishedAsync("chain", TestContext.Current.CancellationToken)).SingleOrDefault();
        return left is null ? [] : [.. (await checkpoints.ListAsync(left.RunId, TestContext.Current.CancellationToken)).Select(c => c.Stage)];
    }

    private ServiceProvider Open()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore(o => o.Folder = _folder).UseSqlite();
        return services.BuildServiceProvider();
    }

    private string[] Lines(string file) => File.Exists(Path.Combine(_folder, file + ".txt")) ? File.ReadAllLines(Path.Combine(_folder, file + ".txt")) : [];

    /// <returns>What the process printed; null when it was killed.</returns>
    private async Task<Outcome?> RunAsync(string where = "")
    {
        using var process = Start(where);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (process.ExitCode == 128 + 9) return null;
        process.ExitCode.Should().Be(0, await errors);
        return JsonSerializer.Deserialize<Outcome>(await output, MlOpsJson.Options);
    }

    private Process Start(string where) => Process.Start(new ProcessStartInfo(
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
        [typeof(Chain).Assembly.Location, _folder, where])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = _folder, // no repository: git would only cost time
        Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // who is killed leaves the runtime's files
    })!;
}
