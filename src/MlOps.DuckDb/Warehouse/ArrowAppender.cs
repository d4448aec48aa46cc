using System.Runtime.InteropServices;
using Apache.Arrow;
using DuckDB.NET.Native;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>Fills a temporary table with Arrow batches, chunk by chunk, without an object for any value.</summary>
internal sealed unsafe class ArrowAppender : IDisposable
{
    private const int ChunkRows = 2048;

    private readonly DatasetSchema _schema;
    private readonly DuckDBLogicalType[] _types;
    private readonly DuckDBDataChunk _chunk;
    private readonly DuckDBAppender _appender;
    private long _rows;

    public ArrowAppender(DuckDbSession session, string table, DatasetSchema schema)
    {
        _schema = schema;
        session.Execute($"CREATE TEMPORARY TABLE {DuckDbSession.Quote(table)} ({string.Join(", ", schema.Select(c => $"{DuckDbSession.Quote(c.Name)} {DuckDbDialect.Instance.TypeOf(c.Type)}"))})");
        var state = NativeMethods.Appender.DuckDBAppenderCreateExt(session.Connection, "temp", "main", table, out _appender);
        if (!state.IsSuccess()) throw new DuckDbError(DuckDBErrorType.Catalog, $"The temporary table '{table}' cannot be filled.");
        _types = [.. Enumerable.Range(0, schema.Count).Select(i => NativeMethods.Appender.DuckDBAppenderColumnType(_appender, (ulong)i))];
        _chunk = NativeMethods.DataChunks.DuckDBCreateDataChunk([.. _types.Select(t => t.DangerousGetHandle())], (ulong)_types.Length);
    }

    public void Append(RecordBatch batch)
    {
        if (batch.ColumnCount != _schema.Count) throw new DataException($"A batch has {batch.ColumnCount} columns, and the table {_schema.Count}.");
        var given = DatasetSchema.FromArrow(batch.Schema);
        for (var i = 0; i < given.Count; i++)
        {
            if (given[i].Type != _schema[i].Type)
                throw new DataException($"Column '{given[i].Name}' of a batch is of type {given[i].Type}, and the table wants {_schema[i].Type}.") { Column = given[i].Name };
        }

        for (var start = 0; start < batch.Length; start += ChunkRows)
        {
            var count = Math.Min(ChunkRows, batch.Length - start);
            NativeMethods.DataChunks.DuckDBDataChunkReset(_chunk);
            for (var i = 0; i < _schema.Count; i++) Fill(NativeMethods.DataChunks.DuckDBDataChunkGetVector(_chunk, i), batch.Column(i), start, count);
            NativeMethods.DataChunks.DuckDBDataChunkSetSize(_chunk, (ulong)count);
            Check(NativeMethods.Appender.DuckDBAppendDataChunk(_appender, _chunk));
            _rows += count;
        }
    }

    /// <summary>Writes what is still held back.</summary>
    /// <returns>The number of rows.</returns>
    public long End()
    {
        Check(NativeMethods.Appender.DuckDBAppenderFlush(_appender));
        return _rows;
    }

    public void Dispose()
    {
        _appender.Dispose();
        _chunk.Dispose();
        foreach (var type in _types) type.Dispose();
    }

    private static void Fill(nint vector, IArrowArray array, int start, int count)
    {
        var data = NativeMethods.Vectors.DuckDBVectorGetData(vector);
        switch (array)
        {
            case Int64Array integers: Copy(integers.Values, data, start, count); break;
            case DoubleArray numbers: Copy(numbers.Values, data, start, count); break;
            case TimestampArray times: Copy(times.Values, data, start, count); break;
            case Date32Array days: Copy(days.Values, data, start, count); break;
            case Decimal128Array decimals: Copy(MemoryMarshal.Cast<byte, Int128>(decimals.ValueBuffer.Span).Slice(decimals.Offset, decimals.Length), data, start, count); break;
            case BooleanArray flags:
                for (var i = 0; i < count; i++) ((byte*)data)[i] = flags.GetValue(start + i) == true ? (byte)1 : (byte)0;
                break;
            case StringArray texts: CopyBytes(vector, texts, start, count); break;
            case BinaryArray bytes: CopyBytes(vector, bytes, start, count); break;
            default: throw new DataException($"Arrow type {array.Data.DataType.Name} is not one that a dataset holds.");
        }

        if (array.NullCount == 0) return;
        NativeMethods.Vectors.DuckDBVectorEnsureValidityWritable(vector);
        var present = NativeMethods.Vectors.DuckDBVectorGetValidity(vector);
        for (var i = 0; i < count; i++)
        {
            if (array.IsNull(start + i)) present[i >> 6] &= ~(1UL << (i & 63));
        }
    }

    private static void Copy<T>(ReadOnlySpan<T> values, void* data, int start, int count)
        where T : unmanaged => values.Slice(start, count).CopyTo(new Span<T>(data, count));

    private static void CopyBytes(nint vector, BinaryArray array, int start, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (array.IsNull(start + i)) continue;
            var bytes = array.GetBytes(start + i);
            fixed (byte* first = bytes)
            {
                byte none;
                NativeMethods.Vectors.DuckDBVectorAssignStringElementLength(vector, (ulong)i, bytes.IsEmpty ? &none : first, bytes.Length);
            }
        }
    }

    private static void Check(DuckDBState state)
    {
        if (!state.IsSuccess()) throw new DuckDbError(DuckDBErrorType.Invalid, "A row cannot be held by the temporary table: a text is not UTF-8, or memory is short.");
    }
}
