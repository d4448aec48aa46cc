using MlOps.Core;
using Xunit;

namespace MlOps.Testing;

// Gates: every registry asks them, and what they object to is not done.
public abstract partial class ModelRegistryConformance
{
    [Fact]
    public async Task Every_gate_is_asked_before_an_alias_moves_and_sees_the_candidate()
    {
        var (first, second) = (new Gate(), new Gate());
        var registry = await CreateAsync(first, second);
        await registry.RegisterAsync(Samples.Version(1), Cancel);
        await registry.SetAliasAsync(Change(null, 1), Cancel);
        await registry.SetAliasAsync(Change(1, null), Cancel);
        foreach (var gate in (Gate[])[first, second]) Assert.Equal([(Change(null, 1), 1), (Change(1, null), null)], gate.Asked);
    }

    [Fact]
    public async Task A_refused_change_says_every_reason_and_leaves_nothing()
    {
        var registry = await CreateAsync(new Gate("It is slow.", "It is unfair."), new Gate("It is Friday."));
        var registered = await registry.RegisterAsync(Samples.Version(1), Cancel);
        var history = await HistoryAsync(registry);
        var refused = await Assert.ThrowsAsync<GateRefusedException>(() => registry.SetAliasAsync(Change(null, 1), Cancel));
        Assert.Equal(["It is slow.", "It is unfair.", "It is Friday."], refused.Reasons);
        Assert.Contains("champion", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<GateRefusedException>(() => registry.ChangeVersionAsync(Model, 1, new(Note) { Stage = ModelStages.Production, Description = "x" }, Cancel));
        Assert.Null(await registry.FindByAliasAsync(Model, "champion", Cancel));
        Assert.Equal(Stored.Json(registered), Stored.Json(await registry.FindAsync(Model, 1, Cancel)));
        Assert.Equal(history, await HistoryAsync(registry));
    }

    [Fact]
    public async Task A_gate_that_throws_lets_nothing_pass()
    {
        var registry = await CreateAsync(new Gate { Does = (_, _) => throw new TimeoutException() });
        await registry.RegisterAsync(Samples.Version(1), Cancel);
        await Assert.ThrowsAsync<TimeoutException>(() => registry.SetAliasAsync(Change(null, 1), Cancel));
        Assert.Null(await registry.FindByAliasAsync(Model, "champion", Cancel));
    }

    [Fact]
    public async Task The_stage_Production_is_asked_for_as_an_alias_of_that_name()
    {
        var gate = new Gate();
        var registry = await CreateAsync(gate);
        for (var i = 1; i <= 2; i++) await registry.RegisterAsync(Samples.Version(i), Cancel);
        foreach (var stage in (string[])[ModelStages.Staging, ModelStages.Production, ModelStages.Production, ModelStages.Archived])
            await registry.ChangeVersionAsync(Model, 1, new(Note) { Stage = stage }, Cancel);
        await registry.ChangeVersionAsync(Model, 1, new(Note) { Stage = ModelStages.Production }, Cancel);
        await registry.ChangeVersionAsync(Model, 2, new(Note) { Stage = ModelStages.Production }, Cancel);
        Assert.Equal(
            [(Change(null, 1, "Production"), 1), (Change(null, 1, "Production"), 1), (Change(1, 2, "Production"), 2)], gate.Asked);
    }

    [Fact]
    public async Task What_cannot_be_done_is_not_asked_for()
    {
        var gate = new Gate();
        var registry = await CreateAsync(gate);
        await registry.RegisterAsync(Samples.Version(1), Cancel);
        await Assert.ThrowsAsync<NotFoundException>(() => registry.SetAliasAsync(Change(null, 2), Cancel));
        await Assert.ThrowsAsync<NotFoundException>(() => registry.SetAliasAsync(Change(null, 1) with { Model = "other" }, Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => registry.SetAliasAsync(Change(2, 1), Cancel));
        await Assert.ThrowsAsync<ConflictException>(() => registry.SetAliasAsync(Change(null, 1) with { IsRollBack = true }, Cancel));
        await Assert.ThrowsAsync<NotFoundException>(() => registry.ChangeVersionAsync(Model, 2, new(Note) { Stage = ModelStages.Production }, Cancel));
        Assert.Empty(gate.Asked);
    }

    [Fact]
    public async Task Neither_a_removal_nor_another_name_goes_round_a_gate()
    {
        var gate = new Gate();
        var registry = await CreateAsync(gate);
        await registry.RegisterAsync(Samples.Version(1), Cancel);
        await registry.SetAliasAsync(Change(null, 1), Cancel);
        await registry.ChangeVersionAsync(Model, 1, new(Note) { Stage = ModelStages.Production }, Cancel);
        gate.Objects("It stays.");
        await Assert.ThrowsAsync<GateRefusedException>(() => registry.DeleteVersionAsync(Model, 1, Note, Cancel));
        await Assert.ThrowsAsync<GateRefusedException>(() => registry.DeleteModelAsync(Model, Note, Cancel));
        await Assert.ThrowsAsync<GateRefusedException>(() => registry.ChangeModelAsync(Model, new(Note) { Name = "other" }, Cancel));
        Assert.Equal(1, (await registry.FindByAliasAsync(Model, "champion", Cancel))?.Version);
        gate.Objects();
        await registry.ChangeModelAsync(Model, new(Note) { Name = "other" }, Cancel);
        Assert.Equal(
            [(Change(null, 1) with { Model = "other" }, 1), (Change(null, 1, "Production") with { Model = "other" }, 1)], gate.Asked.TakeLast(2));
    }

    [Fact]
    public async Task A_change_that_was_overtaken_while_the_gates_were_asked_is_not_made()
    {
        var gate = new Gate();
        var registry = await CreateAsync(gate);
        for (var i = 1; i <= 2; i++) await registry.RegisterAsync(Samples.Version(i), Cancel);
        gate.Does = async (change, asking) =>
        {
            if (change.To == 1) await asking.SetAliasAsync(Change(null, 2), Cancel);
            return [];
        };
        await Assert.ThrowsAsync<ConflictException>(() => registry.SetAliasAsync(Change(null, 1), Cancel));
        Assert.Equal(2, (await registry.FindByAliasAsync(Model, "champion", Cancel))?.Version);

        gate.Does = async (change, asking) =>
        {
            if (change.To is null) await asking.SetAliasAsync(Change(null, 2, "challenger"), Cancel);
            return [];
        };
        await Assert.ThrowsAsync<ConflictException>(() => registry.DeleteVersionAsync(Model, 2, Note, Cancel));
        Assert.NotNull(await registry.FindAsync(Model, 2, Cancel));
    }

    [Fact]
    public async Task A_gate_knows_that_an_alias_goes_back_and_may_still_object()
    {
        var gate = new Gate();
        var registry = await CreateAsync(gate);
        for (var i = 1; i <= 2; i++) await registry.RegisterAsync(Samples.Version(i), Cancel);
        await registry.SetAliasAsync(Change(null, 1), Cancel);
        await registry.SetAliasAsync(Change(1, 2), Cancel);
        gate.Objects("It does not load any more.");
        await Assert.ThrowsAsync<GateRefusedException>(() => registry.RollBackAsync(Model, "champion", Note, Cancel));
        Assert.Equal((Change(2, 1) with { IsRollBack = true }, 1), gate.Asked[^1]);
        Assert.Equal(2, (await registry.FindByAliasAsync(Model, "champion", Cancel))?.Version);
    }

    [Fact]
    public async Task A_gate_sees_the_approvals()
    {
        var gate = new Gate
        {
            Does = async (change, asking) => (await asking.GetHistoryAsync(new() { Model = change.Model, Version = change.To, Kinds = [RegistryEventKind.Approved] }, Cancel))
                .Any(entry => entry.Alias == change.Alias && entry.To == "risk-officer") ? [] : ["A risk officer must approve."],
        };
        var registry = await CreateAsync(gate);
        await registry.RegisterAsync(Samples.Version(1), Cancel);
        await registry.ApproveAsync(new(Model, 1, "challenger", "risk-officer", Note), Cancel);
        await Assert.ThrowsAsync<GateRefusedException>(() => registry.SetAliasAsync(Change(null, 1), Cancel));
        await registry.ApproveAsync(new(Model, 1, "champion", "risk-officer", Note), Cancel);
        await registry.SetAliasAsync(Change(null, 1), Cancel);
    }

    private sealed class Gate(params string[] objections) : IAliasGate
    {
        private string[] _objections = objections;

        public List<(AliasChange Change, int? Candidate)> Asked { get; } = [];

        public Func<AliasChange, IModelRegistry, Task<IReadOnlyList<string>>>? Does { get; set; }

        public void Objects(params string[] objections) => _objections = objections;

        public async ValueTask<IReadOnlyList<string>> ObjectionsAsync(AliasChange change, ModelVersion? candidate, IModelRegistry registry, CancellationToken cancellationToken)
        {
            if (candidate is not null && (candidate.Model, candidate.Version) != (change.Model, change.To)) throw new InvalidOperationException("The gate was shown another version.");
            Asked.Add((change, candidate?.Version));
            return Does is null ? _objections : await Does(change, registry).ConfigureAwait(false);
        }
    }
}
