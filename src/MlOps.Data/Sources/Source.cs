using System.Data.Common;
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

    /// <summary>Reads the result of a query of any ADO.NET provider. Order the rows in the query: the same rows in another order are another dataset.</summary>
    /// <param name="connect">Makes the connection, which is opened when it is closed and disposed of after reading. What it captures is never recorded.</param>
    /// <param name="sql">The query. It is recorded as the origin, so put no secrets into it.</param>
    /// <param name="parameters">The values of its parameters, by the names that the provider expects; null for none.</param>
    /// <returns>
    /// The source. It has no version, so a pipeline always reads it. Columns have the types that the provider gives, widened. SQLite types each value by itself: there a column's
    /// declared type decides (BOOL…, …INT…, …CHAR…, TEXT, REAL, DOUBLE, DECIMAL, NUMERIC, DATE, DATETIME, TIMESTAMP); an expression, a BLOB or a column without a type is what the
    /// first 8192 rows hold. A value that does not fit is a <see cref="DataException"/> that names row and column.
    /// </returns>
    public static IDataSource Query(Func<DbConnection> connect, string sql, IReadOnlyDictionary<string, object?>? parameters = null)
    {
        ArgumentNullException.ThrowIfNull(connect);
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        return new QuerySource(connect, sql, parameters);
    }

    /// <summary>Reads the result of a query, as <see cref="Query(Func{DbConnection}, string, IReadOnlyDictionary{string, object?}?)"/> does.</summary>
    /// <param name="dataSource">Makes the connections. It is never recorded and not disposed of.</param>
    /// <param name="sql">The query. It is recorded as the origin, so put no secrets into it.</param>
    /// <param name="parameters">The values of its parameters, by the names that the provider expects; null for none.</param>
    /// <returns>The source. It has no version, so a pipeline always reads it.</returns>
    public static IDataSource Query(DbDataSource dataSource, string sql, IReadOnlyDictionary<string, object?>? parameters = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return Query(dataSource.CreateConnection, sql, parameters);
    }

    /// <summary>Downloads a file and reads it.</summary>
    /// <param name="address">The address, http or https. A user and password in it are sent as basic authentication; neither they nor the query are ever shown.</param>
    /// <param name="format">Says what the file is, from the path it was downloaded to: <c>path => new ParquetFile(path)</c>.</param>
    /// <param name="maxBytes">The most bytes to download; null for no limit.</param>
    /// <returns>
    /// The source. Its version is the strong ETag that the server gives, if it gives one. The client is the one called <c>MlOps.Data</c> of <see cref="IHttpClientFactory"/>, so that a
    /// host can add headers or handlers. Reading throws a <see cref="DataTooLargeException"/> at the limit, and a <see cref="DataException"/> that names the address when the server refuses,
    /// cannot be reached or breaks off; it is transient when another attempt may help.
    /// </returns>
    /// <exception cref="ArgumentException">The address is not absolute or has another scheme.</exception>
    public static IDataSource Http(Uri address, Func<string, DataFile> format, long? maxBytes = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(format);
        if (maxBytes is { } limit) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit, nameof(maxBytes));
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https")) throw new ArgumentException("Give an absolute address that starts with http: or https:.", nameof(address));
        return new HttpSource(new WebAddress(address), format, maxBytes);
    }

    private static async IAsyncEnumerable<T> AsAsync<T>(IEnumerable<T> rows)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var row in rows) yield return row;
    }
}
