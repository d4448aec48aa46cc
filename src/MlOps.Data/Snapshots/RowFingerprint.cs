using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Computes the fingerprint of rows as they pass: the same columns and rows in the same order give the same one, however they are divided into batches.</summary>
/// <remarks>
/// SHA-256 over the format's name and, for each column, its name, its type and three digests: of the values (as little-endian bytes, zero where one is missing, any NaN as one NaN;
/// the bytes of texts one after the other), of the lengths of texts, and of the numbers of the rows where a value is missing; at last the number of rows.
/// </remarks>
internal sealed class RowFingerprint : IDisposable
{
    private readonly DatasetSchema _schema;
    private readonly ColumnHash[] _columns;

    public RowFingerprint(DatasetSchema schema)
    {
        _schema = schema;
        _columns = [.. schema.Select(_ => new ColumnHash())];
    }

    public long RowCount { get; private set; }

    public void Append(RecordBatch batch)
    {
        for (var i = 0; i < _columns.Length; i++) _columns[i].Append(batch.Column(i), _schema[i].Type, RowCount);
        RowCount += batch.Length;
    }

    public string Finish()
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendText(all, "mlops-dataset-1");
        for (var i = 0; i < _columns.Length; i++)
        {
            AppendText(all, _schema[i].Name);
            AppendText(all, _schema[i].Type.ToString());
            _columns[i].Finish(all);
        }

        AppendNumber(all, RowCount);
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    public void Dispose()
    {
        foreach (var column in _columns) column.Dispose();
    }

    private static void AppendText(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        AppendNumber(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void AppendNumber(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private sealed class ColumnHash : IDisposable
    {
        private readonly IncrementalHash _values = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly IncrementalHash _lengths = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly IncrementalHash _missing = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Append(IArrowArray column, ColumnType type, long rowsBefore)
        {
            if (column.Length == 0) return;
            var valid = Columns.Valid(column);
            AppendMissing(valid, column.Length, rowsBefore);
            switch (type)
            {
                case ColumnType.Float64: AppendDoubles(Columns.Doubles(column), valid); break;
                case ColumnType.Decimal: AppendFixed(Columns.Decimals(column), valid); break;
                case ColumnType.String or ColumnType.Binary: AppendBytes(column, valid); break;
                default: AppendFixed(Columns.Integers(column), valid); break;
            }
        }

        public void Finish(IncrementalHash all)
        {
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            foreach (var hash in new[] { _values, _lengths, _missing })
            {
                hash.GetHashAndReset(digest);
                all.AppendData(digest);
            }
        }

        public void Dispose()
        {
            _values.Dispose();
            _lengths.Dispose();
            _missing.Dispose();
        }

        private void AppendMissing(byte[]? valid, int length, long rowsBefore)
        {
            if (valid is null) return;
            for (var i = 0; i < length; i++)
            {
                if (!Columns.IsSet(valid, i)) AppendNumber(_missing, rowsBefore + i);
            }
        }

        private void AppendDoubles(ReadOnlySpan<double> values, byte[]? valid)
        {
            var isPlain = true;
            foreach (var value in values) isPlain &= !double.IsNaN(value);
            if (isPlain)
            {
                AppendFixed(values, valid);
                return;
            }

            var copy = ArrayPool<double>.Shared.Rent(values.Length);
            for (var i = 0; i < values.Length; i++) copy[i] = double.IsNaN(values[i]) ? double.NaN : values[i];
            AppendFixed<double>(copy.AsSpan(0, values.Length), valid);
            ArrayPool<double>.Shared.Return(copy);
        }

        private void AppendFixed<T>(ReadOnlySpan<T> values, byte[]? valid)
            where T : unmanaged
        {
            if (valid is null)
            {
                _values.AppendData(MemoryMarshal.AsBytes(values));
                return;
            }

            var copy = ArrayPool<T>.Shared.Rent(values.Length);
            for (var i = 0; i < values.Length; i++) copy[i] = Columns.IsSet(valid, i) ? values[i] : default;
            _values.AppendData(MemoryMarshal.AsBytes(copy.AsSpan(0, values.Length)));
            ArrayPool<T>.Shared.Return(copy);
        }

        private void AppendBytes(IArrowArray column, byte[]? valid)
        {
            var lengths = ArrayPool<int>.Shared.Rent(column.Length);
            if (valid is null)
            {
                // The texts lie one after the other.
                var texts = (BinaryArray)column;
                var offsets = texts.ValueOffsets;
                for (var i = 0; i < column.Length; i++) lengths[i] = offsets[i + 1] - offsets[i];
                _values.AppendData(texts.Values[offsets[0]..offsets[column.Length]]);
            }
            else
            {
                for (var i = 0; i < column.Length; i++)
                {
                    var bytes = Columns.IsSet(valid, i) ? Columns.Bytes(column, i) : default;
                    lengths[i] = bytes.Length;
                    _values.AppendData(bytes);
                }
            }

            _lengths.AppendData(MemoryMarshal.AsBytes(lengths.AsSpan(0, column.Length)));
            ArrayPool<int>.Shared.Return(lengths);
        }
    }
}
