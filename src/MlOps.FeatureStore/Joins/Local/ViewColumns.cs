using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>What the join needs to know of a view.</summary>
internal static class ViewColumns
{
    /// <summary>Gives the columns of the events that the selected features are made of, each once.</summary>
    /// <param name="selected">The features.</param>
    /// <returns>The columns.</returns>
    public static List<Column> Of(SelectedView selected) => [.. selected.Features.Select(f => new Column(f.Column, f.Type)).DistinctBy(c => c.Name)];

    /// <summary>Gives the greatest age that an event may have.</summary>
    /// <param name="view">The view.</param>
    /// <returns>Microseconds; the largest number when there is no limit.</returns>
    public static long TimeToLive(FeatureView view) => view.TimeToLive is { Ticks: not 0 } limit ? limit.Ticks / TimeSpan.TicksPerMicrosecond : long.MaxValue;
}
