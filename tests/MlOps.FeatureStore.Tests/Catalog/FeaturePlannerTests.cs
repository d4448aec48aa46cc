using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.FeatureStore.Tests;

public sealed class FeaturePlannerTests
{
    private static readonly ChangeNote Note = new("alice", "better", new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));

    private readonly InMemoryFeatureCatalog _catalog = new();
    private readonly InMemoryLineageStore _lineage = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_new_is_added_and_then_nothing_differs()
    {
        var planner = Planner(Flights());
        var plan = await planner.PlanAsync(Cancel);
        plan.ToString().Should().Be("+ entity airport\n+ view delays\n+ computed-view now\n+ service flight@1");
        (plan.AltersValues, plan.IsApplied).Should().Be((false, false));
        await planner.ApplyAsync(plan, Note, cancellationToken: Cancel);
        (await planner.PlanAsync(Cancel)).ToString().Should().Be("Nothing differs.");
        (await _catalog.ListAsync(Cancel)).Select(v => (v.Kind, v.Name, v.Version, v.Note)).Should().Equal(
            ("computed-view", "now", 1, Note), ("entity", "airport", 1, Note), ("service", "flight@1", 1, Note), ("view", "delays", 1, Note));
    }

    [Fact]
    public async Task A_change_is_said_property_by_property_and_whether_it_alters_values()
    {
        await ApplyAsync(Flights());
        var plan = await Planner(Flights(hop: "1m", description: "other words", more: true)).PlanAsync(Cancel);
        var view = plan.Changes.Single(c => c.Kind == FeatureKinds.View);
        view.Properties.Select(p => (p.Path, p.Before, p.After, p.AltersValues)).Should().BeEquivalentTo(new (string, string?, string?, bool)[]
        {
            ("features.delay_mean_1h.aggregation.hop", "\"00:05:00\"", "\"00:01:00\"", true),
            ("features.seats_count_1h", null, """{"type":"Int64","column":"seats","aggregation":{"kind":"Count","window":"01:00:00","hop":"00:05:00"}}""", false),
            ("description", "\"of each airport\"", "\"other words\"", false),
        });
        view.ToString().Should().StartWith("~ view delays, version 2: values change\n").And.Contain("    ~ description: \"of each airport\" -> \"other words\"");
        (plan.AltersValues, plan.Errors.Count).Should().Be((true, 0));
    }

    [Fact]
    public async Task Other_words_alter_no_values_and_keep_the_digest()
    {
        await ApplyAsync(Flights());
        var before = (await _catalog.GetHistoryAsync(FeatureKinds.View, "delays", Cancel))[0].Digest;
        await ApplyAsync(Flights(description: "other words"));
        var history = await _catalog.GetHistoryAsync(FeatureKinds.View, "delays", Cancel);
        history.Select(v => (v.Version, v.Digest)).Should().Equal((1, before), (2, before));
    }

    [Fact]
    public async Task Another_code_version_alters_values()
    {
        await ApplyAsync(Flights());
        var plan = await Planner(Flights(codeVersion: 2)).PlanAsync(Cancel);
        plan.ToString().Should().Be("~ computed-view now, version 2: values change\n    ~ codeVersion: 1 -> 2");
    }

    [Fact]
    public async Task An_applied_version_of_a_service_keeps_its_features()
    {
        await ApplyAsync(Flights());
        var planner = Planner(Flights(service: s => s.Add("delays:delay_mean_1h")));
        var plan = await planner.PlanAsync(Cancel);
        plan.Errors.Should().ContainSingle().Which.Should().StartWith("Feature service 'flight@1' was applied with other features").And.Contain("Service(\"flight\", 2)");
        var act = () => planner.ApplyAsync(plan, Note, cancellationToken: Cancel);
        await act.Should().ThrowAsync<FeatureDefinitionException>();
    }

    [Fact]
    public async Task Another_description_of_an_applied_service_is_no_error()
    {
        await ApplyAsync(Flights());
        await ApplyAsync(Flights(service: s => s.Add("now:late", "delays:delay_mean_1h").Describe("words")));
        (await _catalog.GetHistoryAsync(FeatureKinds.Service, "flight@1", Cancel)).Should().HaveCount(2);
    }

    [Fact]
    public async Task A_removed_service_does_not_come_back_with_other_features()
    {
        await ApplyAsync(Flights());
        await ApplyAsync(Flights(service: null, hasService: false), removes: true);
        (await Planner(Flights(service: s => s.Add("delays:delay_mean_1h"))).PlanAsync(Cancel)).Errors.Should().ContainSingle();
        (await Planner(Flights()).PlanAsync(Cancel)).Changes.Single().Should().Match<FeatureChange>(c => c.Change == FeatureChangeKind.Added && c.Version == 3);
    }

    [Fact]
    public async Task What_another_host_defines_stays_unless_it_is_to_be_removed()
    {
        await ApplyAsync(Flights());
        var other = Planner(Defining.Features(features => features.Entity("carrier").Key<string>("carrier")));
        var plan = await other.PlanAsync(Cancel);
        plan.Missing.Should().HaveCount(4);
        plan.ToString().Should().Contain("? view delays is in the catalog, and not defined here");
        await other.ApplyAsync(plan, Note, cancellationToken: Cancel);
        (await _catalog.ListAsync(Cancel)).Should().HaveCount(5);
        await other.ApplyAsync(await other.PlanAsync(Cancel), Note, removes: true, cancellationToken: Cancel);
        (await _catalog.ListAsync(Cancel)).Should().ContainSingle();
        (await _catalog.GetHistoryAsync(FeatureKinds.View, "delays", Cancel))[^1].Should().Match<FeatureDefinitionVersion>(v => v.IsRemoved && v.Json.Contains("delay_mean_1h"));
    }

    [Fact]
    public async Task A_plan_that_somebody_has_overtaken_is_a_conflict()
    {
        var planner = Planner(Flights());
        var plan = await planner.PlanAsync(Cancel);
        await planner.ApplyAsync(plan, Note, cancellationToken: Cancel);
        var act = () => planner.ApplyAsync(plan, Note, cancellationToken: Cancel);
        await act.Should().ThrowAsync<ConflictException>();
    }

    [Fact]
    public async Task Nobody_applies_namelessly()
    {
        var planner = Planner(Flights());
        var plan = await planner.PlanAsync(Cancel);
        var act = () => planner.ApplyAsync(plan, new(" ", "", DateTimeOffset.UnixEpoch), cancellationToken: Cancel);
        await act.Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public void A_source_stands_in_a_definition_by_where_it_is_and_not_by_its_content()
    {
        static string Text(string content) => DefinitionJson.Of(Flights(content: content).Views[0]).ToJsonString();
        Text("monday").Should().Be(Text("tuesday")).And.Contain("""
            "source":{"kind":"dataset","name":"flights"}
            """.Trim()).And.NotContain("fingerprint");
    }

    [Fact]
    public void The_order_of_features_in_a_view_means_nothing()
    {
        static string Text(params string[] names) => DefinitionJson.Of(Defining.Features(features =>
        {
            features.Entity("airport").Key<string>("airport");
            var view = features.View("delays").Of("airport").FromPushes().EventTime("at").Tag("b", "1").Tag("a", "2");
            foreach (var name in names) view.Feature<double>(name);
        }).Views[0]).ToJsonString();
        Text("x", "y").Should().Be(Text("y", "x"));
    }

    [Fact]
    public void A_feature_may_be_called_owner()
    {
        static string Digest(ColumnType type) => DefinitionDigest.Of(DefinitionJson.Of(Defining.Features(features =>
        {
            features.Entity("car").Key<long>("car");
            features.View("cars").Of("car").FromPushes().EventTime("at").Feature("owner", type).Feature("tags", type);
        }).Views[0]));
        Digest(ColumnType.String).Should().NotBe(Digest(ColumnType.Int64));
    }

    [Theory]
    [InlineData(DefinitionsAtStart.Apply, 4)]
    [InlineData(DefinitionsAtStart.Warn, 0)]
    [InlineData(DefinitionsAtStart.Ignore, 0)]
    public async Task A_host_brings_its_definitions_to_the_catalog_as_it_is_told(DefinitionsAtStart atStart, int applied)
    {
        var logger = await StartAsync(Flights(), atStart);
        (await _catalog.ListAsync(Cancel)).Should().HaveCount(applied);
        logger.Collector.GetSnapshot().Count(r => r.Message.Contains("+ view delays")).Should().Be(atStart == DefinitionsAtStart.Warn ? 1 : 0);
    }

    [Fact]
    public async Task A_host_that_refuses_starts_only_when_its_definitions_are_applied()
    {
        var act = () => StartAsync(Flights(), DefinitionsAtStart.Refuse);
        await act.Should().ThrowAsync<FeatureDefinitionException>().WithMessage("*+ view delays*Apply them with IFeaturePlanner*");
        await ApplyAsync(Flights());
        await act.Should().NotThrowAsync();
    }

    [Fact]
    public async Task A_host_with_other_features_in_an_applied_service_does_not_start()
    {
        await ApplyAsync(Flights());
        var act = () => StartAsync(Flights(service: s => s.Add("delays:delay_mean_1h")), DefinitionsAtStart.Apply);
        await act.Should().ThrowAsync<FeatureDefinitionException>();
    }

    [Fact]
    public async Task A_host_starts_without_its_catalog_unless_it_refuses()
    {
        var logger = await StartAsync(Flights(), DefinitionsAtStart.Apply, new Unreachable());
        logger.Collector.GetSnapshot().Should().ContainSingle(r => r.Id.Id == 1902);
        var act = () => StartAsync(Flights(), DefinitionsAtStart.Refuse, new Unreachable());
        await act.Should().ThrowAsync<StoreException>();
    }

    [Fact]
    public async Task Hosts_that_start_at_once_do_not_disturb_each_other()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => StartAsync(Flights(), DefinitionsAtStart.Apply), Cancel)));
        (await _catalog.ListAsync(Cancel)).Select(v => v.Version).Should().Equal(1, 1, 1, 1);
    }

    [Fact]
    public async Task What_another_host_has_applied_since_the_catalog_was_listed_is_not_applied_again()
    {
        var known = await _catalog.ListAsync(Cancel);
        await ApplyAsync(Flights());
        var plan = await Planner(Flights(), new Overtaken(_catalog, known)).PlanAsync(Cancel);
        plan.ToString().Should().Be("Nothing differs.");
        (await Planner(Flights(hop: "1m"), new Overtaken(_catalog, known)).PlanAsync(Cancel)).Changes.Single().Should().Match<FeatureChange>(c => c.Kind == FeatureKinds.View && c.Change == FeatureChangeKind.Changed && c.Version == 2);
    }

    [Fact]
    public async Task A_host_without_features_does_not_look_at_its_catalog() =>
        (await StartAsync(Defining.Features(), DefinitionsAtStart.Refuse, new Unreachable())).Collector.Count.Should().Be(0);

    [Fact]
    public async Task Nobody_uses_a_feature_until_a_service_lists_it()
    {
        await ApplyAsync(Flights(more: true));
        var report = await new FeatureUsage(Flights(more: true), _lineage).ReportAsync(Cancel);
        report.Unused.Select(f => f.Feature).Should().Equal("seats_count_1h");
        report.Features.Single(f => f.Feature == "delay_mean_1h").Services.Should().Equal("flight@1");
    }

    [Fact]
    public async Task A_feature_knows_the_models_that_learned_from_it_through_services_and_functions()
    {
        var definitions = Flights();
        await ApplyAsync(definitions);
        var made = Data("training set");
        var selection = FeatureSelection.Resolve(definitions, "flight", [], fullNames: false);
        var run = LineageNode.Run("run");
        await _lineage.RecordAsync(
            [
                .. FeatureLineage.EdgesOf(definitions, selection, EntityRows.Of(Data("rows")), made, Note.At),
                new(LineageNode.Of(made.ToReference()), run, LineageRelations.LearnedFrom, Note.At),
                new(run, LineageNode.ModelVersion("delay", 3), LineageRelations.Registered, Note.At),
            ],
            Cancel);
        var usage = new FeatureUsage(definitions, _lineage);
        (await usage.FindAsync("delays:delay_mean_1h", Cancel)).Should().BeEquivalentTo(new FeatureUse("delays", "delay_mean_1h", ["flight@1"], ["delay/3"]));
        var act = () => usage.FindAsync("delay_mean_1h", Cancel);
        await act.Should().ThrowAsync<DataException>().WithMessage("*Write view:feature*");
        var sources = await _lineage.TraverseAsync(new(LineageNode.ModelVersion("delay", 3)) { Direction = LineageDirection.Upstream }, Cancel);
        sources.Nodes.Select(n => n.Node.Name).Should().Contain(["flights", "rows", "delays:delay_mean_1h", "now:late", "flight@1"]);
    }

    [Fact]
    public async Task A_training_set_of_listed_features_comes_from_them()
    {
        var definitions = Flights();
        var made = Data("training set");
        await _lineage.RecordAsync([.. FeatureLineage.EdgesOf(definitions, FeatureSelection.Resolve(definitions, null, ["now:late"], false), EntityRows.Sql("dwh", "SELECT 1"), made, Note.At)], Cancel);
        var parents = await _lineage.TraverseAsync(new(LineageNode.Of(made.ToReference())) { Direction = LineageDirection.Upstream, Depth = 1 }, Cancel);
        parents.Nodes.Select(n => n.Node.Name).Should().BeEquivalentTo("now:late", "training set", "dwh: SELECT 1");
    }

    private static Dataset Data(string name) => new(
        name, Sha256.Hex(name), new([new("airport", ColumnType.String), new("at", ColumnType.Timestamp), new("delay", ColumnType.Float64), new("seats", ColumnType.Int64)]),
        1, new(Sha256.Hex(name), 1), new("parquet", name), DateTimeOffset.UnixEpoch);

    private static FeatureDefinitions Flights(
        string hop = "5m", string description = "of each airport", bool more = false, int codeVersion = 1, Action<FeatureServiceBuilder>? service = null, bool hasService = true, string content = "x") =>
        Defining.Features(features =>
        {
            features.Entity("airport").Key<string>("airport");
            var view = features.View("delays").Of("airport").From(Data("flights") with { Fingerprint = Sha256.Hex(content) }).EventTime("at").Aggregate("delay", a => a.Mean("1h").Hop(hop)).Describe(description);
            if (more) view.Aggregate("seats", a => a.Count("1h"));
            features.Compute("now").Reads("delays:delay_mean_1h").Feature("late", "delay_mean_1h", (double mean) => mean > 10).CodeVersion(codeVersion);
            if (!hasService) return;
            var flight = features.Service("flight");
            if (service is null) flight.Add("now:late", "delays:delay_mean_1h");
            else service(flight);
        });

    private FeaturePlanner Planner(FeatureDefinitions definitions, IFeatureCatalog? catalog = null) =>
        new(definitions, catalog ?? _catalog, new(_lineage, NullLogger<FeatureLineage>.Instance), NullLogger<FeaturePlanner>.Instance);

    private async Task ApplyAsync(FeatureDefinitions definitions, bool removes = false)
    {
        var planner = Planner(definitions);
        await planner.ApplyAsync(await planner.PlanAsync(Cancel), Note, removes, Cancel);
    }

    private async Task<FakeLogger<CatalogAtStart>> StartAsync(FeatureDefinitions definitions, DefinitionsAtStart atStart, IFeatureCatalog? catalog = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(definitions).AddSingleton(catalog ?? _catalog).AddSingleton<IFeaturePlanner>(Planner(definitions, catalog));
        await using var provider = services.BuildServiceProvider();
        var logger = new FakeLogger<CatalogAtStart>();
        var start = new CatalogAtStart(provider, Options.Create(new FeatureCatalogOptions { AtStart = atStart }), new FakeTimeProvider(), logger);
        await start.StartingAsync(Cancel);
        return logger;
    }

    /// <summary>A catalog that was listed before others applied what is in it.</summary>
    private sealed class Overtaken(IFeatureCatalog catalog, IReadOnlyList<FeatureDefinitionVersion> listed) : IFeatureCatalog
    {
        public Task<IReadOnlyList<FeatureDefinitionVersion>> ListAsync(CancellationToken cancellationToken = default) => Task.FromResult(listed);

        public Task<IReadOnlyList<FeatureDefinitionVersion>> GetHistoryAsync(string kind, string name, CancellationToken cancellationToken = default) => catalog.GetHistoryAsync(kind, name, cancellationToken);

        public Task ApplyAsync(IReadOnlyList<FeatureDefinitionVersion> changes, CancellationToken cancellationToken = default) => catalog.ApplyAsync(changes, cancellationToken);

        public Task<MaterializationMark?> FindMarkAsync(string view, CancellationToken cancellationToken = default) => catalog.FindMarkAsync(view, cancellationToken);

        public Task<MaterializationMark> SetMarkAsync(MaterializationMark mark, CancellationToken cancellationToken = default) => catalog.SetMarkAsync(mark, cancellationToken);
    }

    private sealed class Unreachable : IFeatureCatalog
    {
        public Task<IReadOnlyList<FeatureDefinitionVersion>> ListAsync(CancellationToken cancellationToken = default) => throw Error();

        public Task<IReadOnlyList<FeatureDefinitionVersion>> GetHistoryAsync(string kind, string name, CancellationToken cancellationToken = default) => throw Error();

        public Task ApplyAsync(IReadOnlyList<FeatureDefinitionVersion> changes, CancellationToken cancellationToken = default) => throw Error();

        public Task<MaterializationMark?> FindMarkAsync(string view, CancellationToken cancellationToken = default) => throw Error();

        public Task<MaterializationMark> SetMarkAsync(MaterializationMark mark, CancellationToken cancellationToken = default) => throw Error();

        private static StoreException Error() => new("The database does not answer.", isTransient: true);
    }
}
