using Apache.Arrow;

namespace MlOps.Core;

/// <summary>The engine that reads and writes columnar files and runs SQL over them. Thread-safe.</summary>
public interface IColumnarEngine
{
    /// <summary>Reads a file.</summary>
    /// <param name="file">The file and its format.</param>
    /// <param name="columns">The columns to read, in the wanted order; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Batches with the types of the file, in its order; a file without rows yields one empty batch. A batch is valid until the next one is asked for.</returns>
    /// <exception cref="DataException">The file is missing, empty or not of its format; file, row and column are named where they are known.</exception>
    IAsyncEnumerable<RecordBatch> ReadAsync(DataFile file, IReadOnlyList<string>? columns = null, CancellationToken cancellationToken = default);

    /// <summary>Runs one SQL query over Parquet files.</summary>
    /// <param name="sql">The query; it names tables and, as <c>$name</c>, parameters.</param>
    /// <param name="tables">The Parquet file behind each table name.</param>
    /// <param name="parameters">The parameters, or null for none.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>Batches of the result; at least one, which may be empty. A batch is valid until the next one is asked for.</returns>
    /// <exception cref="DataException">The query is wrong or a table cannot be read.</exception>
    IAsyncEnumerable<RecordBatch> QueryAsync(
        string sql,
        IReadOnlyDictionary<string, string> tables,
        IReadOnlyDictionary<string, object?>? parameters = null,
        CancellationToken cancellationToken = default);

    /// <summary>Writes a Parquet file of rows whose types are those of <see cref="ColumnType"/>. The same rows give the same bytes.</summary>
    /// <param name="path">The file to create. It is removed when writing fails.</param>
    /// <param name="schema">The columns.</param>
    /// <param name="rows">The rows. The size of the batches does not change the file.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="DataException">The file cannot be written, for instance because the disk is full.</exception>
    Task<long> WriteParquetAsync(string path, DatasetSchema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken = default);
}
