using Apache.Arrow;

namespace MlOps.FeatureStore;

/// <summary>Events of one view, written in a test.</summary>
public sealed class FeatureEvents
{
    private FeatureEvents(string view, RecordBatch rows) => (View, Rows) = (view, rows);

    /// <summary>Gets the view.</summary>
    public string View { get; }

    internal RecordBatch Rows { get; }

    /// <summary>Takes events. A later one counts as later in the source.</summary>
    /// <typeparam name="T">A record, or an anonymous type, whose properties are named as the columns of the source.</typeparam>
    /// <param name="view">The view.</param>
    /// <param name="rows">The events.</param>
    /// <returns>The events.</returns>
    /// <exception cref="ArgumentException">An event is null, or a property has a type that no column holds.</exception>
    public static FeatureEvents Of<T>(string view, params IEnumerable<T> rows)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(view);
        return new(view, ObjectRows.ToBatch(rows));
    }
}
