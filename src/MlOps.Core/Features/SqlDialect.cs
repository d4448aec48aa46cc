using System.Text.RegularExpressions;

namespace MlOps.Core;

/// <summary>How SQL is written for one engine. Thread-safe.</summary>
/// <remarks>Of the rest of SQL the feature store uses what engines have in common: common table expressions, window functions, FILTER and ordered array_agg, whose elements count from 1.</remarks>
public abstract partial class SqlDialect
{
    /// <summary>Gets the name of the engine.</summary>
    public abstract string Name { get; }

    /// <summary>Gets how the engine finds the newest event of each row fastest.</summary>
    /// <value>The default is <see cref="PointInTimePlan.Ranked"/>, which every engine has.</value>
    public virtual PointInTimePlan Plan => PointInTimePlan.Ranked;

    /// <summary>Gets whether a query without an order gives the rows of a table as they stand in it.</summary>
    /// <value>The default is false.</value>
    public virtual bool KeepsOrder => false;

    /// <summary>Writes a name so that it is taken as it stands.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The quoted name.</returns>
    public virtual string Quote(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>Writes a parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The reference, with its sign.</returns>
    public abstract string Parameter(string name);

    /// <summary>Writes a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The name of the type.</returns>
    public abstract string TypeOf(ColumnType type);

    /// <summary>Writes an expression for a moment as microseconds since 1970, rounded down; a time without a zone is UTC.</summary>
    /// <param name="expression">An expression whose value is a time.</param>
    /// <returns>An expression whose value is a 64-bit integer.</returns>
    public abstract string Micros(string expression);

    /// <summary>Writes an expression for microseconds since 1970 as a time of the type of a column, so that an index on the column can be used. A moment before the first one that the type knows is the first one.</summary>
    /// <param name="expression">An expression whose value is a 64-bit integer.</param>
    /// <param name="nativeType">The type of the column, as <see cref="SqlColumn.NativeType"/> names it.</param>
    /// <returns>An expression whose value is a time.</returns>
    public abstract string FromMicros(string expression, string nativeType);

    /// <summary>Writes an expression as a type.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="type">The type.</param>
    /// <returns>The expression.</returns>
    public string Cast(string expression, ColumnType type) => $"CAST({expression} AS {TypeOf(type)})";

    /// <summary>Writes a value so that its order and equality are those of the feature store: text by its bytes in UTF-8, -0 as 0.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="type">Its type.</param>
    /// <returns>The expression.</returns>
    public virtual string Ordered(string expression, ColumnType type)
    {
        ArgumentException.ThrowIfNullOrEmpty(expression);
        return type == ColumnType.Float64 ? $"({expression} + {Cast("0", ColumnType.Float64)})" : expression;
    }

    /// <summary>Writes what stands after FROM, without an alias: the name of a table as it is, a query in parentheses.</summary>
    /// <param name="text">A name, with its schema and quoted where SQL wants it, or a query.</param>
    /// <returns>The text.</returns>
    public virtual string From(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return IsTable(text) ? text.Trim() : $"(\n{text.Trim().TrimEnd(';')}\n)"; // on lines of its own, for it may end in a comment
    }

    /// <summary>Says whether a text is the name of a table: anything else is a query.</summary>
    /// <param name="text">The text.</param>
    /// <returns>True when it is one to three names, quoted or not, with points between.</returns>
    public static bool IsTable(string text) => TableName().IsMatch(text);

    [GeneratedRegex("""^\s*(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)(?:\.(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)){0,2}\s*$""")]
    private static partial Regex TableName();
}

/// <summary>How an engine finds the newest event of each row.</summary>
public enum PointInTimePlan
{
    /// <summary>Rows are joined with all their earlier events, which are ranked. Every engine can do it, and its work grows with the history of an entity.</summary>
    Ranked,

    /// <summary>Each row looks its event up by LATERAL with ORDER BY and LIMIT 1, by an index on the keys and the event time.</summary>
    Lateral,

    /// <summary>Events are sorted once and met by ASOF JOIN.</summary>
    Asof,
}
