using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>How the rows of feature views lie in the online store. Thread-safe.</summary>
internal interface IOnlineRowForm
{
    /// <summary>Gives the table of a view: another one for another layout of its values.</summary>
    string TableOf(FeatureView view);

    /// <summary>Writes the values of a row, and for a view that skips missing values when each was seen.</summary>
    ReadOnlyMemory<byte> Write(FeatureView view, ReadOnlySpan<FeatureValue> values, ReadOnlySpan<EventMoment> moments);

    /// <summary>Reads what <see cref="Write"/> has written; false when it was written in another layout.</summary>
    bool TryRead(FeatureView view, OnlineRow row, Span<FeatureValue> values, Span<EventMoment> moments);
}
