using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>What a query asks for, resolved: which features of which views with which keys, what is computed from them in which order, and what comes out. It is the same for training sets and for reading online.</summary>
/// <remarks>Every value has a slot: first the features that are read, view by view, then the columns of the request, then the computed features in an order in which each comes after its inputs.</remarks>
internal sealed class FeatureSelection
{
    private readonly List<SelectedView> _views = [];
    private readonly List<Column> _request = [];
    private readonly List<SelectedComputation> _computations = [];
    private readonly List<SelectedOutput> _outputs = [];

    private FeatureSelection(FeatureService? service) => Service = service;

    /// <summary>Gets the service; null when features were listed.</summary>
    public FeatureService? Service { get; }

    /// <summary>Gets the views to read, each with keys of its own.</summary>
    public IReadOnlyList<SelectedView> Views => _views;

    /// <summary>Gets the columns of the request that functions read. Their slots follow those of the views.</summary>
    public IReadOnlyList<Column> Request => _request;

    /// <summary>Gets the slot of the first column of the request.</summary>
    public int FirstRequestSlot { get; private set; }

    /// <summary>Gets what is computed, in order.</summary>
    public IReadOnlyList<SelectedComputation> Computations => _computations;

    /// <summary>Gets what comes out, in the order that was asked for.</summary>
    public IReadOnlyList<SelectedOutput> Outputs => _outputs;

    /// <summary>Gets the number of slots.</summary>
    public int SlotCount { get; private set; }

    /// <summary>Gets the schema of what comes out.</summary>
    public DatasetSchema Schema => new(_outputs.Select(o => new Column(o.Name, o.Type)));

    /// <summary>Resolves a query.</summary>
    /// <param name="definitions">The definitions.</param>
    /// <param name="service">The service; null for the listed features.</param>
    /// <param name="features">The features, as view:feature.</param>
    /// <param name="fullNames">Whether outputs are named view__feature.</param>
    /// <returns>The selection.</returns>
    /// <exception cref="NotFoundException">There is no such service, view or feature.</exception>
    /// <exception cref="DataException">Nothing is asked for, or two outputs have one name.</exception>
    public static FeatureSelection Resolve(FeatureDefinitions definitions, string? service, IReadOnlyList<string> features, bool fullNames)
    {
        var found = service is null ? null : definitions.GetService(service);
        IReadOnlyList<FeatureReference> wanted = found?.Features ?? [.. features.Select(FeatureReference.Parse)];
        if (wanted.Count == 0) throw new DataException("No features are asked for. Name a feature service, or list features as view:feature.");
        var selection = new FeatureSelection(found);
        new Resolver(definitions, selection).Resolve(wanted, fullNames);
        return selection;
    }

    private sealed class Resolver(FeatureDefinitions definitions, FeatureSelection selection)
    {
        private readonly Dictionary<string, List<(FeatureReference Reference, Feature Feature)>> _read = []; // by view and keys, in order of first sight
        private readonly List<string> _order = [];
        private readonly List<(ComputedView View, IReadOnlyDictionary<string, string> Keys, string Id)> _computed = [];
        private readonly HashSet<string> _resolving = [];

        public void Resolve(IReadOnlyList<FeatureReference> wanted, bool fullNames)
        {
            foreach (var reference in wanted) Visit(reference);

            var slots = new Dictionary<(string Id, string Feature), (int Slot, ColumnType Type)>();
            var slot = 0;
            foreach (var id in _order)
            {
                var features = _read[id];
                var view = definitions.GetView(features[0].Reference.View);
                var keys = features[0].Reference.KeyColumns;
                selection._views.Add(new(view, [.. view.Keys.Select(k => keys.GetValueOrDefault(k.Name, k.Name))], [.. features.Select(f => f.Feature)], slot));
                foreach (var (_, feature) in features) slots[(id, feature.Name)] = (slot++, feature.Type);
            }

            selection.FirstRequestSlot = slot;
            foreach (var column in _computed.SelectMany(c => c.View.Request))
            {
                if (selection._request.Find(r => r.Name == column.Name) is { } same)
                {
                    if (same.Type != column.Type) throw new DataException($"Two computed views read the column '{column.Name}' of the request, one as {same.Type} and one as {column.Type}. Give it one type.") { Column = column.Name };
                    continue;
                }

                selection._request.Add(column);
                slot++;
            }

            foreach (var (view, keys, id) in _computed)
            {
                var places = new Dictionary<string, int>(StringComparer.Ordinal);
                var inputs = new List<int>();
                foreach (var input in view.Inputs)
                {
                    places[input.ToString()] = inputs.Count;
                    if (!places.TryAdd(input.Name, inputs.Count)) places.Remove(input.Name); // two of one name: only view:feature says which
                    inputs.Add(slots[(IdOf(Merge(input, keys)), input.Feature)].Slot);
                }

                foreach (var column in view.Request)
                {
                    if (!places.TryAdd(column.Name, inputs.Count))
                        throw new DataException($"Computed view '{view.Name}' has two inputs named '{column.Name}'. Name the feature otherwise.") { Column = column.Name };
                    inputs.Add(selection.FirstRequestSlot + selection._request.FindIndex(r => r.Name == column.Name));
                }

                selection._computations.Add(new(view, places, [.. inputs], slot));
                foreach (var feature in view.Features) slots[(id, feature.Name)] = (slot++, feature.Type);
            }

            selection.SlotCount = slot;
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var reference in wanted)
            {
                var (place, type) = slots[(IdOf(reference), reference.Feature)];
                var name = fullNames ? $"{reference.View}__{reference.Name}" : reference.Name;
                if (!names.Add(name))
                    throw new DataException($"Two features would both be called '{name}'. Ask for full names, or give one of the two another name in the feature service.") { Column = name };
                selection._outputs.Add(new(name, type, place, reference));
            }
        }

        private void Visit(FeatureReference reference)
        {
            var id = IdOf(reference);
            if (definitions.FindComputed(reference.View) is { } computed)
            {
                if (computed.Features.All(f => f.Name != reference.Feature)) throw Unknown(reference, computed.Features.Select(f => f.Name));
                if (_computed.Exists(c => c.Id == id)) return;
                if (!_resolving.Add(id)) throw new DataException($"Computed view '{computed.Name}' depends on itself. Break the circle.");
                foreach (var input in computed.Inputs) Visit(Merge(input, reference.KeyColumns));
                _resolving.Remove(id);
                _computed.Add((computed, reference.KeyColumns, id));
                return;
            }

            var view = definitions.GetView(reference.View);
            var feature = view.Features.FirstOrDefault(f => f.Name == reference.Feature) ?? throw Unknown(reference, view.Features.Select(f => f.Name));
            if (!_read.TryGetValue(id, out var features))
            {
                _read[id] = features = [];
                _order.Add(id);
            }

            if (!features.Exists(f => f.Feature.Name == feature.Name)) features.Add((reference, feature));
        }

        private static FeatureReference Merge(FeatureReference input, IReadOnlyDictionary<string, string> keys) => keys.Count == 0
            ? input
            : input with { KeyColumns = keys.Concat(input.KeyColumns).GroupBy(k => k.Key).ToDictionary(g => g.Key, g => g.Last().Value) };

        private static string IdOf(FeatureReference reference) =>
            string.Join('\n', reference.KeyColumns.Where(k => k.Key != k.Value).OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => $"{k.Key}\t{k.Value}").Prepend(reference.View));

        private static NotFoundException Unknown(FeatureReference reference, IEnumerable<string> known) => new("feature", reference.ToString(), $"'{reference.View}' has: {string.Join(", ", known)}.");
    }
}

/// <summary>Features to read of one view for one set of keys.</summary>
/// <param name="View">The view.</param>
/// <param name="KeyColumns">The columns of the entity rows, or the keys of the request, that hold the view's join keys, in their order.</param>
/// <param name="Features">The features.</param>
/// <param name="FirstSlot">The slot of the first feature; the others follow.</param>
internal sealed record SelectedView(FeatureView View, IReadOnlyList<string> KeyColumns, IReadOnlyList<Feature> Features, int FirstSlot);

/// <summary>A computed view whose functions are run.</summary>
/// <param name="View">The view.</param>
/// <param name="Places">The place of each input by name, as its functions ask for it.</param>
/// <param name="InputSlots">The slot of each input, by place.</param>
/// <param name="FirstSlot">The slot of the first feature; the others follow.</param>
internal sealed record SelectedComputation(ComputedView View, IReadOnlyDictionary<string, int> Places, IReadOnlyList<int> InputSlots, int FirstSlot);

/// <summary>One column that comes out.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Slot">The slot of its value.</param>
/// <param name="Reference">The feature.</param>
internal sealed record SelectedOutput(string Name, ColumnType Type, int Slot, FeatureReference Reference);
