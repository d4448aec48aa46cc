using System.Globalization;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>How the events of one view are written in SQL: as the table that holds them, or in a form of our own, in which times are microseconds and keys have the types of the view.</summary>
internal sealed class SqlEvents
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private Func<string, string> _moment = static micros => micros;
    private Func<string, string> _createdMoment = static micros => micros;

    private SqlEvents(string from) => From = from;

    /// <summary>Gets what stands after FROM.</summary>
    public string From { get; }

    /// <summary>Gets the expression of each key, in order. The alias of the events is e.</summary>
    public IReadOnlyList<string> Keys { get; private init; } = [];

    /// <summary>Gets the expression of the event time.</summary>
    public string Time { get; private init; } = "e.t";

    /// <summary>Gets the expression of the created time; null when there is none.</summary>
    public string? Created { get; private init; }

    /// <summary>Gets the expressions that order events as they stand in their source.</summary>
    public IReadOnlyList<string> Order { get; private init; } = ["e.o"];

    /// <summary>Gets the order in which the newest events are first; several may have the same time and created time.</summary>
    public string NewestTimeFirst => Created is null ? $"{Time} DESC" : $"{Time} DESC, {Created} DESC NULLS LAST";

    /// <summary>Gets the order in which the first event is the newest.</summary>
    public string NewestFirst => string.Join(", ", [NewestTimeFirst, .. Order.Select(o => $"{o} DESC")]);

    /// <summary>Takes the rows of a table as they are, so that its index is used.</summary>
    public static SqlEvents Direct(SqlDialect dialect, SqlRelation table, FeatureView view, EventLayout layout)
    {
        string Of(string column) => "e." + dialect.Quote(column);
        var events = new SqlEvents(table.From)
        {
            Keys = [.. view.Keys.Select(k => Of(view.ColumnOf(k.Name)))],
            Time = Of(view.EventTime),
            Created = view.CreatedTime is null ? null : Of(view.CreatedTime),
            Order = [.. table.RowOrder.Select(o => "e." + o)],
        };
        var time = table.GetColumn(view.EventTime).NativeType;
        events._moment = micros => dialect.FromMicros(micros, time);
        if (view.CreatedTime is not null)
        {
            var created = table.GetColumn(view.CreatedTime).NativeType;
            events._createdMoment = micros => dialect.FromMicros(micros, created);
        }

        foreach (var column in FeatureColumns(layout)) events._values[column.Name] = Value(dialect, table, column, "e");
        return events;
    }

    /// <summary>Takes events that <see cref="Select"/> has put in our own form.</summary>
    /// <param name="from">Where they are.</param>
    /// <param name="view">The view.</param>
    /// <param name="layout">Its columns.</param>
    public static SqlEvents Prepared(string from, FeatureView view, EventLayout layout)
    {
        var events = new SqlEvents(from) { Keys = [.. view.Keys.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"e.k{i}"))], Created = view.CreatedTime is null ? null : "e.c" };
        foreach (var (column, i) in FeatureColumns(layout).Select((c, i) => (c, i))) events._values[column.Name] = string.Create(CultureInfo.InvariantCulture, $"e.x{i}");
        return events;
    }

    /// <summary>Writes the query that puts events in our own form: k0 …, t, c, o, x0 …; events without a key or a time belong to nobody and are left out.</summary>
    public static string Select(SqlDialect dialect, SqlRelation source, FeatureView view, EventLayout layout, string? condition)
    {
        string Of(string column) => "q." + dialect.Quote(column);
        var columns = view.Keys.Select((k, i) => string.Create(CultureInfo.InvariantCulture, $"{Key(dialect, k.Type, Of(view.ColumnOf(k.Name)))} AS k{i}")).ToList();
        columns.Add($"{dialect.Micros(Of(view.EventTime))} AS t");
        if (view.CreatedTime is { } created) columns.Add($"{dialect.Micros(Of(created))} AS c");
        columns.Add($"{OrderOf(source)} AS o");
        columns.AddRange(FeatureColumns(layout).Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"{Value(dialect, source, c, "q")} AS x{i}")));
        var there = view.Keys.Select(k => Of(view.ColumnOf(k.Name))).Append(Of(view.EventTime)).Select(c => $"{c} IS NOT NULL");
        return $"""
            SELECT {string.Join(", ", columns)}
            FROM {source.From} AS q
            WHERE {string.Join(" AND ", condition is null ? there : there.Append(condition))}
            """;
    }

    /// <summary>Writes a key of events or rows so that the two can be compared.</summary>
    public static string Key(SqlDialect dialect, ColumnType type, string expression) => type switch
    {
        ColumnType.Timestamp => dialect.Micros(expression),
        ColumnType.String => dialect.Ordered(dialect.Cast(expression, type), type), // letters that some collation takes for one are two
        _ => dialect.Cast(expression, type),
    };

    /// <summary>Writes how rows stand in a source: as in the table, or in the order in which a query or view gives them.</summary>
    public static string OrderOf(SqlRelation source) => source.RowOrder switch
    {
        [] => "row_number() OVER ()",
        [var one] => $"q.{one}",
        var several => $"row_number() OVER (ORDER BY {string.Join(", ", several.Select(o => "q." + o))})",
    };

    /// <summary>Gets the expression of a column of a feature.</summary>
    public string this[string column] => _values[column];

    /// <summary>Writes a moment so that it can be compared with <see cref="Time"/>.</summary>
    public string Moment(string micros) => _moment(micros);

    /// <summary>Writes a moment so that it can be compared with <see cref="Created"/>.</summary>
    public string CreatedMoment(string micros) => _createdMoment(micros);

    private static IEnumerable<EventColumn> FeatureColumns(EventLayout layout) => layout.Columns.Where(c => c.Name is not (EventColumns.EventTime or EventColumns.CreatedTime or EventColumns.IsReversal));

    private static string Value(SqlDialect dialect, SqlRelation source, EventColumn column, string alias)
    {
        var value = $"{alias}.{dialect.Quote(column.Source)}";
        var found = source.GetColumn(column.Source);
        return column.Type != column.SourceType || (column.Type == ColumnType.String && !found.IsPlain) ? dialect.Cast(value, column.Type) : value;
    }
}
