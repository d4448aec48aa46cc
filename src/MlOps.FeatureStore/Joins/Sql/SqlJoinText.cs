using System.Globalization;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Writes the query that joins views to rows. The rows are the table <see cref="Rows"/>: n counts them from 1, m is their time in microseconds, r0 … are their columns.</summary>
internal sealed class SqlJoinText(SqlDialect dialect, bool createdBeforeRow)
{
    public const string Rows = "mlops_rows";

    private readonly List<string> _tables = [];
    private readonly List<string> _outputs = [];
    private readonly List<string> _joins = [];
    private readonly List<string> _counts = [];
    private int _joined;

    /// <summary>Adds a query that others may name.</summary>
    public void With(string name, string query) => _tables.Add($"{name} AS (\n{Indent(query)}\n)");

    /// <summary>Adds the features of a view.</summary>
    /// <param name="view">The view.</param>
    /// <param name="events">Its events.</param>
    /// <param name="layout">The columns of its events.</param>
    /// <param name="keys">The expression of each key among the rows, with the alias r.</param>
    public void Add(SelectedView view, SqlEvents events, EventLayout layout, IReadOnlyList<string> keys)
    {
        var names = view.Features.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"f{view.FirstSlot + i}")).ToList();
        List<Outcome> outcomes = [];
        if (view.View.IsWindowed)
        {
            outcomes.Add(AddWindows(view, events, keys, names, [.. view.Features.Select(f => SqlWindows.Value(dialect, events, view.View.Name, f, layout))]));
        }
        else if (view.View.SkipsNulls)
        {
            foreach (var (name, value) in names.Zip(view.Features, (n, f) => (n, events[f.Column])))
                outcomes.Add(AddNewest(view, events, keys, [name], [value], $"{value} IS NOT NULL"));
        }
        else
        {
            outcomes.Add(AddNewest(view, events, keys, names, [.. view.Features.Select(f => events[f.Column])], null));
        }

        if (events.Created is null) return;
        _counts.Add(string.Join(" OR ", outcomes.Select(o => $"COALESCE({o.Hit}, FALSE)")));
        _counts.Add(string.Join(" OR ", outcomes.Select(o => $"COALESCE({o.Late}, FALSE)")));
    }

    /// <summary>Writes the query: n, the number of all rows, the columns of the rows, the features, and for each view with a created time whether the row met an event and whether that was created after the row's time.</summary>
    /// <param name="columns">How many columns the rows have.</param>
    public string ToQuery(int columns)
    {
        var select = Enumerable.Range(0, columns).Select(i => string.Create(CultureInfo.InvariantCulture, $"r.r{i}"))
            .Prepend($"(SELECT count(*) FROM {Rows}) AS total").Prepend("r.n")
            .Concat(_outputs)
            .Concat(_counts.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"{c} AS q{i}")));
        var with = _tables.Count == 0 ? string.Empty : $"WITH {string.Join(",\n", _tables)}\n";
        return $"""
            {with}SELECT {string.Join(",\n       ", select)}
            FROM {Rows} AS r
            {string.Join("\n", _joins)}
            ORDER BY r.n
            """;
    }

    private Outcome AddNewest(SelectedView view, SqlEvents events, IReadOnlyList<string> keys, IReadOnlyList<string> names, IReadOnlyList<string> values, string? condition)
    {
        // Where an event's created time matters, which one is the newest depends on the row.
        var plan = dialect.Plan == PointInTimePlan.Asof && createdBeforeRow && events.Created is not null ? PointInTimePlan.Ranked : dialect.Plan;
        var alias = string.Create(CultureInfo.InvariantCulture, $"v{_joined++}");
        if (plan == PointInTimePlan.Asof) return AddAsof(view, events, keys, names, values, condition, alias);
        var outputs = names.Zip(values, (n, v) => $"{v} AS {n}").ToList();
        outputs.Add("TRUE AS hit");
        outputs.Add(events.Created is null ? "FALSE AS late" : $"{events.Created} > {events.CreatedMoment("r.m")} AS late");
        var meets = Meets(events, keys);
        meets.Add($"{events.Time} <= {events.Moment("r.m")}");
        if (TimeToLive(view.View) is { } ttl) meets.Add($"{events.Time} >= {events.Moment($"(r.m - {ttl})")}");
        if (condition is not null) meets.Add(condition);
        _outputs.AddRange(names.Select(n => $"{alias}.{n}"));
        _joins.Add(plan == PointInTimePlan.Lateral
            ? LateralNewest(events, outputs, meets, alias)
            : $"""
              LEFT JOIN (
                  SELECT *
                  FROM (
                      SELECT r.n, {string.Join(", ", outputs)}, row_number() OVER (PARTITION BY r.n ORDER BY {events.NewestFirst}) AS place
                      FROM {Rows} AS r
                      JOIN {events.From} AS e ON {string.Join("\n        AND ", meets)}
                  ) AS ranked
                  WHERE place = 1
              ) AS {alias} ON {alias}.n = r.n
              """);
        return new($"{alias}.hit", $"{alias}.late");
    }

    // The index gives the newest time without sorting; only what shares it is put in the order of the source.
    private static string LateralNewest(SqlEvents events, IReadOnlyList<string> outputs, IReadOnlyList<string> meets, string alias)
    {
        var places = events.Order.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"o{i}")).ToList();
        return $"""
            LEFT JOIN LATERAL (
                SELECT *
                FROM (
                    SELECT {string.Join(", ", outputs.Concat(events.Order.Zip(places, (o, place) => $"{o} AS {place}")))}
                    FROM {events.From} AS e
                    WHERE {string.Join("\n        AND ", meets)}
                    ORDER BY {events.NewestTimeFirst}
                    FETCH FIRST 1 ROW WITH TIES
                ) AS newest
                ORDER BY {string.Join(", ", places.Select(p => $"{p} DESC"))}
                LIMIT 1
            ) AS {alias} ON TRUE
            """;
    }

    // An ASOF JOIN takes any of several events at one time, so it is given one only: that which was created last, or else stands last.
    private Outcome AddAsof(
        SelectedView view, SqlEvents events, IReadOnlyList<string> keys, IReadOnlyList<string> names, IReadOnlyList<string> values, string? condition, string alias)
    {
        var keyNames = keys.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"k{i}")).ToList();
        var fields = names.Zip(values, (n, v) => $"'{n}': {v}").ToList();
        if (events.Created is not null) fields.Add($"'c': {events.Created}");
        var place = events.Created is null ? "e.o" : string.Create(CultureInfo.InvariantCulture, $"{{'c': COALESCE({events.Created}, {long.MinValue}), 'o': e.o}}");
        With($"d_{alias}", $"""
            SELECT {string.Join(", ", keyNames)}, t, unnest(newest)
            FROM (
                SELECT {string.Join(", ", keyNames.Select(k => "e." + k))}, e.t, arg_max({"{"}{string.Join(", ", fields)}{"}"}, {place}) AS newest
                FROM {events.From} AS e
                WHERE {condition ?? "TRUE"}
                GROUP BY {string.Join(", ", keyNames.Select(k => "e." + k))}, e.t
            ) AS grouped
            """);
        _joins.Add($"ASOF LEFT JOIN d_{alias} AS {alias} ON {string.Join(" AND ", keyNames.Zip(keys, (k, r) => $"{r} = {alias}.{k}"))} AND r.m >= {alias}.t");
        var isAlive = TimeToLive(view.View) is { } ttl ? $"{alias}.t >= r.m - {ttl}" : $"{alias}.t IS NOT NULL";
        _outputs.AddRange(names.Select(n => $"CASE WHEN {isAlive} THEN {alias}.{n} END AS {n}"));
        return new(isAlive, events.Created is null ? "FALSE" : $"{isAlive} AND {alias}.c > r.m");
    }

    private Outcome AddWindows(SelectedView view, SqlEvents events, IReadOnlyList<string> keys, IReadOnlyList<string> names, IReadOnlyList<string> values)
    {
        var alias = string.Create(CultureInfo.InvariantCulture, $"v{_joined++}");
        var outputs = values.Zip(names, (v, n) => $"{v} AS {n}").ToList();
        if (events.Created is not null)
        {
            var filter = $"FILTER (WHERE {SqlWindows.InAny(events, view.Features)})";
            outputs.Add($"count(*) {filter} > 0 AS hit");
            outputs.Add($"bool_or({events.Created} > {events.CreatedMoment("r.m")}) {filter} AS late");
        }

        var meets = Meets(events, keys);
        meets.AddRange(SqlWindows.Reach(events, view.Features));
        _outputs.AddRange(names.Select(n => $"{alias}.{n}"));
        _joins.Add(dialect.Plan == PointInTimePlan.Lateral
            ? $"""
              LEFT JOIN LATERAL (
                  SELECT {string.Join(",\n         ", outputs)}
                  FROM {events.From} AS e
                  WHERE {string.Join("\n    AND ", meets)}
              ) AS {alias} ON TRUE
              """
            : $"""
              LEFT JOIN (
                  SELECT r.n,
                         {string.Join(",\n         ", outputs)}
                  FROM {Rows} AS r
                  JOIN {events.From} AS e ON {string.Join("\n    AND ", meets)}
                  GROUP BY r.n
              ) AS {alias} ON {alias}.n = r.n
              """);
        return new($"{alias}.hit", $"{alias}.late");
    }

    private List<string> Meets(SqlEvents events, IReadOnlyList<string> keys)
    {
        var meets = events.Keys.Zip(keys, (e, r) => $"{e} = {r}").ToList(); // a missing key equals nothing
        if (createdBeforeRow && events.Created is not null) meets.Add($"{events.Created} <= {events.CreatedMoment("r.m")}");
        return meets;
    }

    private static string? TimeToLive(FeatureView view) => view.TimeToLive is { } ttl && ttl > TimeSpan.Zero
        ? (ttl.Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture)
        : null;

    private static string Indent(string text) => "    " + text.Replace("\n", "\n    ", StringComparison.Ordinal);

    // Whether a row met an event, and whether that was created after the row's time.
    private sealed record Outcome(string Hit, string Late);
}
