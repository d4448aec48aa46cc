using System.Collections;
using System.Text.Json.Serialization;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace MlOps.Core;

/// <summary>One column of a dataset. Every column may hold missing values.</summary>
/// <param name="Name">The name; two names that differ only in case are two columns.</param>
/// <param name="Type">The type.</param>
public sealed record Column(string Name, ColumnType Type);

/// <summary>The columns of a dataset, in their order. Two schemas are equal when they list equal columns in the same order.</summary>
[JsonConverter(typeof(DatasetSchemaJsonConverter))]
public sealed class DatasetSchema : IReadOnlyList<Column>, IEquatable<DatasetSchema>
{
    private readonly Column[] _columns;
    private readonly Dictionary<string, int> _indices;

    /// <summary>Creates a schema.</summary>
    /// <param name="columns">The columns, in order.</param>
    /// <exception cref="DataException">Two columns have one name.</exception>
    public DatasetSchema(IEnumerable<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        _columns = [.. columns];
        _indices = new Dictionary<string, int>(_columns.Length, StringComparer.Ordinal);
        for (var i = 0; i < _columns.Length; i++)
        {
            if (!_indices.TryAdd(_columns[i].Name, i))
                throw new DataException($"Column '{_columns[i].Name}' stands twice in the data. Rename or drop one of the two.") { Column = _columns[i].Name };
        }
    }

    /// <inheritdoc/>
    public int Count => _columns.Length;

    /// <inheritdoc/>
    public Column this[int index] => _columns[index];

    /// <summary>Gets a column by name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="DataException">There is no such column.</exception>
    public Column this[string name] => _columns[IndexOf(name)];

    /// <summary>Finds the position of a column.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The position, from 0.</returns>
    /// <exception cref="DataException">There is no such column.</exception>
    public int IndexOf(string name) => _indices.TryGetValue(name, out var index)
        ? index
        : throw new DataException($"There is no column '{name}'. The data has: {string.Join(", ", _indices.Keys)}.") { Column = name };

    /// <summary>Says whether there is a column of this name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>True when there is.</returns>
    public bool Contains(string name) => _indices.ContainsKey(name);

    /// <summary>Gives the schema as Apache Arrow writes it.</summary>
    /// <returns>A schema of nullable fields.</returns>
    public Schema ToArrow() => new(_columns.Select(c => new Field(c.Name, ToArrow(c.Type), nullable: true)), metadata: null);

    /// <summary>Reads a schema from Arrow's, when its types are exactly the ones that <see cref="ToArrow()"/> writes.</summary>
    /// <param name="schema">Arrow's schema.</param>
    /// <returns>The schema.</returns>
    /// <exception cref="DataException">A column has a type that a dataset does not hold.</exception>
    public static DatasetSchema FromArrow(Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new(schema.FieldsList.Select(f => new Column(f.Name, FromArrow(f.DataType, f.Name))));
    }

    /// <summary>Gives the Arrow type that holds a column type.</summary>
    /// <param name="type">The column type.</param>
    /// <returns>The Arrow type.</returns>
    public static IArrowType ToArrow(ColumnType type) => type switch
    {
        ColumnType.Boolean => BooleanType.Default,
        ColumnType.Int64 => Int64Type.Default,
        ColumnType.Float64 => DoubleType.Default,
        ColumnType.Decimal => new Decimal128Type(38, 18),
        ColumnType.String => StringType.Default,
        ColumnType.Date => Date32Type.Default,
        ColumnType.Timestamp => new TimestampType(TimeUnit.Microsecond, "UTC"),
        ColumnType.Binary => BinaryType.Default,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a column type."),
    };

    /// <inheritdoc/>
    public bool Equals(DatasetSchema? other) => other is not null && _columns.AsSpan().SequenceEqual(other._columns);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DatasetSchema);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var column in _columns) hash.Add(column);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<Column> GetEnumerator() => ((IEnumerable<Column>)_columns).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _columns.GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _columns.Select(c => $"{c.Name} {c.Type}"));

    private static ColumnType FromArrow(IArrowType type, string column) => type switch
    {
        BooleanType => ColumnType.Boolean,
        Int64Type => ColumnType.Int64,
        DoubleType => ColumnType.Float64,
        Decimal128Type { Precision: 38, Scale: 18 } => ColumnType.Decimal,
        StringType => ColumnType.String,
        Date32Type => ColumnType.Date,
        TimestampType { Unit: TimeUnit.Microsecond } => ColumnType.Timestamp,
        BinaryType => ColumnType.Binary,
        _ => throw new DataException($"Column '{column}' has the Arrow type {type.Name}, which a dataset does not hold. Cast it in the source.") { Column = column },
    };
}
