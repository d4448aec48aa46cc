using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.ModelRegistry.Tests;

public sealed class ModelGateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.65, true)]
    [InlineData(0.6499, false)]
    [InlineData(double.NaN, false)]
    public async Task A_metric_must_be_within_its_bound(double auc, bool passes)
    {
        using var world = WorldOf(gate => gate.AtLeast("auc", 0.65));
        await world.RegisterAsync(evaluation: Report(("auc", auc)));
        var reasons = await world.PromoteAsync(1);
        if (passes) reasons.Should().BeEmpty();
        else reasons.Should().ContainSingle().Which.Should().StartWith("auc on the validation split must be at least 0.65, but it is ");
    }

    [Fact]
    public async Task Everything_that_is_not_met_is_said_at_once_and_nothing_is_changed()
    {
        using var world = WorldOf(gate => gate
            .AtLeast("auc", 0.65).AtMost("rmse", 3, JudgedOn.Holdout).AtLeast("f1", 0.5).AtLeast("auc", 0.6, slice: "carrier=AA").AtLeast("auc", 0.5, JudgedOn.Holdout, "carrier=ZZ"));
        await world.RegisterAsync(evaluation: Report(("auc", 0.6)) with { Slices = [new("carrier=AA", 10, new Dictionary<string, double> { ["auc"] = 0.55 })] }, acceptance: Report(("rmse", 3.5)));
        (await world.PromoteAsync(1)).Should().Equal(
            "auc on the validation split must be at least 0.65, but it is 0.6.",
            "rmse on the holdout must be at most 3, but it is 3.5.",
            "f1 on the validation split must be at least 0.5, but the judgement of version 1 has no f1 on the validation split.",
            "auc of slice 'carrier=AA' on the validation split must be at least 0.6, but it is 0.55.",
            "auc of slice 'carrier=ZZ' on the holdout must be at least 0.5, but the judgement of version 1 on the holdout has no slice 'carrier=ZZ'.");
        (await world.Registry.FindByAliasAsync("flight-delay", "champion", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task A_version_that_was_never_judged_meets_no_bound()
    {
        using var world = WorldOf(gate => gate.AtMost("rmse", 100, JudgedOn.Holdout));
        await world.RegisterAsync(evaluation: Report(("rmse", 1)));
        (await world.PromoteAsync(1)).Should().ContainSingle().Which.Should().Contain("never judged on the holdout");
    }

    [Fact]
    public async Task A_gate_is_asked_for_its_own_alias_and_model_only_and_not_for_a_removal()
    {
        using var world = WorldOf(gate => gate.AtLeast("auc", 0.65));
        await world.RegisterAsync();
        (await world.PromoteAsync(1, "challenger")).Should().BeEmpty();
        await world.Registry.RegisterAsync(new("other", await world.BundleAsync("o", "other"), null, Make.Noon), Cancel);
        await world.Registry.SetAliasAsync(new("other", "champion", null, 1, "dave", "because", Make.Noon), Cancel);
        await world.RegisterAsync("b", Report(("auc", 0.9)));
        (await world.PromoteAsync(2)).Should().BeEmpty();
        await world.Registry.SetAliasAsync(new("flight-delay", "champion", 2, null, "dave", "because", Make.Noon), Cancel);
    }

    [Fact]
    public async Task The_stage_Production_has_a_gate_like_an_alias()
    {
        using var world = new World(builder => builder.AddModelGate("flight-delay", ModelStages.Production, gate => gate.AtLeast("auc", 0.65)));
        await world.RegisterAsync(evaluation: Report(("auc", 0.6)));
        var stage = () => world.Registry.ChangeVersionAsync("flight-delay", 1, new(new("dave", "because", Make.Noon)) { Stage = ModelStages.Production }, Cancel);
        await stage.Should().ThrowAsync<GateRefusedException>();
    }

    [Theory]
    [InlineData(0.70, 0, false)]
    [InlineData(0.71, 0, true)]
    [InlineData(0.70, 0.02, true)]
    public async Task A_metric_must_not_fall_behind_the_version_that_has_the_alias(double auc, double tolerance, bool passes)
    {
        using var world = WorldOf(gate => gate.NoLowerThanIncumbent("auc", tolerance));
        await world.RegisterAsync("a", Report(("auc", 0.9)) with { Data = Make.Data("elsewhere").ToReference() });
        (await world.PromoteAsync(1)).Should().BeEmpty("there is nobody to compare with");
        var beside = Report(("auc", auc)) with { IncumbentVersion = "flight-delay/1", Incumbent = new Dictionary<string, double> { ["auc"] = 0.71 } };
        await world.RegisterAsync("b", beside);
        (await world.PromoteAsync(2)).Should().HaveCount(passes ? 0 : 1);
    }

    [Theory]
    [InlineData(0.70, false)]
    [InlineData(0.71, true)]
    public async Task A_slice_must_not_fall_behind_that_of_the_version_that_has_the_alias(double auc, bool passes)
    {
        using var world = WorldOf(gate => gate.NoLowerThanIncumbent("auc", slice: "carrier=AA"));
        await world.RegisterAsync("a", Report(("auc", 0.9)) with { Data = Make.Data("elsewhere").ToReference() });
        (await world.PromoteAsync(1)).Should().BeEmpty("there is nobody to compare with");
        var slice = new SliceMetrics("carrier=AA", 100, new Dictionary<string, double> { ["auc"] = auc }) { Incumbent = new Dictionary<string, double> { ["auc"] = 0.71 } };
        await world.RegisterAsync("b", Report(("auc", 0.5)) with { IncumbentVersion = "flight-delay/1", Slices = [slice] });
        (await world.PromoteAsync(2)).Should().HaveCount(passes ? 0 : 1);
    }

    [Fact]
    public async Task Two_versions_that_were_judged_on_the_same_rows_compare_without_more()
    {
        using var world = WorldOf(gate => gate.NoHigherThanIncumbent("rmse"));
        await world.RegisterAsync("a", Report(("rmse", 3)));
        await world.RegisterAsync("b", Report(("rmse", 3.5)));
        await world.RegisterAsync("c", Report(("rmse", 2.5)));
        await world.PromoteAsync(1);
        (await world.PromoteAsync(2)).Should().Equal("rmse on the validation split must be no higher than that of version 1, which is 3, within 0, but it is 3.5.");
        (await world.PromoteAsync(3)).Should().BeEmpty();
    }

    [Fact]
    public async Task Two_versions_that_were_never_judged_on_the_same_rows_do_not_compare()
    {
        using var world = WorldOf(gate => gate.NoHigherThanIncumbent("rmse"));
        await world.RegisterAsync("a", Report(("rmse", 3)));
        await world.PromoteAsync(1);
        await world.RegisterAsync("b", Report(("rmse", 1)) with { Data = Make.Data("other").ToReference(), IncumbentVersion = "flight-delay/7", Incumbent = new Dictionary<string, double> { ["rmse"] = 9 } });
        (await world.PromoteAsync(2)).Should().ContainSingle().Which.Should().Contain("never judged on the same rows");
    }

    [Fact]
    public async Task A_version_must_load_and_predict_its_samples()
    {
        using var world = WorldOf(gate => gate.Loads());
        var version = await world.RegisterAsync();
        (await world.PromoteAsync(1)).Should().BeEmpty();
        world.Runtime.Loaded.Should().ContainSingle().Which.IsDisposed.Should().BeTrue();
        await world.RegisterAsync("b");
        ((InMemoryArtifactStore)world.Services.GetRequiredService<IArtifactStore>()).Damage((await world.BundleAsync("b")).Artifact.Digest, 5);
        (await world.PromoteAsync(2)).Should().ContainSingle().Which.Should().Contain("must load here").And.Contain("damaged");
        await world.Registry.RegisterAsync(new("flight-delay", null, null, Make.Noon) { Source = "s3://elsewhere" }, Cancel);
        (await world.PromoteAsync(3)).Should().ContainSingle().Which.Should().Contain("no bundle");
        version.Version.Should().Be(1);
    }

    [Fact]
    public async Task Somebody_in_the_role_must_approve_and_not_whoever_registered_it()
    {
        using var world = WorldOf(gate => gate.ApprovedBy("risk-officer"));
        await world.RegisterAsync(by: "alice");
        (await world.PromoteAsync(1)).Should().Equal("Somebody in the role 'risk-officer' must approve of version 1 as champion; nobody has.");
        await ApproveAsync(world, 1, "Alice ", "risk-officer");
        await ApproveAsync(world, 1, "bob", "owner");
        await ApproveAsync(world, 1, "bob", "risk-officer", "challenger");
        (await world.PromoteAsync(1)).Should().ContainSingle().Which.Should().Contain("nobody has, and whoever registered it does not count");
        await ApproveAsync(world, 1, "bob", "risk-officer");
        (await world.PromoteAsync(1)).Should().BeEmpty();
        await world.RegisterAsync("b");
        (await world.PromoteAsync(2)).Should().NotBeEmpty("an approval is of one version");
    }

    [Fact]
    public async Task Two_people_are_two_different_people()
    {
        using var world = WorldOf(gate => gate.ApprovedBy("risk-officer", persons: 2));
        await world.RegisterAsync(by: "alice");
        foreach (var person in (string[])["bob", "bob", "BOB", " bob", "alice"]) await ApproveAsync(world, 1, person, "risk-officer");
        (await world.PromoteAsync(1)).Should().ContainSingle().Which.Should().StartWith("2 different people").And.Contain("bob has");
        await ApproveAsync(world, 1, "carol", "risk-officer");
        (await world.PromoteAsync(1)).Should().BeEmpty();
    }

    [Fact]
    public async Task Going_back_only_asks_whether_the_version_loads()
    {
        using var world = WorldOf(gate => gate.Loads().AtLeast("auc", 0.65).NoLowerThanIncumbent("auc").ApprovedBy("risk-officer"));
        for (var i = 1; i <= 2; i++)
        {
            await world.RegisterAsync($"{i}", Report(("auc", 0.7 + (i * 0.01))));
            await ApproveAsync(world, i, "bob", "risk-officer");
            (await world.PromoteAsync(i)).Should().BeEmpty();
        }

        (await world.Registry.RollBackAsync("flight-delay", "champion", new("carol", "it is slow", Make.Noon), Cancel)).Version.Should().Be(1, "although its metric is lower");
        (await world.PromoteAsync(2)).Should().BeEmpty();
        ((InMemoryArtifactStore)world.Services.GetRequiredService<IArtifactStore>()).Damage((await world.BundleAsync("1")).Artifact.Digest, 5);
        await FluentActions.Awaiting(() => world.Registry.RollBackAsync("flight-delay", "champion", new("carol", "it is slow", Make.Noon), Cancel)).Should().ThrowAsync<GateRefusedException>();
    }

    [Fact]
    public async Task A_gate_may_ask_everything_of_going_back_too()
    {
        using var world = WorldOf(gate => gate.NoLowerThanIncumbent("auc").AlsoOnRollBack());
        for (var i = 1; i <= 2; i++)
        {
            await world.RegisterAsync($"{i}", Report(("auc", 0.7 + (i * 0.01))));
            await world.PromoteAsync(i);
        }

        await FluentActions.Awaiting(() => world.Registry.RollBackAsync("flight-delay", "champion", new("carol", "it is slow", Make.Noon), Cancel)).Should().ThrowAsync<GateRefusedException>();
    }

    [Fact]
    public async Task A_gate_of_the_hosts_own_is_asked_about_every_alias()
    {
        using var world = new World(builder => builder.AddAliasGate<NoFriday>().AddAliasGate<NoFriday>());
        await world.RegisterAsync();
        (await world.PromoteAsync(1, "anything")).Should().Equal("It is Friday.");
    }

    [Fact]
    public async Task What_gates_decide_is_counted()
    {
        using var decisions = new MetricCollector<long>(null, Telemetry.ModelRegistry, Telemetry.GateDecisions);
        using var world = new World(builder => builder.AddModelGate("flight-delay", "counted", gate => gate.AtLeast("auc", 0.65)));
        await world.RegisterAsync("a", Report(("auc", 0.6)));
        await world.RegisterAsync("b", Report(("auc", 0.7)));
        for (var i = 1; i <= 2; i++) await world.PromoteAsync(i, "counted");
        decisions.GetMeasurementSnapshot().Where(m => Equals(m.Tags["alias"], "counted")).Select(m => m.Tags["status"]).Should().Equal("refused", "passed");
    }

    [Fact]
    public void A_gate_that_makes_no_sense_is_refused_when_it_is_declared()
    {
        var builder = new ServiceCollection().AddMlOpsCore();
        Action<ModelGateBuilder>[] senseless =
        [
            _ => { }, gate => gate.AtLeast("auc", double.NaN), gate => gate.AtMost(" ", 1), gate => gate.NoLowerThanIncumbent("auc", -1), gate => gate.ApprovedBy("owner", 0), gate => gate.ApprovedBy(string.Empty),
        ];
        foreach (var gate in senseless) FluentActions.Invoking(() => builder.AddModelGate("m", "champion", gate)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => builder.AddModelGate("m", "latest", gate => gate.Loads())).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => builder.AddModelGate(string.Empty, "champion", gate => gate.Loads())).Should().Throw<ArgumentException>();
    }

    private static World WorldOf(Action<ModelGateBuilder> gate) => new(builder => builder.AddModelGate("flight-delay", "champion", gate));

    private static EvaluationReport Report(params (string Name, double Value)[] metrics) => Make.Report() with { Metrics = metrics.ToDictionary(m => m.Name, m => m.Value) };

    private static Task ApproveAsync(World world, int version, string by, string role, string alias = "champion") =>
        world.Registry.ApproveAsync(new("flight-delay", version, alias, role, new(by, "looks good", Make.Noon)), Cancel);

    private sealed class NoFriday : IAliasGate
    {
        public ValueTask<IReadOnlyList<string>> ObjectionsAsync(AliasChange change, ModelVersion? candidate, IModelRegistry registry, CancellationToken cancellationToken = default) => new(["It is Friday."]);
    }
}
