using System.Runtime.InteropServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>The values of one feature for all rows.</summary>
internal sealed class WindowResults(Feature feature, int rows)
{
    private readonly byte[] _bits = new byte[feature.Type is ColumnType.String or ColumnType.Decimal ? 0 : checked(rows * 8)];
    private readonly byte[] _present = new byte[(rows + 7) / 8]; // a bit a row
    private readonly string[]? _texts = feature.Type == ColumnType.String ? new string[rows] : null;
    private readonly decimal[]? _decimals = feature.Type == ColumnType.Decimal ? new decimal[rows] : null;

    public void Set(int row, long bits)
    {
        MemoryMarshal.Cast<byte, long>(_bits.AsSpan())[row] = bits;
        MarkPresent(row);
    }

    public void Set(int row, double value) => Set(row, BitConverter.DoubleToInt64Bits(value));

    public void Set(int row, decimal value)
    {
        _decimals![row] = value;
        MarkPresent(row);
    }

    /// <summary>Sets a value of a column.</summary>
    public void Set(int row, WindowColumn column, long bits)
    {
        switch (column.Type)
        {
            case ColumnType.String:
                _texts![row] = column.Texts[bits];
                MarkPresent(row);
                break;
            case ColumnType.Decimal:
                Set(row, column.Decimals[bits]);
                break;
            default:
                Set(row, bits);
                break;
        }
    }

    /// <summary>Gives some rows as an Arrow array, without copying numbers.</summary>
    public IArrowArray ToArrow(int from, int count)
    {
        if (feature.Type is ColumnType.Int64 or ColumnType.Float64 or ColumnType.Timestamp)
        {
            var (validity, missing) = Validity(from, count);
            var values = new ArrowBuffer(_bits.AsMemory(from * 8, count * 8));
            return feature.Type switch
            {
                ColumnType.Int64 => new Int64Array(values, validity, count, missing, 0),
                ColumnType.Float64 => new DoubleArray(values, validity, count, missing, 0),
                _ => new TimestampArray(new Apache.Arrow.Types.TimestampType(Apache.Arrow.Types.TimeUnit.Microsecond, "UTC"), values, validity, count, missing, 0),
            };
        }

        var builder = new ArrowColumnBuilder(feature.Type);
        for (var row = from; row < from + count; row++) builder.Append(ValueOf(row));
        return builder.Build();
    }

    /// <summary>Gives the value of a row.</summary>
    public FeatureValue ValueOf(int row) => !IsPresent(row) ? default : feature.Type switch
    {
        ColumnType.String => _texts![row],
        ColumnType.Decimal => _decimals![row],
        _ => FeatureValue.FromBits(feature.Type, MemoryMarshal.Cast<byte, long>(_bits.AsSpan())[row]),
    };

    private bool IsPresent(int row) => (_present[row >> 3] & (1 << (row & 7))) != 0;

    private void MarkPresent(int row) => _present[row >> 3] |= (byte)(1 << (row & 7));

    private (ArrowBuffer Bits, int Missing) Validity(int from, int count)
    {
        var bits = new byte[(count + 7) / 8];
        var missing = count;
        for (var i = 0; i < count; i++)
        {
            if (!IsPresent(from + i)) continue;
            bits[i >> 3] |= (byte)(1 << (i & 7));
            missing--;
        }

        return missing == 0 ? (ArrowBuffer.Empty, 0) : (new(bits), missing);
    }
}
