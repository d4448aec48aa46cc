using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Where the fields of a kind stand in the tables.</summary>
/// <param name="Key">The column that the parts refer to, with the name of its table.</param>
/// <param name="Attributes">The expression of each attribute.</param>
/// <param name="Parts">The tables of metrics, parameters, tags and datasets.</param>
internal sealed record SearchColumns(string Key, IReadOnlyDictionary<string, SearchColumn> Attributes, IReadOnlyDictionary<SearchEntity, SearchPart> Parts);

/// <summary>The expression of an attribute.</summary>
/// <param name="Sql">The expression.</param>
/// <param name="IsOptional">Whether it may be NULL.</param>
internal sealed record SearchColumn(string Sql, bool IsOptional = false);

/// <summary>A table with one row for each metric, parameter or tag, in columns called name and value; or for each dataset.</summary>
/// <param name="Table">The table.</param>
/// <param name="Key">The column that says of what it is a part.</param>
/// <param name="ColumnOf">For datasets: the column of each key.</param>
internal sealed record SearchPart(string Table, string Key, IReadOnlyDictionary<string, string>? ColumnOf = null);
