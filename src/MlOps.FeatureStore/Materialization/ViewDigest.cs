using System.Globalization;
using System.Text;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Says of a view which values it brings to the online store: another digest needs all of them anew.</summary>
internal static class ViewDigest
{
    public static string Of(FeatureView view)
    {
        var text = new StringBuilder();
        foreach (var key in view.Keys) text.Append(CultureInfo.InvariantCulture, $"key {key.Name} {key.Type} {view.ColumnOf(key.Name)}\n");
        foreach (var feature in view.Features) text.Append(CultureInfo.InvariantCulture, $"feature {feature.Name} {feature.Type} {feature.Column} {feature.Aggregation}\n");
        text.Append(CultureInfo.InvariantCulture, $"times {view.EventTime} {view.CreatedTime} {view.IsReversal} {view.SkipsNulls} {view.TimeToLive}\n");
        if (view.Source is FeatureSource.FromWarehouse warehouse) text.Append(CultureInfo.InvariantCulture, $"warehouse {warehouse.Warehouse} {warehouse.Text}\n");
        return Sha256.Hex(text.ToString());
    }
}
