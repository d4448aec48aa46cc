using System.Linq.Expressions;
using System.Text.Json;

namespace MlOps.DataValidation;

public sealed partial record DataSchema
{
    /// <summary>Adds a column at the end, or puts it into the place of the one of its name.</summary>
    /// <param name="column">The column.</param>
    /// <returns>The changed schema.</returns>
    /// <exception cref="SchemaException">The column says something impossible.</exception>
    public DataSchema With(ColumnSchema column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return TryGet(column.Name, out _)
            ? this with { Columns = [.. Columns.Select(c => c.Name == column.Name ? column : c)] }
            : this with { Columns = [.. Columns, column] };
    }

    /// <summary>Changes a column.</summary>
    /// <param name="column">The name of the column.</param>
    /// <param name="change">Gives the changed column.</param>
    /// <returns>The changed schema.</returns>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    /// <exception cref="SchemaException">The changed column says something impossible.</exception>
    public DataSchema With(string column, Func<ColumnSchema, ColumnSchema> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var before = this[column];
        return this with { Columns = [.. Columns.Select(c => ReferenceEquals(c, before) ? change(c) : c)] };
    }

    /// <summary>Changes the column of a member of a record type, so that a wrong name does not compile.</summary>
    /// <typeparam name="T">The record type.</typeparam>
    /// <param name="column">The member, as in <c>flight => flight.Distance</c>. Its column has the name of its <see cref="DataColumnAttribute"/>, else its own name; case is ignored when only one column fits.</param>
    /// <param name="change">Gives the changed column.</param>
    /// <returns>The changed schema.</returns>
    /// <exception cref="ArgumentException">The expression is no member.</exception>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    /// <exception cref="SchemaException">The changed column says something impossible.</exception>
    public DataSchema With<T>(Expression<Func<T, object?>> column, Func<ColumnSchema, ColumnSchema> change) =>
        With(MemberColumns.Find(column, [.. Columns.Select(c => c.Name)]), change);

    /// <summary>Removes columns.</summary>
    /// <param name="columns">Their names.</param>
    /// <returns>The changed schema.</returns>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public DataSchema Without(params IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        foreach (var column in columns) _ = this[column];
        return this with { Columns = [.. Columns.Where(c => !columns.Contains(c.Name))] };
    }

    /// <summary>Makes a schema from a record type: types and nullability from its members, the rest from their attributes.</summary>
    /// <typeparam name="T">The record type. <see cref="DataColumnAttribute"/> and, of <c>System.ComponentModel.DataAnnotations</c>, Required, Range and AllowedValues are read.</typeparam>
    /// <param name="naming">Turns the names of members into those of columns; null leaves them.</param>
    /// <returns>The schema.</returns>
    /// <exception cref="SchemaException">A member has a type that a column cannot have, or an attribute says something impossible.</exception>
    public static DataSchema FromType<T>(JsonNamingPolicy? naming = null) => TypeSchema.Read(typeof(T), naming);

    /// <summary>Reads a schema from JSON text.</summary>
    /// <param name="json">The text.</param>
    /// <returns>The schema.</returns>
    /// <exception cref="SchemaException">The text is no JSON, has a key that no schema has, or says something impossible; each problem has its line.</exception>
    public static DataSchema FromJson(string json) => SchemaText.Read(SchemaJson.Parse(json));

    /// <summary>Reads a schema from YAML text.</summary>
    /// <param name="yaml">The text, without anchors and tags.</param>
    /// <returns>The schema.</returns>
    /// <exception cref="SchemaException">The text is no YAML, has a key that no schema has, or says something impossible; each problem has its line.</exception>
    public static DataSchema FromYaml(string yaml) => SchemaText.Read(SchemaYaml.Parse(yaml));

    /// <summary>Gives the schema as JSON text, in a stable order and without defaults.</summary>
    /// <returns>The text.</returns>
    public string ToJson() => SchemaJson.Write(SchemaText.Write(this));

    /// <summary>Gives the schema as YAML text, in a stable order and without defaults.</summary>
    /// <returns>The text.</returns>
    public string ToYaml() => SchemaYaml.Write(SchemaText.Write(this));

    /// <summary>Says what changed since an earlier schema.</summary>
    /// <param name="earlier">The earlier schema.</param>
    /// <returns>The changes.</returns>
    public SchemaDiff DiffFrom(DataSchema earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return SchemaDiff.Between(earlier, this);
    }
}
