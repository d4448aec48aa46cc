using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Computes the features of windowed views, as of now, from the states that an online store keeps.</summary>
internal sealed class WindowDecoder : IOnlineDecoder
{
    private readonly WindowPlan _plan;
    private readonly int[] _features;

    public WindowDecoder(SelectedView selected)
    {
        _plan = new(selected.View);
        _features = [.. selected.Features.Select(f => PlaceOf(selected.View, f.Name))];
    }

    public bool HasOneTime => true;

    public void Decode(OnlineRow row, long now, OnlineSlots slots)
    {
        var values = new FeatureValue[_features.Length];
        try
        {
            if (!WindowState.TryRead(_plan, row.Values.Span, now, _features, values))
            {
                slots.Clear(FeatureStatus.OtherSchema, row.EventTime);
                return;
            }
        }
        catch (Exception e) when (e is InvalidDataException or DataException)
        {
            throw new DataException($"View '{_plan.View.Name}': {e.Message}", e) { DataSource = _plan.View.Name };
        }

        slots.Times.Fill(row.EventTime < now ? row.EventTime : long.MinValue);
        for (var i = 0; i < values.Length; i++) slots.Set(i, values[i]);
    }

    private static int PlaceOf(FeatureView view, string name)
    {
        for (var i = 0; i < view.Features.Count; i++)
        {
            if (view.Features[i].Name == name) return i;
        }

        throw new NotFoundException("feature", $"{view.Name}:{name}");
    }
}

/// <summary>Makes decoders of views that are computed over windows.</summary>
internal sealed class WindowDecoders : IOnlineDecoders
{
    public IOnlineDecoder? TryCreate(SelectedView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.View.IsWindowed ? new WindowDecoder(view) : null;
    }
}
