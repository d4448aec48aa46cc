using Apache.Arrow;
using DuckDB.NET.Native;

namespace MlOps.DuckDb;

/// <summary>A result that is still being made: its chunks are gathered into Arrow batches as they come.</summary>
internal sealed unsafe class DuckDbResult : IDisposable
{
    private readonly VectorColumn[] _columns;
    private DuckDBResult _result;
    private bool _ended;

    /// <summary>Takes a result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="widens">Whether the columns get the types that a dataset holds; otherwise they keep those of the engine.</param>
    public DuckDbResult(DuckDBResult result, bool widens = false)
    {
        _result = result;
        try
        {
            _columns = new VectorColumn[NativeMethods.Query.DuckDBColumnCount(ref _result)];
            var fields = new Field[_columns.Length];
            for (var i = 0; i < _columns.Length; i++)
            {
                var name = NativeMethods.Query.DuckDBColumnName(ref _result, i);
                using var type = NativeMethods.Query.DuckDBColumnLogicalType(ref _result, i);
                _columns[i] = widens ? WideColumn.Create(name, type) : VectorColumn.Create(name, type);
                fields[i] = new Field(name, _columns[i].Type, nullable: true);
            }

            Schema = new Schema(fields, metadata: null);
        }
        catch
        {
            _result.Close();
            throw;
        }
    }

    public Schema Schema { get; }

    /// <summary>Reads on.</summary>
    /// <returns>A batch with rows; null at the end.</returns>
    public RecordBatch? Next()
    {
        var rows = 0;
        while (!_ended && rows < RowBatch.Rows - 2047 && !_columns.Any(c => c.ByteCount > RowBatch.Bytes))
        {
            using var chunk = NativeMethods.StreamingResult.DuckDBStreamFetchChunk(_result);
            if (chunk.IsInvalid)
            {
                _ended = true;
                if (NativeMethods.Query.DuckDBResultError(ref _result) is { Length: > 0 } error) throw new DuckDbError(NativeMethods.Query.DuckDBResultErrorType(ref _result), error);
                break;
            }

            var count = (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(chunk);
            _ended = count == 0;
            for (var i = 0; i < _columns.Length; i++)
            {
                var vector = NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, i);
                var present = NativeMethods.Vectors.DuckDBVectorGetValidity(vector);
                _columns[i].Append(NativeMethods.Vectors.DuckDBVectorGetData(vector), AllSet(present, count) ? null : present, count);
            }

            rows += count;
        }

        return rows == 0 ? null : Take(rows);
    }

    /// <summary>Gives a batch without rows, so that the columns of an empty result are known.</summary>
    public RecordBatch Empty() => Take(0);

    public void Dispose() => _result.Close();

    private static bool AllSet(ulong* present, int count)
    {
        if (present is null) return true;
        var words = new ReadOnlySpan<ulong>(present, count >> 6);
        var rest = (1UL << (count & 63)) - 1;
        return !words.ContainsAnyExcept(ulong.MaxValue) && (rest == 0 || (present[count >> 6] & rest) == rest);
    }

    private RecordBatch Take(int rows) => new(Schema, _columns.Select(c => ArrowArrayFactory.BuildArray(c.Take())), rows);
}
