using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.ModelRegistry.Tests;

public sealed class RegistryStagesTests : IDisposable
{
    private readonly FakeGate _gate = new();
    private readonly ServiceProvider _services;
    private int _runs;

    public RegistryStagesTests()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IAliasGate>(_gate).AddMlOpsCore().UseInMemoryStores();
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IModelRegistry Registry => _services.GetRequiredService<IModelRegistry>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void The_stages_are_never_cached_and_have_names()
    {
        var pipeline = new PipelineBuilder();
        pipeline.Start(new Given()).Register().Promote(stage: options => options.MaxAttempts = 7);
        pipeline.Stages.Select(s => (s.Name, s.Options.Cache)).Skip(1).Should().Equal(("register", false), ("promote", false));
        pipeline.Stages[2].Options.MaxAttempts.Should().Be(7);
    }

    [Fact]
    public void What_is_no_name_for_an_alias_is_refused_when_the_pipeline_is_built()
    {
        var given = new PipelineBuilder().Start(new Given());
        FluentActions.Invoking(() => given.Register("latest")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => given.Register().Promote("v1")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task A_blessed_model_is_registered_as_the_challenger()
    {
        var registration = await RegisterAsync(Make.Candidate("a", acceptance: Make.Report()));
        registration.Refusals.Should().BeEmpty();
        registration.IsNew.Should().BeTrue();
        registration.Version!.Aliases.Should().Equal("challenger");
        var version = await Registry.FindByAliasAsync("flight-delay", "challenger", Cancel);
        version!.Version.Should().Be(1);
        version.RunId.Should().Be("run 1");
        version.Acceptance.Should().NotBeNull();
        (await Registry.GetAliasHistoryAsync("flight-delay", Cancel)).Should().ContainSingle().Which.By.Should().Contain("run 1");
    }

    [Fact]
    public async Task A_model_that_fails_a_gate_is_refused_with_reasons_and_registered_nowhere()
    {
        var registration = await RegisterAsync(Make.Candidate("a", Make.Report(null, Make.Holds, Make.Fails), Make.Report(null, Make.Fails)));
        registration.Version.Should().BeNull();
        registration.Refusals.Should().HaveCount(2).And.OnlyContain(r => r.Contains("log_loss at most 0.5 (observed 0.61)"));
        registration.Refusals[1].Should().Contain("holdout");
        (await Registry.ListModelsAsync(Cancel)).Should().BeEmpty();
        (await PromoteAsync(registration)).Refusals.Should().Equal(registration.Refusals);
    }

    [Fact]
    public async Task A_model_of_which_nothing_was_asked_is_refused()
    {
        var registration = await RegisterAsync(Make.Candidate("a", Make.Report() with { Checks = [] }));
        registration.Refusals.Should().ContainSingle().Which.Should().Contain("Nothing was asked");
        registration = await RegisterAsync(Make.Candidate("a", acceptance: Make.Report() with { Checks = [] }));
        registration.Refusals.Should().ContainSingle().Which.Should().Contain("holdout");
    }

    [Fact]
    public async Task The_same_bundle_again_is_the_version_that_is_there()
    {
        await RegisterAsync(Make.Candidate("a"));
        var again = await RegisterAsync(Make.Candidate("a", Make.Report("flight-delay/1")));
        again.IsNew.Should().BeFalse();
        again.Version!.Version.Should().Be(1);
        again.Version.Evaluation!.IncumbentVersion.Should().Be("flight-delay/1", "it is judged as of this run");
        (await Registry.ListVersionsAsync("flight-delay", Cancel)).Should().ContainSingle();
        (await Registry.GetAliasHistoryAsync("flight-delay", Cancel)).Should().ContainSingle();
    }

    [Fact]
    public async Task An_older_bundle_again_is_a_new_version()
    {
        foreach (var content in (string[])["a", "b", "a"]) await RegisterAsync(Make.Candidate(content));
        var versions = await Registry.ListVersionsAsync("flight-delay", Cancel);
        versions.Select(v => v.Version).Should().Equal(3, 2, 1);
        versions[0].Aliases.Should().Equal("challenger");
    }

    [Fact]
    public async Task When_many_register_at_once_the_newest_is_the_challenger()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => RegisterAsync(Make.Candidate($"{i}")))));
        (await Registry.FindByAliasAsync("flight-delay", "challenger", Cancel))!.Version.Should().Be(10);
    }

    [Fact]
    public async Task The_first_version_becomes_champion()
    {
        var promotion = await PromoteAsync(await RegisterAsync(Make.Candidate("a", Make.Report(null, Make.Holds, Make.NobodyToCompareWith))));
        promotion.IsPromoted.Should().BeTrue();
        promotion.HasMoved.Should().BeTrue();
        promotion.Previous.Should().BeNull();
        (await Registry.FindByAliasAsync("flight-delay", "champion", Cancel))!.Version.Should().Be(1);
        (await Registry.GetAliasHistoryAsync("flight-delay", Cancel))[^1].Reason.Should().Contain("auc at least 0.65 (observed 0.71)");
    }

    [Fact]
    public async Task A_version_that_was_compared_with_the_champion_replaces_it()
    {
        await PromoteAsync(await RegisterAsync(Make.Candidate("a")));
        var promotion = await PromoteAsync(await RegisterAsync(Make.Candidate("b", Make.Report("flight-delay/1"), Make.Report("flight-delay/1"))));
        (promotion.IsPromoted, promotion.Previous, promotion.Candidate!.Version).Should().Be((true, 1, 2));
    }

    [Fact]
    public async Task Promoting_the_champion_again_changes_nothing()
    {
        await PromoteAsync(await RegisterAsync(Make.Candidate("a", Make.Report(null, Make.NobodyToCompareWith))));
        var again = await PromoteAsync(await RegisterAsync(Make.Candidate("a", Make.Report("flight-delay/1"))));
        (again.IsPromoted, again.HasMoved, again.Previous).Should().Be((true, false, 1));
        (await Registry.GetAliasHistoryAsync("flight-delay", Cancel)).Where(c => c.Alias == "champion").Should().ContainSingle();
    }

    [Fact]
    public async Task A_gate_of_the_host_refuses_a_promotion_with_its_reasons()
    {
        _gate.Objections = change => change.Alias == "champion" ? ["A risk officer must approve.", "It is Friday."] : [];
        var promotion = await PromoteAsync(await RegisterAsync(Make.Candidate("a")));
        promotion.IsPromoted.Should().BeFalse();
        promotion.Refusals.Should().Equal("A risk officer must approve.", "It is Friday.");
        (await Registry.FindByAliasAsync("flight-delay", "champion", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task A_comparison_with_a_former_champion_is_stale()
    {
        await PromoteAsync(await RegisterAsync(Make.Candidate("a")));
        await PromoteAsync(await RegisterAsync(Make.Candidate("b", Make.Report("flight-delay/1"))));
        var promotion = await PromoteAsync(await RegisterAsync(Make.Candidate("c", Make.Report("flight-delay/1"))));
        promotion.IsPromoted.Should().BeFalse();
        promotion.Refusals.Should().ContainSingle().Which.Should().Contain("flight-delay/1").And.Contain("flight-delay/2").And.Contain("again");
        (await Registry.FindByAliasAsync("flight-delay", "champion", Cancel))!.Version.Should().Be(2);
    }

    [Fact]
    public async Task A_stale_comparison_on_the_holdout_counts_too()
    {
        await PromoteAsync(await RegisterAsync(Make.Candidate("a")));
        var promotion = await PromoteAsync(await RegisterAsync(Make.Candidate("b", Make.Report("flight-delay/1"), Make.Report("flight-delay/7"))));
        promotion.Refusals.Should().ContainSingle().Which.Should().Contain("holdout");
    }

    [Fact]
    public async Task A_comparison_that_found_nobody_is_stale_when_somebody_is_there()
    {
        await PromoteAsync(await RegisterAsync(Make.Candidate("a")));
        var promotion = await PromoteAsync(await RegisterAsync(Make.Candidate("b", Make.Report(null, Make.Holds, Make.NobodyToCompareWith))));
        promotion.Refusals.Should().ContainSingle().Which.Should().Contain("nothing to compare it with").And.Contain("flight-delay/1");
    }

    [Fact]
    public async Task A_comparison_with_a_champion_that_is_gone_is_stale()
    {
        await PromoteAsync(await RegisterAsync(Make.Candidate("a")));
        await Registry.SetAliasAsync(new("flight-delay", "champion", 1, null, "alice", "withdrawn", Make.Noon), Cancel);
        var promotion = await PromoteAsync(await RegisterAsync(Make.Candidate("b", Make.Report("flight-delay/1"))));
        promotion.Refusals.Should().ContainSingle().Which.Should().Contain("no version");
    }

    [Fact]
    public async Task A_gate_without_a_comparison_promotes_what_meets_its_bounds()
    {
        await PromoteAsync(await RegisterAsync(Make.Candidate("a")));
        (await PromoteAsync(await RegisterAsync(Make.Candidate("b")))).HasMoved.Should().BeTrue();
    }

    [Fact]
    public async Task Of_many_promotions_over_one_champion_exactly_one_succeeds()
    {
        await PromoteAsync(await RegisterAsync(Make.Candidate("a")));
        var registrations = new List<Registration>();
        for (var i = 0; i < 8; i++) registrations.Add(await RegisterAsync(Make.Candidate($"{i}", Make.Report("flight-delay/1"))));
        var promotions = await Task.WhenAll(registrations.Select(r => Task.Run(() => PromoteAsync(r))));
        promotions.Should().ContainSingle(p => p.IsPromoted);
        promotions.Where(p => !p.IsPromoted).Should().OnlyContain(p => p.Refusals.Count > 0);
    }

    [Fact]
    public async Task A_version_that_was_never_judged_is_not_promoted()
    {
        var version = await Registry.RegisterAsync(new("flight-delay", Make.Bundle("a"), null, Make.Noon), Cancel);
        (await PromoteAsync(new(version, true, []))).IsPromoted.Should().BeFalse();
        (await PromoteAsync(new(version with { Evaluation = Make.Report(null, Make.Fails) }, true, []))).IsPromoted.Should().BeFalse();
        (await PromoteAsync(new(null, false, []))).IsPromoted.Should().BeFalse();
    }

    [Fact]
    public async Task What_became_of_it_is_tagged_and_can_be_stored()
    {
        var context = Context();
        var registration = await new RegisterStage("challenger").RunAsync(Make.Candidate("a"), context, Cancel);
        context.Tags["registration"].Should().Be("flight-delay/1");
        var stored = JsonSerializer.Deserialize<Registration>(JsonSerializer.Serialize(registration, MlOpsJson.Options), MlOpsJson.Options)!;
        var promotion = await new PromoteStage("champion").RunAsync(stored, context, Cancel);
        context.Tags["promotion"].Should().Be("flight-delay/1 is champion");
        JsonSerializer.Deserialize<Promotion>(JsonSerializer.Serialize(promotion, MlOpsJson.Options), MlOpsJson.Options)!.HasMoved.Should().BeTrue();
    }

    private Task<Registration> RegisterAsync(EvaluatedCandidate candidate) => new RegisterStage("challenger").RunAsync(candidate, Context(), Cancel);

    private Task<Promotion> PromoteAsync(Registration registration) => new PromoteStage("champion").RunAsync(registration, Context(), Cancel);

    private StageContext Context() => new()
    {
        Services = _services,
        Pipeline = "flight-delay",
        Stage = "register",
        RunId = $"run {Interlocked.Increment(ref _runs)}",
        Seed = 1,
    };

    private sealed record Given : IPipelineStage<Nothing, EvaluatedCandidate>
    {
        public Task<EvaluatedCandidate> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(Make.Candidate("a"));
    }
}
