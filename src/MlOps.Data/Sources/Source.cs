using MlOps.Core;

namespace MlOps.Data;

/// <summary>Names where data comes from: <c>pipeline.Acquire(Source.Parquet("data/flights.parquet"))</c>. Nothing is read until the data is acquired.</summary>
/// <remarks>Implement <see cref="IDataSource"/> for anything else. Sources are thread-safe unless the objects given to them are not.</remarks>
public static class Source
{
    /// <summary>Reads an Apache Parquet file.</summary>
    /// <param name="path">The path of the file; a relative one starts at the process's folder.</param>
    /// <returns>The source. Its version is the digest of the file.</returns>
    public static IDataSource Parquet(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new FileSource(new ParquetFile(path));
    }

    /// <summary>Reads a file of delimited text.</summary>
    /// <param name="path">The path of the file; a relative one starts at the process's folder.</param>
    /// <param name="configure">Says how it is written, for instance <c>csv => csv with { Delimiter = ';' }</c>; null reads a comma-separated file with a header.</param>
    /// <returns>The source. Its version is the digest of the file and of how it is read.</returns>
    public static IDataSource Csv(string path, Func<CsvFile, CsvFile>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var file = new CsvFile(path);
        return new FileSource(configure is null ? file : configure(file));
    }

    /// <summary>Reads a file with one JSON object a line.</summary>
    /// <param name="path">The path of the file; a relative one starts at the process's folder.</param>
    /// <param name="schema">The types of the columns to read; null reads every member and infers its type.</param>
    /// <returns>The source. Its version is the digest of the file and of how it is read.</returns>
    public static IDataSource JsonLines(string path, DatasetSchema? schema = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new FileSource(new JsonLinesFile(path) { Schema = schema });
    }

    /// <summary>Reads records that the host has.</summary>
    /// <typeparam name="T">
    /// A class, record or structure. Its public readable properties are the columns, in the order of their declaration, those of base types first. A column is called as its property in
    /// camel case: <c>DepartureDelay</c> becomes <c>departureDelay</c>. Properties may be of any numeric type up to 64 bits, decimal, bool, char, string, Guid, an enumeration (all
    /// three text), DateOnly, DateTime (one of unspecified kind is taken as UTC), DateTimeOffset or byte[], and nullable.
    /// </typeparam>
    /// <param name="rows">The records. They are read anew, and whole, each time the data is acquired. No rows make a dataset without rows.</param>
    /// <returns>The source. It has no version, so a pipeline always reads it; the rows are not recorded as a parameter.</returns>
    /// <exception cref="ArgumentException">A property has another type, or there is none.</exception>
    public static IDataSource Rows<T>(IEnumerable<T> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new RowsSource<T>(AsAsync(rows));
    }

    /// <summary>Reads records that come one by one.</summary>
    /// <typeparam name="T">A class, record or structure, read as by <see cref="Rows{T}(IEnumerable{T})"/>.</typeparam>
    /// <param name="rows">The records. They are read anew, and whole, each time the data is acquired. No rows make a dataset without rows.</param>
    /// <returns>The source. It has no version, so a pipeline always reads it.</returns>
    /// <exception cref="ArgumentException">A property has another type, or there is none.</exception>
    public static IDataSource Rows<T>(IAsyncEnumerable<T> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new RowsSource<T>(rows);
    }

    private static async IAsyncEnumerable<T> AsAsync<T>(IEnumerable<T> rows)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var row in rows) yield return row;
    }
}
