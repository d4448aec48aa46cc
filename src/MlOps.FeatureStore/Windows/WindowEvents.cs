using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>The events of a view that belong to entities that are asked for: by entity, then by time, then in source order; where events take back others, by created time before that, for a change stands after what it changes
/// wherever the source has it.</summary>
internal sealed class WindowEvents
{
    public WindowEvents(int[] starts, long[] times, long[]? created, bool[]? reversals, WindowColumn[] columns) =>
        (Starts, Times, Created, Reversals, Columns) = (starts, times, created, reversals, columns);

    /// <summary>Gets where the events of each entity begin, and, last, where the last ones end.</summary>
    public int[] Starts { get; }

    public long[] Times { get; }

    /// <summary>Gets when they were created, <see cref="long.MinValue"/> where that is missing; null when the view has no such column.</summary>
    public long[]? Created { get; }

    public bool[]? Reversals { get; }

    public WindowColumn[] Columns { get; }

    /// <summary>Gets how many events were read.</summary>
    public long Read { get; init; }

    /// <summary>Gets how many of them have no key or time, or belong to entities that are not wanted.</summary>
    public long Rejected { get; init; }

    /// <summary>Gives the events of one entity, by time and in source order.</summary>
    public WindowStateEvent[] Of(int entity)
    {
        var events = new WindowStateEvent[Starts[entity + 1] - Starts[entity]];
        for (var i = 0; i < events.Length; i++)
        {
            var at = Starts[entity] + i;
            events[i] = new(Times[at], Created?[at] ?? long.MinValue, Reversals?[at] ?? false, [.. Columns.Select(c => c.ValueAt(at))]);
        }

        return events;
    }

    /// <summary>Reads the events.</summary>
    /// <param name="reader">Reads them.</param>
    /// <param name="view">The view.</param>
    /// <param name="features">The features that are wanted.</param>
    /// <param name="keys">The entities that are wanted.</param>
    /// <param name="addKeys">Whether entities that are not known are wanted, too.</param>
    /// <param name="span">Which events; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="DataException">A column lacks, or has a type of which there is no such aggregation.</exception>
    public static async Task<WindowEvents> ReadAsync(
        IEventReader reader, FeatureView view, IReadOnlyList<Feature> features, KeyIndex keys, bool addKeys, EventSpan? span, CancellationToken cancellationToken)
    {
        var schema = await reader.GetSchemaAsync(view, features, cancellationToken).ConfigureAwait(false);
        var collector = new WindowEventCollector(view, features, schema);
        int[] keyPlaces = [.. view.Keys.Select(k => schema.IndexOf(k.Name))];
        var ids = Array.Empty<int>();
        await foreach (var batch in reader.ReadAsync(view, features, span, cancellationToken).ConfigureAwait(false))
        {
            if (ids.Length < batch.Length) ids = new int[batch.Length];
            keys.Resolve([.. keyPlaces.Select(batch.Column)], ids.AsSpan(0, batch.Length), addKeys);
            collector.Add(batch, ids.AsSpan(0, batch.Length));
        }

        return collector.Finish(keys.Count);
    }

    /// <summary>Takes the events of one entity, which gets the number 0.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="types">The types of its columns.</param>
    /// <param name="events">The events, in source order.</param>
    public static WindowEvents Of(WindowPlan plan, IReadOnlyList<ColumnType> types, IReadOnlyList<WindowStateEvent> events)
    {
        var (times, order) = (events.Select(e => e.Time).ToArray(), Enumerable.Range(0, events.Count).ToArray());
        StableSort.Sort(times, order, 0, times.Length);
        if (plan.View.CreatedTime is not null && plan.TakesBack) StableSort.SortTies(times, order, 0, times.Length, i => events[i].Created);
        var columns = plan.Columns.Select((name, c) => new WindowColumn(name, types[c])).ToArray();
        for (var c = 0; c < columns.Length; c++)
        {
            foreach (var e in events) columns[c].Append(e.Values[c]);
            columns[c].Arrange(order);
        }

        return new([0, times.Length], times, plan.View.CreatedTime is null ? null : [.. order.Select(i => events[i].Created)], plan.TakesBack ? [.. order.Select(i => events[i].IsReversal)] : null, columns);
    }
}
