using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>Which columns of a source the events of a view are made of, in which order, and of which types: checked against what the source has.</summary>
internal sealed class EventLayout
{
    private readonly FeatureView _view;
    private readonly List<EventColumn> _columns = [];

    private EventLayout(FeatureView view) => _view = view;

    /// <summary>Gets the columns to read from the source, each once.</summary>
    public IReadOnlyList<string> SourceColumns { get; private set; } = [];

    /// <summary>Gets the columns of the events.</summary>
    public IReadOnlyList<EventColumn> Columns => _columns;

    /// <summary>Gets the schema of the events.</summary>
    public DatasetSchema Schema => new(_columns.Select(c => new Column(c.Name, c.Type)));

    /// <summary>Says what columns a view reads, whatever its source has.</summary>
    /// <param name="view">The view.</param>
    /// <param name="features">The features that are wanted; null for all.</param>
    /// <returns>The names of the columns in the source, each once.</returns>
    public static IReadOnlyList<string> SourceColumnsOf(FeatureView view, IReadOnlyList<Feature>? features)
    {
        IEnumerable<string?> columns = [.. view.Keys.Select(k => view.ColumnOf(k.Name)), view.EventTime, view.CreatedTime, view.IsReversal, .. (features ?? view.Features).Select(f => f.Column)];
        return [.. columns.OfType<string>().Where(c => c.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Matches a view with a source.</summary>
    /// <param name="view">The view.</param>
    /// <param name="features">The features that are wanted; null for all.</param>
    /// <param name="source">The columns of the source.</param>
    /// <returns>The layout.</returns>
    /// <exception cref="DataException">The source lacks a column, or it has another type than the view says.</exception>
    public static EventLayout Match(FeatureView view, IReadOnlyList<Feature>? features, DatasetSchema source)
    {
        var layout = new EventLayout(view) { SourceColumns = SourceColumnsOf(view, features) };
        foreach (var key in view.Keys) layout.Add(key.Name, layout.Of(source, view.ColumnOf(key.Name), $"join key '{key.Name}'", key.Type));
        layout.Add(EventColumns.EventTime, layout.Time(source, view.EventTime, "event time"));
        if (view.CreatedTime is { } created) layout.Add(EventColumns.CreatedTime, layout.Time(source, created, "created time"));
        if (view.IsReversal is { } reversal) layout.Add(EventColumns.IsReversal, layout.Of(source, reversal, "mark of reversals", ColumnType.Boolean));
        foreach (var feature in features ?? view.Features)
        {
            if (feature.Column.Length == 0) continue; // a count of events is made of no column
            var column = feature.Aggregation is null
                ? layout.Of(source, feature.Column, $"feature '{feature.Name}'", feature.Type)
                : layout.Of(source, feature.Column, $"feature '{feature.Name}'", null);
            layout.Add(feature.Column, column);
        }

        return layout;
    }

    private void Add(string name, EventColumn column)
    {
        if (_columns.Find(c => c.Name == name) is not { } same)
        {
            _columns.Add(column with { Name = name });
            return;
        }

        if (same.Source != column.Source)
            throw new DataException($"View '{_view.Name}' reads two columns as '{name}': '{same.Source}' and '{column.Source}'. Give the join key another name, or rename the column in the source.") { Column = name };
        if (same.Type != column.Type)
            throw new DataException($"View '{_view.Name}' reads column '{column.Source}' as {same.Type} and as {column.Type}. Give both features one type.") { Column = column.Source };
    }

    private EventColumn Of(DatasetSchema source, string column, string use, ColumnType? wanted)
    {
        var found = Find(source, column, use);
        var type = wanted ?? found;
        return found == type || (found, type) == (ColumnType.Int64, ColumnType.Float64) ? new(column, column, found, type) : throw Refused(column, use, found, type.ToString());
    }

    private EventColumn Time(DatasetSchema source, string column, string use)
    {
        var found = Find(source, column, use);
        return found is ColumnType.Timestamp or ColumnType.Date ? new(column, column, found, ColumnType.Timestamp) : throw Refused(column, use, found, "Timestamp or Date");
    }

    private ColumnType Find(DatasetSchema source, string column, string use) => source.Contains(column)
        ? source[column].Type
        : throw new DataException($"The source of view '{_view.Name}' has no column '{column}', which is its {use}. It has: {string.Join(", ", source.Select(c => c.Name))}. Bring the column back, or change the view.")
        {
            Column = column,
            DataSource = _view.Name,
        };

    private DataException Refused(string column, string use, ColumnType found, string expected) =>
        new($"Column '{column}' in the source of view '{_view.Name}', its {use}, is of type {found}; {expected} was expected. Cast it in the source, or change the view.") { Column = column, DataSource = _view.Name };
}

/// <summary>One column of the events of a view.</summary>
/// <param name="Name">Its name among the events.</param>
/// <param name="Source">Its name in the source.</param>
/// <param name="SourceType">Its type in the source.</param>
/// <param name="Type">Its type among the events.</param>
internal sealed record EventColumn(string Name, string Source, ColumnType SourceType, ColumnType Type)
{
    /// <summary>Gives a column of a batch of the source the type that it has among the events.</summary>
    /// <param name="array">The column of the source.</param>
    /// <returns>The column; the same one when nothing is to be done.</returns>
    public IArrowArray Convert(IArrowArray array) => (SourceType, Type) switch
    {
        (ColumnType.Int64, ColumnType.Float64) => ArrowCasts.ToNumbers((Int64Array)array),
        (ColumnType.Date, ColumnType.Timestamp) => ArrowCasts.ToMidnights((Date32Array)array),
        _ => array,
    };
}
