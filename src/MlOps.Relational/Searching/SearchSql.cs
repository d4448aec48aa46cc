using System.Globalization;
using Dapper;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Makes SQL of a search. Everything that a caller wrote becomes a parameter. One instance a search.</summary>
internal sealed class SearchSql
{
    private readonly RelationalDatabase _database;
    private readonly SearchColumns _columns;
    private readonly DynamicParameters _parameters;
    private readonly List<OrderKey> _keys;
    private int _count;

    internal SearchSql(RelationalDatabase database, SearchColumns columns, SearchPlan plan, DynamicParameters parameters)
    {
        (_database, _columns, _parameters) = (database, columns, parameters);
        _keys = [.. plan.Orders.Select(KeyOf)];
        Joins = string.Concat(_keys.Select(k => k.Join));
        OrderBy = string.Join(", ", _keys.Select(k => k.OrderBy));
        Conditions = [.. new[] { plan.Filter is null ? null : Condition(plan.Filter), plan.After is null ? null : Follows(plan.After, 0) }.OfType<string>()];
    }

    /// <summary>Gets the joins that the order needs.</summary>
    internal string Joins { get; }

    /// <summary>Gets what to order by.</summary>
    internal string OrderBy { get; }

    /// <summary>Gets what must hold: the filter, and that a row comes after the page before.</summary>
    internal IReadOnlyList<string> Conditions { get; }

    /// <summary>Gets the columns that <see cref="ReadKeys"/> reads.</summary>
    internal string KeyColumns => string.Join(", ", _keys.Select(k => k.IsNumber is null ? k.Value : $"{k.Value}, {k.IsNumber}"));

    /// <summary>Makes the order values of a row.</summary>
    /// <param name="row">The values of <see cref="KeyColumns"/>.</param>
    internal IReadOnlyList<object?> ReadKeys(IReadOnlyList<object?> row)
    {
        List<object?> values = [];
        var at = 0;
        foreach (var key in _keys)
        {
            object? value = row[at++] switch
            {
                null => null,
                var text when key.Type is SearchType.Text => (string)text,
                var moment when key.Type is SearchType.Time => Convert.ToInt64(moment, CultureInfo.InvariantCulture),
                var number => Convert.ToDouble(number, CultureInfo.InvariantCulture),
            };
            if (key.IsNumber is not null && row[at++] is { } isNumber && Convert.ToInt64(isNumber, CultureInfo.InvariantCulture) == 0) value = double.NaN;
            values.Add(value);
        }

        return values;
    }

    private string Condition(SearchFilter filter) => filter switch
    {
        SearchAll all => "(" + string.Join(" AND ", all.Parts.Select(Condition)) + ")",
        SearchAny any => "(" + string.Join(" OR ", any.Parts.Select(Condition)) + ")",
        SearchNot not => $"NOT {Condition(not.Part)}",
        TextComparison c => On(c.Field, value => Compare(value, c)),
        ListComparison c => On(c.Field, value => $"{value} {(c.IsNegated ? "NOT IN" : "IN")} ({string.Join(", ", c.Values.Select(Parameter))})"),
        NumberComparison { Field.Type: SearchType.Time } c => On(c.Field, value => CompareTime(value, c)),
        NumberComparison { Field.Entity: SearchEntity.Metric } c => On(c.Field, value => CompareMetric(value, c)),
        NumberComparison c => On(c.Field, value => $"{value} {SymbolOf(c.Operator)} {Parameter(c.Value)}"),
        _ => throw new ArgumentException($"A {filter.GetType().Name} is no condition that this version knows.", nameof(filter)),
    };

    // Always true or false, never NULL, so that NOT can be put before it.
    private string On(SearchField field, Func<string, string> condition)
    {
        if (field.Entity is SearchEntity.Attribute)
        {
            var column = _columns.Attributes[field.Key];
            return column.IsOptional ? $"({column.Sql} IS NOT NULL AND {condition(column.Sql)})" : $"({condition(column.Sql)})";
        }

        var part = _columns.Parts[field.Entity];
        var (value, which) = part.ColumnOf is { } columns ? ("p." + columns[field.Key], string.Empty) : ("p.value", $" AND p.name = {Parameter(field.Key)}");
        return $"EXISTS (SELECT 1 FROM {part.Table} p WHERE p.{part.Key} = {_columns.Key}{which} AND {condition(value)})";
    }

    private string Compare(string value, TextComparison comparison) => comparison.Operator switch
    {
        SearchOperator.Like => _database.IsLike(value, Parameter(_database.PatternOf(comparison.Value))),
        SearchOperator.ILike => _database.IsLikeInAnyCase(value, Parameter(comparison.Value)),
        var other => $"{value} {SymbolOf(other)} {Parameter(comparison.Value)}",
    };

    // Filters speak of milliseconds, the tables of microseconds.
    private string CompareTime(string value, NumberComparison comparison)
    {
        var wanted = comparison.Value;
        var (from, to) = (Math.Ceiling(wanted), Math.Floor(wanted) + 1);
        return comparison.Operator switch
        {
            SearchOperator.Less => $"{value} < {Parameter(Micros(from))}",
            SearchOperator.LessOrEqual => $"{value} < {Parameter(Micros(to))}",
            SearchOperator.Greater => $"{value} >= {Parameter(Micros(to))}",
            SearchOperator.GreaterOrEqual => $"{value} >= {Parameter(Micros(from))}",
            SearchOperator.Equal => from < to ? $"({value} >= {Parameter(Micros(from))} AND {value} < {Parameter(Micros(to))})" : "0 = 1",
            _ => from < to ? $"({value} < {Parameter(Micros(from))} OR {value} >= {Parameter(Micros(to))})" : "0 = 0",
        };

        static long Micros(double millis) => (long)Math.Clamp(millis, -9e15, 9e15) * 1000;
    }

    // NaN stands as 0 with is_number = 0.
    private string CompareMetric(string value, NumberComparison comparison)
    {
        var isNumber = "p.is_number";
        return (double.IsNaN(comparison.Value), comparison.Operator) switch
        {
            (true, SearchOperator.Equal) => $"{isNumber} = 0",
            (true, SearchOperator.NotEqual) => $"{isNumber} = 1",
            (true, _) => "0 = 1",
            (false, SearchOperator.NotEqual) => $"({isNumber} = 0 OR {value} <> {Parameter(comparison.Value)})",
            (false, var other) => $"{isNumber} = 1 AND {value} {SymbolOf(other)} {Parameter(comparison.Value)}",
        };
    }

    private OrderKey KeyOf(SearchOrder order)
    {
        var direction = order.IsDescending ? " DESC" : string.Empty;
        if (order.Field.Entity is SearchEntity.Attribute)
        {
            var column = _columns.Attributes[order.Field.Key];
            return new(order.Field.Type, column.Sql, null, column.IsOptional, order.IsDescending, string.Empty, column.Sql + direction + (column.IsOptional ? " NULLS LAST" : string.Empty));
        }

        var part = _columns.Parts[order.Field.Entity];
        var table = "o" + _count.ToString(CultureInfo.InvariantCulture);
        var join = $"\nLEFT JOIN {part.Table} {table} ON {table}.{part.Key} = {_columns.Key} AND {table}.name = {Parameter(order.Field.Key)}";
        var (value, isNumber) = ($"{table}.value", $"{table}.is_number");
        return order.Field.Entity is SearchEntity.Metric
            ? new(order.Field.Type, value, isNumber, true, order.IsDescending, join, $"CASE {isNumber} WHEN 1 THEN 0 WHEN 0 THEN 1 ELSE 2 END, {value}{direction}")
            : new(order.Field.Type, value, null, true, order.IsDescending, join, $"{value}{direction} NULLS LAST");
    }

    // Comes after the row with these values: greater in the first key, or equal in it and after in the others.
    private string Follows(IReadOnlyList<object?> after, int index)
    {
        var key = _keys[index];
        var (equal, greater) = Around(key, after[index]);
        var others = index + 1 < _keys.Count ? Follows(after, index + 1) : null;
        if (others is null) return greater ?? "0 = 1";
        if (greater is null) return $"({equal} AND {others})";
        var bound = index == 0 && !key.IsOptional ? $"{key.Value} {(key.IsDescending ? "<=" : ">=")} {Parameter(after[index]!)} AND " : string.Empty; // what an index can use
        return $"{bound}({greater} OR ({equal} AND {others}))";
    }

    private (string Equal, string? Greater) Around(OrderKey key, object? value)
    {
        var isMissing = $"{key.Value} IS NULL";
        if (value is null) return (isMissing, null);
        if (value is double.NaN) return ($"{key.IsNumber} = 0", isMissing);
        var parameter = Parameter(value);
        var (equal, greater) = ($"{key.Value} = {parameter}", $"{key.Value} {(key.IsDescending ? "<" : ">")} {parameter}");
        if (key.IsNumber is not null) return ($"({key.IsNumber} = 1 AND {equal})", $"(({key.IsNumber} = 1 AND {greater}) OR {key.IsNumber} = 0 OR {isMissing})");
        return (equal, key.IsOptional ? $"({greater} OR {isMissing})" : greater);
    }

    private string Parameter(object value)
    {
        var name = "s" + (_count++).ToString(CultureInfo.InvariantCulture);
        _parameters.Add(name, value);
        return "@" + name;
    }

    private static string SymbolOf(SearchOperator comparison) => comparison switch
    {
        SearchOperator.Equal => "=",
        SearchOperator.NotEqual => "<>",
        SearchOperator.Less => "<",
        SearchOperator.LessOrEqual => "<=",
        SearchOperator.Greater => ">",
        SearchOperator.GreaterOrEqual => ">=",
        _ => throw new ArgumentOutOfRangeException(nameof(comparison), comparison, "Compares texts with patterns only."),
    };

    private sealed record OrderKey(SearchType Type, string Value, string? IsNumber, bool IsOptional, bool IsDescending, string Join, string OrderBy);
}
