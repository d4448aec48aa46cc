using System.Runtime.CompilerServices;
using Apache.Arrow;
using DuckDB.NET.Native;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>The embedded engine. Files are read by statements of ours, over connections to one database; a query that somebody else wrote has a database of its own, which reaches its tables and nothing else.</summary>
internal sealed class DuckDbEngine(IOptions<DuckDbOptions> options) : IColumnarEngine, IDisposable
{
    private readonly Lock _gate = new();
    private DuckDbDatabase? _database; // opening one costs more than reading a small file
    private bool _isDisposed;

    public IAsyncEnumerable<RecordBatch> ReadAsync(DataFile file, IReadOnlyList<string>? columns = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        var path = FullPath(file.Path);
        return file switch
        {
            ParquetFile parquet => ReadParquetAsync(parquet with { Path = path }, columns, cancellationToken),
            CsvFile csv => ReadCsvAsync(csv with { Path = path }, columns, cancellationToken),
            JsonLinesFile json => ReadJsonLinesAsync(json with { Path = path }, columns, cancellationToken),
            _ => throw new ArgumentException($"DuckDB does not read {file.GetType().Name}.", nameof(file)),
        };
    }

    public async IAsyncEnumerable<RecordBatch> QueryAsync(
        string sql,
        IReadOnlyDictionary<string, string> tables,
        IReadOnlyDictionary<string, object?>? parameters = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        ArgumentNullException.ThrowIfNull(tables);
        if (tables.Keys.Any(string.IsNullOrWhiteSpace)) throw new ArgumentException("A table has no name.", nameof(tables));
        if (tables.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() < tables.Count) throw new ArgumentException("Two tables have names that differ in case only, which SQL does not tell apart.", nameof(tables));
        var files = tables.ToDictionary(t => t.Key, t => FullPath(t.Value), StringComparer.Ordinal);
        foreach (var file in files.Values) CheckReadable(file);
        using var session = DuckDbSession.Confined(options.Value, files.Values);
        var run = new Interruptible(session, e => QueryError(e), cancellationToken);
        foreach (var (table, file) in files)
        {
            var create = $"CREATE TEMP VIEW {DuckDbSession.Quote(table)} AS SELECT * FROM {ParquetScan(file)}";
            await run.DoAsync(() => { session.Execute(create); return true; }, e => ParquetError(e, file)).ConfigureAwait(false);
        }

        session.Lock();
        using var result = await run.DoAsync(() => session.Query(sql, parameters)).ConfigureAwait(false);
        await foreach (var batch in run.ReadAsync(result).ConfigureAwait(false)) yield return batch;
    }

    public Task<long> WriteParquetAsync(string path, DatasetSchema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(rows);
        return ParquetTable.WriteAsync(FullPath(path), schema, rows, cancellationToken);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _database?.Dispose();
        }
    }

    private DuckDbDatabase Database()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _database ??= new(options.Value);
        }
    }

    private async IAsyncEnumerable<RecordBatch> ReadParquetAsync(ParquetFile file, IReadOnlyList<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CheckReadable(file.Path);
        using var session = new DuckDbSession(Database());
        var run = new Interruptible(session, e => ParquetError(e, file.Path), cancellationToken);
        var names = await run.DoAsync(() => ColumnNames(session, file.Path)).ConfigureAwait(false);
        var wanted = columns ?? names;

        // By position, for the engine does not tell names apart that differ in case only.
        var select = string.Join(", ", wanted.Select(name => $"c{Position(names, name, file.Path)} AS {DuckDbSession.Quote(name)}"));
        var sql = $"SELECT {select} FROM {ParquetScan(file.Path)} AS t({string.Join(", ", names.Select((_, i) => $"c{i}"))})";
        using var result = await run.DoAsync(() => session.Query(sql)).ConfigureAwait(false);
        await foreach (var batch in run.ReadAsync(result).ConfigureAwait(false)) yield return batch;
    }

    private async IAsyncEnumerable<RecordBatch> ReadCsvAsync(CsvFile file, IReadOnlyList<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CheckReadable(file.Path);
        using var session = new DuckDbSession(Database());
        var run = new Interruptible(session, e => CsvReader.Explain(e, file) ?? FileError(e, file.Path), cancellationToken);
        var reader = await run.DoAsync(() => new CsvReader(file, columns, session)).ConfigureAwait(false);
        var types = await run.DoAsync(reader.GetSchema).ConfigureAwait(false);
        var schema = types.ToArrow();
        var typed = types.Select(c => TextColumn.Create(c.Type)).ToArray();
        using var result = await run.DoAsync(reader.Open).ConfigureAwait(false);
        var rows = 0L;
        while (await run.DoAsync(() => result.Next() is { } texts ? reader.Convert(texts, schema, typed, rows) : null).ConfigureAwait(false) is { } batch)
        {
            rows += batch.Length;
            yield return batch;
        }

        if (rows == 0) yield return JsonLinesReader.Take(schema, typed, 0);
    }

    private static async IAsyncEnumerable<RecordBatch> ReadJsonLinesAsync(
        JsonLinesFile file, IReadOnlyList<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CheckReadable(file.Path);
        var all = file.Schema ?? await Task.Run(() => JsonLinesReader.Infer(file.Path, cancellationToken), CancellationToken.None).ConfigureAwait(false);
        if (all.Count == 0) throw new DataException($"File '{file.Path}' has no rows, so its columns are unknown. Declare a schema.") { DataSource = file.Path };
        var types = columns is null ? all : new DatasetSchema(columns.Select(name => all[Position([.. all.Select(c => c.Name)], name, file.Path)]));
        var schema = types.ToArrow();
        var typed = types.Select(c => TextColumn.Create(c.Type)).ToArray();
        using var reader = new JsonLinesReader(file.Path);
        var any = false;
        while (await Task.Run(() => reader.Next(schema, types, typed), CancellationToken.None).ConfigureAwait(false) is { } batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            any = true;
            yield return batch;
        }

        if (!any) yield return JsonLinesReader.Take(schema, typed, 0);
    }

    private static string ParquetScan(string path) => $"read_parquet({DuckDbSession.Literal(path)}, hive_partitioning = false)";

    /// <summary>Lists the columns at the top level, as the file writes their names.</summary>
    private static List<string> ColumnNames(DuckDbSession session, string path)
    {
        using var result = session.Query($"SELECT name, COALESCE(num_children, 0)::BIGINT FROM parquet_schema({DuckDbSession.Literal(path)})");
        var names = new List<string>();
        var inside = 1L; // elements that belong to the root or to a nested column
        for (var batch = result.Next(); batch is not null; batch = result.Next())
        {
            var (name, children) = ((StringArray)batch.Column(0), (Int64Array)batch.Column(1));
            for (var i = 0; i < batch.Length; i++)
            {
                if (inside == 0)
                {
                    names.Add(name.GetString(i));
                    inside = children.GetValue(i)!.Value;
                }
                else if (names.Count == 0)
                {
                    inside = 0; // the root
                }
                else
                {
                    inside += children.GetValue(i)!.Value - 1;
                }
            }
        }

        return names;
    }

    private static int Position(List<string> names, string name, string path)
    {
        var position = names.IndexOf(name);
        if (position >= 0) return position;
        throw new DataException($"File '{path}' has no column '{name}'. It has: {string.Join(", ", names)}.") { DataSource = path, Column = name };
    }

    private static string FullPath(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Path.GetFullPath(path);
    }

    private static void CheckReadable(string path)
    {
        if (!File.Exists(path)) throw new DataException($"There is no file '{path}'. Check the path and the folder that the process runs in.") { DataSource = path };
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            if (file.Length == 0) throw new DataException($"File '{path}' is empty.") { DataSource = path };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"File '{path}' cannot be opened: {e.Message} Give the process the right to read it.", e) { DataSource = path };
        }
    }

    private static DataException ParquetError(DuckDbError e, string path) => e.Type switch
    {
        DuckDBErrorType.OutOfMemory => OutOfMemory(e),
        _ => new DataException($"File '{path}' cannot be read as Parquet: {e.Summary} If it was copied, copy it again.", e) { DataSource = path },
    };

    private static DataException FileError(DuckDbError e, string path) => e.Type switch
    {
        DuckDBErrorType.OutOfMemory => OutOfMemory(e),
        _ => new DataException($"File '{path}' cannot be read: {e.Summary}", e) { DataSource = path },
    };

    private static DataException QueryError(DuckDbError e) => e.Type switch
    {
        DuckDBErrorType.OutOfMemory => OutOfMemory(e),
        DuckDBErrorType.Permission => new DataException($"The query reaches for something other than its tables: {e.Summary}", e) { DataSource = "query" },
        _ => new DataException($"The query failed: {e.Message}", e) { DataSource = "query" },
    };

    private static DataException OutOfMemory(DuckDbError e) =>
        new($"The engine needs more memory than it may use. Raise MlOps:DuckDb:MemoryLimit or read fewer columns. {e.Summary}", e);
}
