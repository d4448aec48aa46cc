using System.Buffers;
using System.Buffers.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>Collects one column of a text file as values of its type.</summary>
internal abstract class TextColumn(ColumnType type)
{
    public ColumnType Type { get; } = type;

    /// <summary>Gets how many bytes of text have been collected.</summary>
    public virtual int ByteCount => 0;

    /// <summary>Adds a value.</summary>
    /// <returns>False when the text is not a value of the type; nothing was added then.</returns>
    public abstract bool TryAdd(ReadOnlySpan<byte> text);

    public abstract void AddNull();

    public abstract ArrayData Take();

    public static TextColumn Create(ColumnType type) => type switch
    {
        ColumnType.Boolean => new BooleanColumn(),
        ColumnType.Int64 => new FixedColumn<long>(type, TextValue.TryInt64),
        ColumnType.Float64 => new FixedColumn<double>(type, TextValue.TryFloat64),
        ColumnType.Decimal => new FixedColumn<Int128>(type, TextValue.TryDecimal),
        ColumnType.Date => new FixedColumn<int>(type, TextValue.TryDate),
        ColumnType.Timestamp => new FixedColumn<long>(type, TextValue.TryTimestamp),
        ColumnType.Binary => new Base64Column(),
        _ => new StringColumn(),
    };

    private delegate bool Parser<T>(ReadOnlySpan<byte> text, out T value);

    private sealed class FixedColumn<T>(ColumnType type, Parser<T> parser) : TextColumn(type)
        where T : unmanaged
    {
        private readonly FixedBuffer<T> _values = new();

        public override bool TryAdd(ReadOnlySpan<byte> text)
        {
            if (!parser(text, out var value)) return false;
            _values.Add(value);
            return true;
        }

        public override void AddNull() => _values.AddNull();

        public override ArrayData Take() => _values.Take(DatasetSchema.ToArrow(Type));
    }

    private sealed class BooleanColumn() : TextColumn(ColumnType.Boolean)
    {
        private readonly BitBuffer _values = new();
        private readonly BitBuffer _present = new();

        public override bool TryAdd(ReadOnlySpan<byte> text)
        {
            if (!TextValue.TryBoolean(text, out var value)) return false;
            _values.Add(value);
            _present.Add(true);
            return true;
        }

        public override void AddNull()
        {
            _values.Add(false);
            _present.Add(false);
        }

        public override ArrayData Take()
        {
            var (length, missing) = (_values.Length, _present.UnsetCount);
            var present = _present.Take();
            return new(BooleanType.Default, length, missing, 0, [missing == 0 ? ArrowBuffer.Empty : present, _values.Take()]);
        }
    }

    private sealed class StringColumn() : TextColumn(ColumnType.String)
    {
        private readonly BytesBuffer _values = new();

        public override int ByteCount => _values.ByteCount;

        public override bool TryAdd(ReadOnlySpan<byte> text)
        {
            if (!TextValue.IsText(text)) return false;
            _values.Add(text);
            return true;
        }

        public override void AddNull() => _values.AddNull();

        public override ArrayData Take() => _values.Take(StringType.Default);
    }

    private sealed class Base64Column() : TextColumn(ColumnType.Binary)
    {
        private readonly BytesBuffer _values = new();

        public override int ByteCount => _values.ByteCount;

        public override bool TryAdd(ReadOnlySpan<byte> text)
        {
            var room = _values.Next(Base64.GetMaxDecodedFromUtf8Length(text.Length));
            if (Base64.DecodeFromUtf8(text, room, out _, out var written) != OperationStatus.Done) return false;
            _values.End(present: true, written);
            return true;
        }

        public override void AddNull() => _values.AddNull();

        public override ArrayData Take() => _values.Take(BinaryType.Default);
    }
}
