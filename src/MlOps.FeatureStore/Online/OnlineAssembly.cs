using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Makes feature vectors of stored rows and the columns of a request.</summary>
internal static class OnlineAssembly
{
    /// <summary>Makes the vectors.</summary>
    /// <param name="plan">The plan of the query.</param>
    /// <param name="read">What was read.</param>
    /// <param name="now">The moment, in microseconds since 1970.</param>
    /// <param name="isAway">Whether the store has not answered.</param>
    /// <param name="counts">Counts statuses; null when nobody looks.</param>
    /// <returns>The vectors.</returns>
    /// <exception cref="DataException">A row is damaged, a function failed or gave a value of another type, or there are too many values.</exception>
    public static FeatureVectors Make(OnlinePlan plan, OnlineRead read, long now, bool isAway, StatusCounts? counts)
    {
        var columns = plan.OutputSlots.Length;
        var places = (long)columns * read.Count;
        if (places > Array.MaxLength) throw new DataException($"{columns} features of {read.Count} entities are more values than one answer holds. Ask for fewer entities at once.");
        var bits = GC.AllocateUninitializedArray<long>((int)places);
        var objects = plan.OutputsHaveObjects ? new object?[(int)places] : null;
        var statuses = GC.AllocateUninitializedArray<FeatureStatus>((int)places);
        return plan.IsDirect
            ? new(plan.Schema, read.Count, bits, objects, statuses, TakeDirect(plan, read, now, isAway, counts, bits, objects, statuses), plan.TimeOfSlot)
            : new(plan.Schema, read.Count, bits, objects, statuses, TakeComputed(plan, read, now, isAway, counts, bits, objects, statuses));
    }

    private static long[] TakeDirect(OnlinePlan plan, OnlineRead read, long now, bool isAway, StatusCounts? counts, long[] bits, object?[]? objects, FeatureStatus[] statuses)
    {
        var columns = plan.OutputSlots.Length;
        var times = GC.AllocateUninitializedArray<long>(plan.TimeCount * read.Count);
        for (var entity = 0; entity < read.Count; entity++)
        {
            var first = entity * columns;
            var row = new Row(bits.AsSpan(first, columns), objects is null ? [] : objects.AsSpan(first, columns), statuses.AsSpan(first, columns), times.AsSpan(entity * plan.TimeCount, plan.TimeCount), sharesTimes: true);
            Decode(plan, read, entity, now, isAway, row, counts);
        }

        return times;
    }

    private static long[] TakeComputed(OnlinePlan plan, OnlineRead read, long now, bool isAway, StatusCounts? counts, long[] bits, object?[]? objects, FeatureStatus[] statuses)
    {
        var columns = plan.OutputSlots.Length;
        var times = GC.AllocateUninitializedArray<long>(bits.Length);
        var slots = read.Slots;
        for (var entity = 0; entity < read.Count; entity++)
        {
            var first = entity * columns;
            Decode(plan, read, entity, now, isAway, new(slots.Bits, plan.HasObjects ? slots.Objects : [], slots.Statuses, slots.Times, sharesTimes: false), counts);
            TakeRequest(plan, read, entity);
            foreach (var computation in plan.Selection.Computations) Compute(plan, computation, read);
            for (var i = 0; i < columns; i++)
            {
                var slot = plan.OutputSlots[i];
                (bits[first + i], statuses[first + i], times[first + i]) = (slots.Bits[slot], slots.Statuses[slot], slots.Times[slot]);
                if (objects is not null) objects[first + i] = slots.Objects[slot];
            }
        }

        return times;
    }

    private static void Decode(OnlinePlan plan, OnlineRead read, int entity, long now, bool isAway, Row slots, StatusCounts? counts)
    {
        for (var v = 0; v < plan.Views.Length; v++)
        {
            var view = plan.Views[v];
            var places = slots.Of(view);
            if (isAway) places.Clear(FeatureStatus.Unavailable);
            else if (read.RowOf(v, entity) is { IsDeleted: false } row) view.Decoder.Decode(row, now, places);
            else places.Clear(FeatureStatus.Missing);
            counts?.Add(v, places.Statuses);
        }
    }

    private static void TakeRequest(OnlinePlan plan, OnlineRead read, int entity)
    {
        var slots = read.Slots;
        for (var c = 0; c < read.Request.Length; c++)
        {
            var (slot, value) = (plan.Selection.FirstRequestSlot + c, read.Request[c][entity]);
            slots.Bits[slot] = value.Bits;
            slots.Objects[slot] = value.Object;
            slots.Statuses[slot] = value.IsMissing ? FeatureStatus.Null : FeatureStatus.Present;
            slots.Times[slot] = long.MinValue;
        }
    }

    // A computed value is as old as the oldest that it rests on. A function is not asked about what could not be read: its answer would be another than the one of training.
    private static void Compute(OnlinePlan plan, SelectedComputation computation, OnlineRead read)
    {
        var slots = read.Slots;
        var (oldest, unread) = (long.MinValue, FeatureStatus.Present);
        for (var i = 0; i < computation.InputSlots.Count; i++)
        {
            var slot = computation.InputSlots[i];
            slots.Inputs[i] = ValueOf(plan.Types[slot], slots.Statuses[slot], slots.Bits[slot], slots.Objects[slot]);
            if (slots.Times[slot] != long.MinValue && (oldest == long.MinValue || slots.Times[slot] < oldest)) oldest = slots.Times[slot];
            if (slots.Statuses[slot] is FeatureStatus.Unavailable || (slots.Statuses[slot] is FeatureStatus.OtherSchema && unread is FeatureStatus.Present)) unread = slots.Statuses[slot];
        }

        var features = computation.View.Features;
        for (var f = 0; f < features.Count; f++)
        {
            var slot = computation.FirstSlot + f;
            var value = unread is FeatureStatus.Present ? Run(computation, features[f], slots.Inputs.AsSpan(0, computation.InputSlots.Count)) : default;
            slots.Bits[slot] = value.Bits;
            slots.Objects[slot] = value.Object;
            slots.Statuses[slot] = unread is not FeatureStatus.Present ? unread : value.IsMissing ? FeatureStatus.Null : FeatureStatus.Present;
            slots.Times[slot] = oldest;
        }
    }

    private static FeatureValue Run(SelectedComputation computation, ComputedFeature feature, ReadOnlySpan<FeatureValue> inputs)
    {
        FeatureValue value;
        try
        {
            value = feature.Compute(new(computation.Places, inputs));
        }
        catch (Exception e) when (e is not DataException)
        {
            throw new DataException($"The function of feature '{computation.View.Name}:{feature.Name}' failed with {e.GetType().Name}. It must cope with missing inputs.", e) { Column = feature.Name };
        }

        return value.IsMissing || value.Type == feature.Type
            ? value
            : throw new DataException($"Feature '{computation.View.Name}:{feature.Name}' is of type {feature.Type}, and its function gave a value of type {value.Type}.") { Column = feature.Name };
    }

    private static FeatureValue ValueOf(ColumnType type, FeatureStatus status, long bits, object? value) => status is not FeatureStatus.Present
        ? default
        : value switch
        {
            null => FeatureValue.FromBits(type, bits),
            string text => text,
            byte[] bytes => bytes,
            _ => (decimal)value,
        };

    // All slots of one entity, and a time for each, or for each view whose features share one.
    private readonly ref struct Row(Span<long> bits, Span<object?> objects, Span<FeatureStatus> statuses, Span<long> times, bool sharesTimes)
    {
        private readonly Span<long> _bits = bits;
        private readonly Span<object?> _objects = objects;
        private readonly Span<FeatureStatus> _statuses = statuses;
        private readonly Span<long> _times = times;
        private readonly bool _sharesTimes = sharesTimes;

        public OnlineSlots Of(OnlineView view) => new()
        {
            Bits = _bits.Slice(view.FirstSlot, view.Count),
            Objects = _objects.IsEmpty ? [] : _objects.Slice(view.FirstSlot, view.Count),
            Statuses = _statuses.Slice(view.FirstSlot, view.Count),
            Times = _sharesTimes ? _times.Slice(view.FirstTime, view.TimeCount) : _times.Slice(view.FirstSlot, view.Count),
        };
    }
}
