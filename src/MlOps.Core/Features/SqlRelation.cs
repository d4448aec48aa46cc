namespace MlOps.Core;

/// <summary>A table or query of a warehouse, as the engine describes it without running it.</summary>
/// <param name="From">What stands after FROM, without an alias.</param>
/// <param name="Columns">Its columns.</param>
public sealed record SqlRelation(string From, IReadOnlyList<SqlColumn> Columns)
{
    /// <summary>Gets the columns of the engine by which rows stand in the order in which the table holds them; empty for what has no such columns, as a query or a view, whose order is that in which it gives its rows.</summary>
    public IReadOnlyList<string> RowOrder { get; init; } = [];

    /// <summary>Gets the columns of each index that finds rows in order; empty where the engine has none.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Indexes { get; init; } = [];

    /// <summary>Gets a column.</summary>
    /// <param name="name">The name, as it stands.</param>
    /// <returns>The column.</returns>
    /// <exception cref="DataException">There is none, or its type is not one that a dataset holds.</exception>
    public SqlColumn GetColumn(string name)
    {
        var column = Columns.FirstOrDefault(c => c.Name == name)
            ?? throw new DataException($"There is no column '{name}'. The source has: {string.Join(", ", Columns.Select(c => c.Name))}.") { Column = name };
        return column.Type is null
            ? throw new DataException($"Column '{name}' has the type {column.NativeType}, which a dataset does not hold. Leave it out, or turn it into plain columns in the query of the source.") { Column = name }
            : column;
    }
}

/// <summary>A column of a table or query.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type that its values have when they are read; null when they cannot be.</param>
/// <param name="NativeType">The type that the engine gives it.</param>
/// <param name="IsPlain">Whether values of this column equal those of <paramref name="Type"/> exactly when the engine says so, without a cast that an index would not see: false for text whose collation takes different letters for one.</param>
public sealed record SqlColumn(string Name, ColumnType? Type, string NativeType, bool IsPlain);
