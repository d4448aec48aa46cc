using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>What one shape of a query needs: made once, and used by every query of that shape.</summary>
internal sealed class OnlinePlan
{
    public OnlinePlan(FeatureSelection selection, OnlineTables tables, IReadOnlyList<IOnlineDecoders> decoders)
    {
        (Selection, Schema) = (selection, selection.Schema);
        Types = new ColumnType[selection.SlotCount];
        var entities = new List<OnlineEntity>();
        var views = new List<OnlineView>();
        foreach (var view in selection.Views)
        {
            if (!view.View.IsOnline) throw new DataException($"View '{view.View.Name}' is not brought to the online store. Define it as online, or leave its features out.");
            var decoder = decoders.Select(d => d.TryCreate(view)).FirstOrDefault(d => d is not null)
                ?? throw new DataException($"Nothing here can read view '{view.View.Name}' online.");
            var entity = entities.FindIndex(e => e.IsOf(view));
            if (entity < 0)
            {
                entity = entities.Count;
                entities.Add(new(view));
            }

            views.Add(new(view.View.Name, tables.Of(view.View), entity, decoder, view.FirstSlot, view.Features.Count, TimeCount));
            TimeCount += views[^1].TimeCount;
            for (var i = 0; i < view.Features.Count; i++) Types[view.FirstSlot + i] = view.Features[i].Type;
        }

        for (var i = 0; i < selection.Request.Count; i++) Types[selection.FirstRequestSlot + i] = selection.Request[i].Type;
        foreach (var computation in selection.Computations)
        {
            for (var i = 0; i < computation.View.Features.Count; i++) Types[computation.FirstSlot + i] = computation.View.Features[i].Type;
        }

        (Entities, Views) = ([.. entities], [.. views]);
        OutputSlots = [.. selection.Outputs.Select(o => o.Slot)];
        IsDirect = selection.SlotCount == OutputSlots.Length && OutputSlots.SequenceEqual(Enumerable.Range(0, OutputSlots.Length));
        TimeOfSlot = [.. Views.SelectMany(view => Enumerable.Range(0, view.Count).Select(i => view.FirstTime + (view.Decoder.HasOneTime ? 0 : i)))];
        HasObjects = Types.Any(RowLayout.IsInHeap);
        OutputsHaveObjects = OutputSlots.Any(s => RowLayout.IsInHeap(Types[s]));
        MostInputs = selection.Computations.Select(c => c.InputSlots.Count).DefaultIfEmpty().Max();
    }

    /// <summary>Gets what is read and computed.</summary>
    public FeatureSelection Selection { get; }

    /// <summary>Gets the service as name@version; none when features are listed.</summary>
    public string ServiceName => field ??= Selection.Service is { } service ? $"{service.Name}@{service.Version}" : "none";

    /// <summary>Gets what comes out.</summary>
    public DatasetSchema Schema { get; }

    /// <summary>Gets the entities whose keys are written, each once however many views it has.</summary>
    public OnlineEntity[] Entities { get; }

    /// <summary>Gets the views that are read.</summary>
    public OnlineView[] Views { get; }

    /// <summary>Gets the type of each slot.</summary>
    public ColumnType[] Types { get; }

    /// <summary>Gets the slot of each output.</summary>
    public int[] OutputSlots { get; }

    /// <summary>Gets whether the slots are the outputs: nothing is computed, and all comes out as it is read.</summary>
    public bool IsDirect { get; }

    /// <summary>Gets the number of event times of an entity: a view whose features rest on one event has one.</summary>
    public int TimeCount { get; }

    /// <summary>Gets which of them is that of each slot that is read.</summary>
    public int[] TimeOfSlot { get; }

    /// <summary>Gets whether a slot holds texts, decimals or bytes.</summary>
    public bool HasObjects { get; }

    /// <summary>Gets whether an output does.</summary>
    public bool OutputsHaveObjects { get; }

    /// <summary>Gets the number of inputs of the computed view that has most.</summary>
    public int MostInputs { get; }
}

/// <summary>Join keys that one or several views share.</summary>
internal sealed class OnlineEntity(SelectedView view)
{
    public Column[] Keys { get; } = [.. view.View.Keys];

    public string[] Columns { get; } = [.. view.KeyColumns];

    public bool IsOf(SelectedView other) => Columns.AsSpan().SequenceEqual(other.KeyColumns.ToArray()) && Keys.Select(k => k.Type).SequenceEqual(other.View.Keys.Select(k => k.Type));
}

/// <summary>A view to read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Table">Its table.</param>
/// <param name="Entity">Which of the entities it is about.</param>
/// <param name="Decoder">Reads its rows.</param>
/// <param name="FirstSlot">Its first slot.</param>
/// <param name="Count">The number of its slots.</param>
/// <param name="FirstTime">The first of its event times among those of an entity.</param>
internal sealed record OnlineView(string Name, string Table, int Entity, IOnlineDecoder Decoder, int FirstSlot, int Count, int FirstTime)
{
    /// <summary>Gets the number of its event times.</summary>
    public int TimeCount { get; } = Decoder.HasOneTime ? 1 : Count;
}
