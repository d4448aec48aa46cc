using Apache.Arrow;

namespace MlOps.FeatureStore;

/// <summary>Events of one view, written in a test.</summary>
public sealed class FeatureEvents
{
    private readonly Func<HashSet<string>, RecordBatch> _make;

    private FeatureEvents(string view, Func<HashSet<string>, RecordBatch> make) => (View, _make) = (view, make);

    /// <summary>Gets the view.</summary>
    public string View { get; }

    /// <summary>Takes events. A later one counts as later in the source.</summary>
    /// <typeparam name="T">A record, or an anonymous type, whose properties are named as the columns of the source, or so in camel case.</typeparam>
    /// <param name="view">The view.</param>
    /// <param name="rows">The events.</param>
    /// <returns>The events.</returns>
    public static FeatureEvents Of<T>(string view, params IEnumerable<T> rows)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(view);
        ArgumentNullException.ThrowIfNull(rows);
        return new(view, known => ObjectRows.ToBatch(rows, known));
    }

    internal RecordBatch ToBatch(FeatureView view) => _make([.. EventLayout.SourceColumnsOf(view, null)]);
}
