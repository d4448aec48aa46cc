using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>What is expected of data: of its columns, of its number of rows, and of how far it may be from other data. One object holds training data, streams and single requests to the same.</summary>
/// <remarks>
/// Immutable: every change gives a new schema. Whatever is impossible is refused when the schema is built: a range whose ends are exchanged, a domain on numbers, a comparator that does not fit the type.
/// It comes from a profile (infer), from JSON or YAML text, or from the attributes of a record type, and is stored as text that people can compare.
/// </remarks>
[JsonConverter(typeof(DataSchemaJsonConverter))]
public sealed partial record DataSchema : IFingerprinted
{
    private Dictionary<string, ColumnSchema>? _byName;

    /// <summary>Creates a schema.</summary>
    /// <param name="columns">The columns, in their order.</param>
    /// <exception cref="SchemaException">A column says something impossible, or two have one name.</exception>
    public DataSchema(params IEnumerable<ColumnSchema> columns) => Columns = EquatableList<ColumnSchema>.Of(columns);

    /// <summary>Gets what the schema is called.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the version, counted up by whoever changes the schema.</summary>
    /// <value>The default is 1.</value>
    public int Version { get; init; } = 1;

    /// <summary>Gets the columns, in their order.</summary>
    /// <exception cref="SchemaException">A column says something impossible, or two have one name.</exception>
    public IReadOnlyList<ColumnSchema> Columns
    {
        get;
        init
        {
            field = EquatableList<ColumnSchema>.Of(value);
            _byName = null;
            SchemaRules.ThrowIfImpossible(field);
        }
    }

    /// <summary>Gets the environments in which columns are expected that say nothing else.</summary>
    /// <value>Empty, the default, means every environment.</value>
    public IReadOnlyList<string> DefaultEnvironments { get; init => field = EquatableList<string>.Of(value); } = EquatableList<string>.Empty;

    /// <summary>Gets how many rows a dataset may have.</summary>
    /// <exception cref="SchemaException">The limits are impossible.</exception>
    public RowLimits Rows
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            SchemaRules.ThrowIfImpossible(value);
            field = value;
        }
    }
    = RowLimits.None;

    /// <summary>Gets a value indicating whether data may have columns that the schema does not know.</summary>
    /// <value>The default is false.</value>
    public bool AllowsNewColumns { get; init; }

    /// <summary>Gets the SHA-256 of the schema's text, in lower-case hexadecimal. Schemas that say the same have the same fingerprint.</summary>
    public string Fingerprint => SchemaText.Fingerprint(this);

    /// <summary>Gets a column.</summary>
    /// <param name="name">The name of the column.</param>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public ColumnSchema this[string name] => TryGet(name, out var column)
        ? column
        : throw new KeyNotFoundException($"The schema has no column '{name}'. It has: {string.Join(", ", Columns.Select(c => c.Name))}.");

    /// <summary>Looks for a column.</summary>
    /// <param name="name">The name of the column.</param>
    /// <param name="column">The column.</param>
    /// <returns>Whether there is such a column.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out ColumnSchema? column) =>
        (_byName ??= Columns.ToDictionary(c => c.Name, StringComparer.Ordinal)).TryGetValue(name, out column);

    /// <summary>Says whether a column is expected in an environment.</summary>
    /// <param name="column">The column.</param>
    /// <param name="environment">The environment; null expects every column.</param>
    /// <returns>Whether it is.</returns>
    public bool IsExpected(ColumnSchema column, string? environment)
    {
        ArgumentNullException.ThrowIfNull(column);
        if (environment is null || column.InEnvironments.Contains(environment)) return true;
        return !column.NotInEnvironments.Contains(environment) && (DefaultEnvironments.Count == 0 || DefaultEnvironments.Contains(environment));
    }

    /// <inheritdoc/>
    public bool Equals(DataSchema? other) =>
        other is not null && Name == other.Name && Version == other.Version && AllowsNewColumns == other.AllowsNewColumns && Rows == other.Rows
        && Columns.Equals(other.Columns) && DefaultEnvironments.Equals(other.DefaultEnvironments);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Version, AllowsNewColumns, Rows, Columns, DefaultEnvironments);

    /// <inheritdoc/>
    public override string ToString() => ToYaml();
}
