namespace MlOps.Core;

/// <summary>A file of rows and its format.</summary>
/// <param name="Path">The path of the file.</param>
public abstract record DataFile(string Path);

/// <summary>An Apache Parquet file.</summary>
/// <param name="Path">The path of the file.</param>
public sealed record ParquetFile(string Path) : DataFile(Path);

/// <summary>A file with one JSON object a line. A member that a line lacks is a missing value.</summary>
/// <param name="Path">The path of the file.</param>
public sealed record JsonLinesFile(string Path) : DataFile(Path)
{
    /// <summary>Gets the types of the columns to read.</summary>
    /// <value>Null, the default, reads every member and infers its type from the whole file.</value>
    public DatasetSchema? Schema { get; init; }
}

/// <summary>A file of delimited text (RFC 4180).</summary>
/// <param name="Path">The path of the file.</param>
public sealed record CsvFile(string Path) : DataFile(Path)
{
    /// <summary>Gets the character between two fields.</summary>
    /// <value>The default is a comma.</value>
    public char Delimiter { get; init; } = ',';

    /// <summary>Gets whether the first line holds the names of the columns.</summary>
    /// <value>The default is true. Without a header the columns are called column0, column1 and so on, or as <see cref="Schema"/> says.</value>
    public bool HasHeader { get; init; } = true;

    /// <summary>Gets the texts that mean a missing value.</summary>
    /// <value>The default is the empty field alone.</value>
    public IReadOnlyList<string> NullTexts { get; init; } = [""];

    /// <summary>Gets the types of the columns.</summary>
    /// <value>Null, the default, infers them from the whole file.</value>
    public DatasetSchema? Schema { get; init; }
}
