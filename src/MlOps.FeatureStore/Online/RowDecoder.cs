using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Reads rows of views whose features are columns of the newest event.</summary>
internal sealed class RowDecoder : IOnlineDecoder
{
    private readonly RowLayout _layout;
    private readonly int[] _places;
    private readonly byte[]? _complete; // the validity bits of a row without gaps, when the whole row is read as it lies
    private readonly bool[] _isInHeap;
    private readonly ulong _timeToLive;

    public RowDecoder(SelectedView selected)
    {
        _layout = new(selected.View);
        _places = [.. selected.Features.Select(f => IndexOf(selected.View, f.Name))];
        _isInHeap = [.. selected.Features.Select(f => RowLayout.IsInHeap(f.Type))];
        _timeToLive = selected.View.TimeToLive is { Ticks: > 0 } span ? (ulong)(span.Ticks / TimeSpan.TicksPerMicrosecond) : ulong.MaxValue;
        if (_layout.Format != RowLayout.OneEvent || _isInHeap.Contains(true) || !_places.SequenceEqual(Enumerable.Range(0, selected.View.Features.Count))) return;
        _complete = new byte[(_places.Length + 7) / 8];
        for (var i = 0; i < _places.Length; i++) _complete[i >> 3] |= (byte)(1 << (i & 7));
    }

    public bool HasOneTime => _layout.Format == RowLayout.OneEvent;

    public void Decode(OnlineRow row, long now, OnlineSlots slots)
    {
        if (!RowCodec.TryOpen(_layout, row.Values.Span, out var encoded)) slots.Clear(FeatureStatus.OtherSchema, row.EventTime);
        else if (_layout.Format == RowLayout.EventEach) DecodeEach(row, encoded, now, slots);
        else if (row.EventTime > now) slots.Clear(FeatureStatus.Missing); // it has not happened yet
        else if (IsTooOld(row.EventTime, now)) slots.Clear(FeatureStatus.OutsideTimeToLive, row.EventTime);
        else if (_complete is not null && encoded.Validity.SequenceEqual(_complete))
        {
            encoded.CopySlots(slots.Bits);
            slots.Objects.Clear();
            slots.Statuses.Fill(FeatureStatus.Present);
            slots.Times.Fill(row.EventTime);
        }
        else
        {
            slots.Times.Fill(row.EventTime);
            for (var i = 0; i < _places.Length; i++) Take(encoded, i, slots);
        }
    }

    // A value counts by the time of its own event, and a feature without one by that of the row.
    private void DecodeEach(OnlineRow row, EncodedRow encoded, long now, OnlineSlots slots)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            var time = encoded.Has(_places[i]) ? encoded.EventTimeOf(_places[i]) : row.EventTime;
            slots.Times[i] = time > now ? long.MinValue : time;
            Take(encoded, i, slots);
            if (time <= now && !IsTooOld(time, now)) continue;
            slots.Set(i, default);
            slots.Statuses[i] = time > now ? FeatureStatus.Missing : FeatureStatus.OutsideTimeToLive;
        }
    }

    private void Take(EncodedRow encoded, int i, OnlineSlots slots)
    {
        var place = _places[i];
        var has = encoded.Has(place);
        slots.Bits[i] = has && !_isInHeap[i] ? encoded.Slot(place) : 0;
        if (!slots.Objects.IsEmpty) slots.Objects[i] = has && _isInHeap[i] ? encoded.Object(place) : null;
        slots.Statuses[i] = has ? FeatureStatus.Present : FeatureStatus.Null;
    }

    // Both ends count. The difference of two far-off times fits into 64 bits only without a sign.
    private bool IsTooOld(long time, long now) => unchecked((ulong)(now - time)) > _timeToLive;

    private static int IndexOf(FeatureView view, string name)
    {
        for (var i = 0; i < view.Features.Count; i++)
        {
            if (view.Features[i].Name == name) return i;
        }

        throw new NotFoundException("feature", $"{view.Name}:{name}");
    }
}

/// <summary>Makes decoders of views that are not computed over windows.</summary>
internal sealed class RowDecoders : IOnlineDecoders
{
    public IOnlineDecoder? TryCreate(SelectedView view) => view.View.IsWindowed ? null : new RowDecoder(view);
}
