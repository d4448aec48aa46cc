using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using MlOps.Core;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using Column = MlOps.Core.Column;

namespace MlOps.DuckDb;

/// <summary>Collects one column of a row group and writes it.</summary>
internal abstract class ParquetColumn(DataField field, int capacity)
{
    private int[] _levels = new int[Math.Min(capacity, 1_024)];

    /// <summary>Gets the column as the file describes it.</summary>
    public DataField Field { get; } = field;

    protected int Length { get; private set; }

    /// <summary>Gets 1 for each value and 0 for each missing one, which is how Parquet writes them (definition levels).</summary>
    protected ReadOnlyMemory<int> Levels => _levels.AsMemory(0, Length);

    public static ParquetColumn Create(Column column, int capacity) => column.Type switch
    {
        ColumnType.Boolean => new BooleanColumn(column.Name, capacity),
        ColumnType.Int64 => new FixedColumn<long>(new DataField(column.Name, typeof(long), isNullable: true), null, capacity),
        ColumnType.Float64 => new FixedColumn<double>(new DataField(column.Name, typeof(double), isNullable: true), null, capacity),
        ColumnType.Date => new FixedColumn<int>(
            new DateTimeDataField(column.Name, DateTimeFormat.Date, isNullable: true), new DataField(column.Name, typeof(int), isNullable: true), capacity),
        ColumnType.Timestamp => new FixedColumn<long>(
            new DateTimeDataField(column.Name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, DateTimeTimeUnit.Micros, isNullable: true),
            new DataField(column.Name, typeof(long), isNullable: true),
            capacity),
        ColumnType.Decimal => new DecimalColumn(column.Name, capacity),
        ColumnType.String => new StringColumn(column.Name, capacity),
        ColumnType.Binary => new BinaryColumn(column.Name, capacity),
        _ => throw new ArgumentOutOfRangeException(nameof(column), column.Type, "Not a column type."),
    };

    /// <summary>Counts the bytes of text that some rows hold; none for other types.</summary>
    public static long ByteCount(IArrowArray array, int start, int count) =>
        array is BinaryArray { Length: > 0 } texts ? texts.ValueOffsets[start + count] - texts.ValueOffsets[start] : 0;

    /// <summary>Adds rows of a batch.</summary>
    /// <param name="array">The column in the batch.</param>
    /// <param name="start">The first row.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="rowsBefore">How many rows the file has before them.</param>
    public void Append(IArrowArray array, int start, int count, long rowsBefore)
    {
        Grow(ref _levels, Length + count);
        var levels = _levels.AsSpan(Length, count);
        if (array.NullCount == 0) levels.Fill(1);
        else
        {
            for (var i = 0; i < count; i++) levels[i] = array.IsNull(start + i) ? 0 : 1;
        }

        Append(array, start, levels, rowsBefore);
        Length += count;
    }

    /// <summary>Writes the column and starts anew.</summary>
    public async Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellationToken)
    {
        await WriteValuesAsync(group, cancellationToken).ConfigureAwait(false);
        Length = 0;
    }

    protected abstract void Append(IArrowArray array, int start, ReadOnlySpan<int> levels, long rowsBefore);

    protected abstract Task WriteValuesAsync(ParquetRowGroupWriter group, CancellationToken cancellationToken);

    protected static void Grow<T>(ref T[] items, int length)
    {
        if (items.Length < length) System.Array.Resize(ref items, Math.Max(length, items.Length * 2));
    }

    /// <summary>Attaches a field to a schema of its own: the writer asks for it, and finds the column by its name.</summary>
    private static DataField Attach(DataField field)
    {
        _ = new ParquetSchema(field);
        return field;
    }

    /// <param name="field">The column as the file describes it.</param>
    /// <param name="storage">The column as its values are given, when that is not the same: Parquet stores days and moments as integers, and so does Arrow.</param>
    /// <param name="capacity">The most rows.</param>
    private sealed class FixedColumn<T>(DataField field, DataField? storage, int capacity) : ParquetColumn(field, capacity)
        where T : unmanaged, IEquatable<T>
    {
        private readonly DataField _storage = storage is null ? field : Attach(storage);
        private T[] _values = new T[Math.Min(capacity, 1_024)];
        private int _count;

        protected override void Append(IArrowArray array, int start, ReadOnlySpan<int> levels, long rowsBefore)
        {
            var values = ((PrimitiveArray<T>)array).Values.Slice(start, levels.Length);
            Grow(ref _values, _count + levels.Length);
            if (array.NullCount == 0)
            {
                values.CopyTo(_values.AsSpan(_count));
                _count += values.Length;
                return;
            }

            for (var i = 0; i < levels.Length; i++)
            {
                if (levels[i] != 0) _values[_count++] = values[i];
            }
        }

        protected override async Task WriteValuesAsync(ParquetRowGroupWriter group, CancellationToken cancellationToken)
        {
            await group.WriteAllPartsAsync<T>(_storage, _values.AsMemory(0, _count), Levels, null, cancellationToken).ConfigureAwait(false);
            _count = 0;
        }
    }

    private sealed class BooleanColumn(string name, int capacity) : ParquetColumn(new DataField(name, typeof(bool), isNullable: true), capacity)
    {
        private bool[] _values = new bool[Math.Min(capacity, 1_024)];
        private int _count;

        protected override void Append(IArrowArray array, int start, ReadOnlySpan<int> levels, long rowsBefore)
        {
            var values = (BooleanArray)array;
            Grow(ref _values, _count + levels.Length);
            for (var i = 0; i < levels.Length; i++)
            {
                if (levels[i] != 0) _values[_count++] = values.GetValue(start + i)!.Value;
            }
        }

        protected override async Task WriteValuesAsync(ParquetRowGroupWriter group, CancellationToken cancellationToken)
        {
            await group.WriteAllPartsAsync<bool>(Field, _values.AsMemory(0, _count), Levels, null, cancellationToken).ConfigureAwait(false);
            _count = 0;
        }
    }

    private sealed class DecimalColumn(string name, int capacity) : ParquetColumn(new BigDecimalDataField(name, 38, 18, isNullable: true), capacity)
    {
        private BigDecimal[] _values = new BigDecimal[Math.Min(capacity, 1_024)];
        private int _count;

        protected override void Append(IArrowArray array, int start, ReadOnlySpan<int> levels, long rowsBefore)
        {
            var decimals = (Decimal128Array)array;
            var values = MemoryMarshal.Cast<byte, Int128>(decimals.ValueBuffer.Span).Slice(decimals.Offset + start, levels.Length);
            Grow(ref _values, _count + levels.Length);
            for (var i = 0; i < levels.Length; i++)
            {
                if (levels[i] != 0) _values[_count++] = new BigDecimal(values[i], 38, 18);
            }
        }

        protected override async Task WriteValuesAsync(ParquetRowGroupWriter group, CancellationToken cancellationToken)
        {
            await group.WriteAllPartsAsync<BigDecimal>(Field, _values.AsMemory(0, _count), Levels, null, cancellationToken).ConfigureAwait(false);
            _count = 0;
        }
    }

    private sealed class BinaryColumn(string name, int capacity) : ParquetColumn(new DataField(name, typeof(byte[]), isNullable: true, isArray: false), capacity)
    {
        private ReadOnlyMemory<byte>[] _values = new ReadOnlyMemory<byte>[Math.Min(capacity, 1_024)];
        private int _count;

        protected override void Append(IArrowArray array, int start, ReadOnlySpan<int> levels, long rowsBefore)
        {
            var values = (BinaryArray)array;
            Grow(ref _values, _count + levels.Length);
            for (var i = 0; i < levels.Length; i++)
            {
                if (levels[i] != 0) _values[_count++] = values.GetBytes(start + i).ToArray();
            }
        }

        protected override async Task WriteValuesAsync(ParquetRowGroupWriter group, CancellationToken cancellationToken)
        {
            await group.WriteAllPartsAsync<ReadOnlyMemory<byte>>(Field, _values.AsMemory(0, _count), Levels, null, cancellationToken).ConfigureAwait(false);
            System.Array.Clear(_values, 0, _count);
            _count = 0;
        }
    }

    /// <remarks>
    /// Equal texts become one string. Parquet.Net writes the least and the greatest text of a group, but finds them in UTF-16 order, where Parquet
    /// orders UTF-8: these differ beyond the basic plane, and a reader that skips groups by them would lose rows. Such groups, and those with very long
    /// texts, are written as plain bytes, which have no such statistics.
    /// </remarks>
    private sealed class StringColumn(string name, int capacity) : ParquetColumn(new DataField(name, typeof(string), isNullable: true), capacity)
    {
        private const int LongText = 1_024;
        private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        private readonly DataField _bytes = Attach(new DataField(name, typeof(byte[]), isNullable: true, isArray: false));
        private readonly HashSet<string> _known = new(StringComparer.Ordinal);
        private ReadOnlyMemory<char>[] _values = new ReadOnlyMemory<char>[Math.Min(capacity, 1_024)];
        private char[] _text = new char[LongText];
        private bool _asBytes;
        private int _count;

        protected override void Append(IArrowArray array, int start, ReadOnlySpan<int> levels, long rowsBefore)
        {
            var texts = (StringArray)array;
            var known = _known.GetAlternateLookup<ReadOnlySpan<char>>();
            Grow(ref _values, _count + levels.Length);
            for (var i = 0; i < levels.Length; i++)
            {
                if (levels[i] == 0) continue;
                var text = Decode(texts.GetBytes(start + i), rowsBefore + i + 1);
                if (text.Length > LongText)
                {
                    _asBytes = true;
                    _values[_count++] = text.ToString().AsMemory();
                    continue;
                }

                if (!known.TryGetValue(text, out var same)) _known.Add(same = text.ToString());
                _values[_count++] = same.AsMemory();
            }
        }

        protected override async Task WriteValuesAsync(ParquetRowGroupWriter group, CancellationToken cancellationToken)
        {
            var values = _values.AsMemory(0, _count);
            if (_asBytes) await group.WriteAllPartsAsync<ReadOnlyMemory<byte>>(_bytes, Encode(values.Span), Levels, null, cancellationToken).ConfigureAwait(false);
            else await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(Field, values, Levels, null, cancellationToken).ConfigureAwait(false);
            System.Array.Clear(_values, 0, _count);
            _known.Clear();
            _asBytes = false;
            _count = 0;
        }

        private ReadOnlySpan<char> Decode(ReadOnlySpan<byte> bytes, long row)
        {
            Grow(ref _text, bytes.Length);
            try
            {
                var text = _text.AsSpan(0, Strict.GetChars(bytes, _text));
                if (text.ContainsAnyInRange('\uD800', '\uDFFF')) _asBytes = true;
                return text;
            }
            catch (DecoderFallbackException e)
            {
                throw new DataException($"Row {row} holds in column '{Field.Name}' bytes that are not text in UTF-8. Read the column as Binary or correct the source.", e)
                {
                    Row = row,
                    Column = Field.Name,
                };
            }
        }

        private static ReadOnlyMemory<byte>[] Encode(ReadOnlySpan<ReadOnlyMemory<char>> texts)
        {
            var encoded = new ReadOnlyMemory<byte>[texts.Length];
            for (var i = 0; i < texts.Length; i++)
            {
                var bytes = new byte[Strict.GetByteCount(texts[i].Span)];
                Strict.GetBytes(texts[i].Span, bytes);
                encoded[i] = bytes;
            }

            return encoded;
        }
    }
}
