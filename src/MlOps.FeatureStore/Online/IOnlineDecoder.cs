using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Makes values of what an online store keeps for one entity of one view. Thread-safe.</summary>
internal interface IOnlineDecoder
{
    /// <summary>Gets whether all features of a row rest on one event, so that they have one time.</summary>
    bool HasOneTime { get; }

    /// <summary>Reads the features of one row, which is no deletion.</summary>
    /// <param name="row">The row.</param>
    /// <param name="now">The moment to read them at, in microseconds since 1970.</param>
    /// <param name="slots">Takes them; every place must be written.</param>
    /// <exception cref="DataException">The row is damaged.</exception>
    void Decode(OnlineRow row, long now, OnlineSlots slots);
}

/// <summary>Makes the decoders of views of one kind. All that are registered are asked, the first that answers is taken.</summary>
internal interface IOnlineDecoders
{
    /// <summary>Makes a decoder.</summary>
    /// <param name="view">The view, and which features of it.</param>
    /// <returns>The decoder; null for a view of another kind.</returns>
    IOnlineDecoder? TryCreate(SelectedView view);
}

/// <summary>The places of the selected features of one view and one entity, in the order of the selection.</summary>
internal readonly ref struct OnlineSlots
{
    /// <summary>Gets the values that lie in 64 bits, see <see cref="FeatureValue.Bits"/>.</summary>
    public required Span<long> Bits { get; init; }

    /// <summary>Gets the texts, decimals and bytes; empty when no feature of the whole query has such a type.</summary>
    public required Span<object?> Objects { get; init; }

    /// <summary>Gets the statuses.</summary>
    public required Span<FeatureStatus> Statuses { get; init; }

    /// <summary>Gets the event times, <see cref="long.MinValue"/> where there is none: one for each feature, or a single one where the decoder has one time.</summary>
    public required Span<long> Times { get; init; }

    /// <summary>Writes all places as having no value.</summary>
    /// <param name="status">The status of all.</param>
    /// <param name="time">The event time of all.</param>
    public void Clear(FeatureStatus status, long time = long.MinValue)
    {
        Bits.Clear();
        Objects.Clear();
        Statuses.Fill(status);
        Times.Fill(time);
    }

    /// <summary>Writes the value of one place, and its status; a missing value has the status <see cref="FeatureStatus.Null"/>.</summary>
    /// <param name="place">The place.</param>
    /// <param name="value">The value.</param>
    public void Set(int place, FeatureValue value)
    {
        Bits[place] = value.Bits;
        if (!Objects.IsEmpty) Objects[place] = value.Object;
        Statuses[place] = value.IsMissing ? FeatureStatus.Null : FeatureStatus.Present;
    }
}
