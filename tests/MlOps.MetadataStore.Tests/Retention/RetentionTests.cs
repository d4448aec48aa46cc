using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;

namespace MlOps.MetadataStore.Tests;

/// <summary>What is old and needed by nobody goes; what an alias, a stage, a deployment or lineage needs stays.</summary>
public sealed class RetentionTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly ServiceProvider _services;

    public RetentionTests()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_time);
        services.AddMlOpsCore().UseInMemoryStores().AddRetention(o =>
        {
            o.PurgeDeletedAfter = Month;
            o.DeleteRunsAfter = Month;
            o.DeleteVersionsAfter = Month;
            o.KeepVersions = 1;
            o.DeleteCheckpointsAfter = Month;
        });
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IMetadataStore Metadata => _services.GetRequiredService<IMetadataStore>();

    private IModelRegistry Registry => _services.GetRequiredService<IModelRegistry>();

    private IArtifactStore Artifacts => _services.GetRequiredService<IArtifactStore>();

    private ICheckpointStore Checkpoints => _services.GetRequiredService<ICheckpointStore>();

    private ILineageStore Lineage => _services.GetRequiredService<ILineageStore>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Bytes_that_nothing_refers_to_are_deleted_when_they_are_old()
    {
        var old = await StoreAsync("old");
        _time.Advance(Month);
        var young = await StoreAsync("young");

        (await ApplyAsync()).DeletedArtifacts.Should().Equal(old);

        (await Artifacts.ExistsAsync(old.Digest, Cancel)).Should().BeFalse();
        (await Artifacts.ExistsAsync(young.Digest, Cancel)).Should().BeTrue();
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_removes_nothing()
    {
        var old = await StoreAsync("old");
        await RunAsync(1);
        _time.Advance(2 * Month);

        var said = await _services.GetRequiredService<IRetention>().ApplyAsync(cancellationToken: Cancel);

        said.Should().BeEquivalentTo(new { IsDryRun = true, DeletedArtifacts = new[] { old }, DeletedRuns = new[] { Id(1) }, DeletedBytes = old.Size });
        (await Artifacts.ExistsAsync(old.Digest, Cancel)).Should().BeTrue();
        (await Metadata.FindRunAsync(Id(1), Cancel))!.DeletedAt.Should().BeNull();
        (await ApplyAsync()).Should().BeEquivalentTo(said with { IsDryRun = false });
    }

    [Fact]
    public async Task The_files_of_a_run_stay_until_it_is_purged()
    {
        var file = await StoreAsync("file");
        await RunAsync(1, file);
        _time.Advance(2 * Month);

        (await ApplyAsync()).Should().BeEquivalentTo(new { DeletedRuns = new[] { Id(1) }, DeletedArtifacts = Array.Empty<ArtifactRef>() });
        _time.Advance(2 * Month);
        var later = await ApplyAsync();

        later.Purged.RunIds.Should().Equal(Id(1));
        later.DeletedArtifacts.Should().Equal(file);
    }

    [Fact]
    public async Task A_report_that_a_tag_names_stays_with_its_run()
    {
        var report = await StoreAsync("report");
        await RunAsync(1);
        await Metadata.LogAsync(Id(1), new() { Tags = new Dictionary<string, string> { ["validation.report"] = report.Digest } }, Cancel);
        _time.Advance(2 * Month);

        (await ApplyAsync()).DeletedArtifacts.Should().BeEmpty();
    }

    [Fact]
    public async Task A_run_that_is_not_over_is_no_old_run()
    {
        await Metadata.StartRunAsync(new(Id(1), "e", "r", _time.GetUtcNow()), Cancel);
        _time.Advance(10 * Month);

        (await ApplyAsync()).DeletedRuns.Should().BeEmpty();
    }

    [Fact]
    public async Task The_run_of_a_registered_version_is_kept_and_the_report_says_why()
    {
        await RunAsync(1);
        await RegisterAsync("m", "bundle", Id(1));
        _time.Advance(2 * Month);

        (await ApplyAsync()).Kept.Should().Contain(new KeptRecord("run", Id(1), "It made m/1."));
    }

    [Fact]
    public async Task A_run_whose_data_led_to_a_version_is_kept_by_its_lineage()
    {
        await RunAsync(1);
        var version = await RegisterAsync("m", "bundle", null);
        await Lineage.RecordAsync([new(LineageNode.Run(Id(1)), LineageNode.Dataset("d"), "derived", Start), new(LineageNode.Dataset("d"), LineageNode.Of(version), "learned-from", Start)], Cancel);
        _time.Advance(2 * Month);

        (await ApplyAsync()).Kept.Should().Contain(new KeptRecord("run", Id(1), "m/1 came of it."));
    }

    [Fact]
    public async Task Old_versions_go_with_their_bytes_and_the_newest_stay()
    {
        var first = await RegisterAsync("m", "first", null);
        await RegisterAsync("m", "second", null);
        _time.Advance(2 * Month);

        var report = await ApplyAsync();

        report.DeletedVersions.Should().Equal("m/1");
        report.DeletedArtifacts.Should().Equal(first.Bundle!.Artifact);
        (await Registry.FindAsync("m", 2, Cancel)).Should().NotBeNull();
    }

    [Fact]
    public async Task Versions_with_an_alias_and_those_that_it_would_go_back_to_are_kept()
    {
        for (var i = 1; i <= 4; i++) await RegisterAsync("m", $"bundle {i}", null);
        await Registry.SetAliasAsync(new("m", "champion", null, 1, "me", "", Start), Cancel);
        await Registry.SetAliasAsync(new("m", "champion", 1, 2, "me", "", Start), Cancel);
        _time.Advance(2 * Month);

        var report = await ApplyAsync();

        report.DeletedVersions.Should().Equal("m/3");
        report.Kept.Should().Equal(new KeptRecord("version", "m/2", "It is champion."), new KeptRecord("version", "m/1", "champion would go back to it."));
    }

    [Fact]
    public async Task What_an_alias_would_go_back_to_is_what_a_rollback_says_and_not_what_it_came_from()
    {
        for (var i = 1; i <= 4; i++) await RegisterAsync("m", $"bundle {i}", null);
        for (var i = 1; i <= 3; i++) await Registry.SetAliasAsync(new("m", "champion", i == 1 ? null : i - 1, i, "me", "", Start), Cancel);
        await Registry.RollBackAsync("m", "champion", new("me", "", Start), Cancel);
        _time.Advance(2 * Month);

        (await ApplyAsync()).DeletedVersions.Should().Equal("m/3");
        (await Registry.RollBackAsync("m", "champion", new("me", "", Start), Cancel)).Version.Should().Be(1);
    }

    [Fact]
    public async Task Versions_that_were_served_and_those_in_production_are_kept()
    {
        for (var i = 1; i <= 3; i++) await RegisterAsync("m", $"bundle {i}", null);
        await Registry.ChangeVersionAsync("m", 1, new(new("me", "", Start)) { Stage = ModelStages.Production }, Cancel);
        await Lineage.RecordAsync([new(LineageNode.ModelVersion("m", 2), LineageNode.Deployment("shop", "m", 2), LineageRelations.Served, Start)], Cancel);
        _time.Advance(2 * Month);

        var report = await ApplyAsync();

        report.DeletedVersions.Should().BeEmpty();
        report.Kept.Select(k => k.Reason).Should().Equal("m/2 in shop needs it.", "It is in the stage Production.");
    }

    [Fact]
    public async Task What_a_stage_made_stays_until_its_run_is_forgotten()
    {
        var made = await StoreAsync("rows");
        await CommitAsync(1, $"[\"{made.Digest}\"]");
        _time.Advance(Month - TimeSpan.FromDays(1));

        (await ApplyAsync()).Should().BeEquivalentTo(new { ForgottenRuns = 0, DeletedArtifacts = Array.Empty<ArtifactRef>() });
        _time.Advance(TimeSpan.FromDays(2));

        (await ApplyAsync()).Should().BeEquivalentTo(new { ForgottenRuns = 1, DeletedArtifacts = new[] { made } });
    }

    [Fact]
    public async Task Without_policies_only_bytes_that_nothing_refers_to_go()
    {
        _services.GetRequiredService<IOptionsMonitor<RetentionOptions>>().CurrentValue.DeleteRunsAfter = null;
        _services.GetRequiredService<IOptionsMonitor<RetentionOptions>>().CurrentValue.DeleteVersionsAfter = null;
        var old = await StoreAsync("old");
        await RunAsync(1);
        await RegisterAsync("m", "first", null);
        await RegisterAsync("m", "second", null);
        _time.Advance(10 * Month);

        (await ApplyAsync()).Should().BeEquivalentTo(new { DeletedRuns = Array.Empty<string>(), DeletedVersions = Array.Empty<string>(), DeletedArtifacts = new[] { old } });
    }

    [Fact]
    public async Task A_cancelled_call_removes_nothing()
    {
        var old = await StoreAsync("old");
        _time.Advance(10 * Month);

        await FluentActions.Awaiting(() => _services.GetRequiredService<IRetention>().ApplyAsync(isDryRun: false, new(canceled: true))).Should().ThrowAsync<OperationCanceledException>();

        (await Artifacts.ExistsAsync(old.Digest, Cancel)).Should().BeTrue();
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 1)]
    [InlineData("x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 2)]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0", 0)]
    [InlineData("0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", 0)]
    public void Digests_are_found_in_text(string text, int count) => Sha256.FindDigests(text).Should().HaveCount(count);

    private static string Id(int number) => number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    private Task<RetentionReport> ApplyAsync() => _services.GetRequiredService<IRetention>().ApplyAsync(isDryRun: false, Cancel);

    private async Task<ArtifactRef> StoreAsync(string content)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        return await Artifacts.PutAsync(stream, Cancel);
    }

    private async Task RunAsync(int number, params ArtifactRef[] files)
    {
        await Metadata.StartRunAsync(new(Id(number), "e", "r", _time.GetUtcNow()), Cancel);
        await Metadata.LogAsync(Id(number), new() { Artifacts = files.ToDictionary(f => $"files/{f.Digest}") }, Cancel);
        await Metadata.EndRunAsync(Id(number), RunStatus.Finished, _time.GetUtcNow(), cancellationToken: Cancel);
    }

    private async Task<ModelVersion> RegisterAsync(string model, string content, string? runId)
    {
        var import = new ModelImport(model);
        var bundle = new ModelBundle(model, await StoreAsync(content), import.ToManifest("mlnet_zip", new DatasetSchema([new("x", ColumnType.Float64)]), []));
        return await Registry.RegisterAsync(new(model, bundle, runId, _time.GetUtcNow()), Cancel);
    }

    private async Task CommitAsync(int run, string output)
    {
        var now = _time.GetUtcNow();
        var lease = new RunLease(Id(run), "daily", "{}", "me", 1, now, now.AddMinutes(1));
        await Checkpoints.BeginAsync(lease, Cancel);
        var stage = new StageCheckpoint
        {
            RunId = Id(run),
            Pipeline = "daily",
            Stage = "load",
            Status = StageStatus.Finished,
            Attempts = 1,
            Key = "key",
            KeyParts = new Dictionary<string, string>(),
            CacheReason = "new",
            Output = output,
            OutputFingerprint = "f",
            StartedAt = now,
            EndedAt = now,
        };
        (await Checkpoints.CommitAsync(lease, stage, Cancel)).Should().BeTrue();
        (await Checkpoints.EndAsync(lease, Cancel)).Should().BeTrue();
    }
}
