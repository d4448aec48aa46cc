using System.Text;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Collects values as an Arrow array of the type of a column.</summary>
internal sealed class ArrowColumnBuilder
{
    private readonly ColumnType _type;
    private readonly IArrowArrayBuilder _builder;

    public ArrowColumnBuilder(ColumnType type)
    {
        _type = type;
        _builder = type switch
        {
            ColumnType.Boolean => new BooleanArray.Builder(),
            ColumnType.Int64 => new Int64Array.Builder(),
            ColumnType.Float64 => new DoubleArray.Builder(),
            ColumnType.Decimal => new Decimal128Array.Builder(new(38, 18)),
            ColumnType.String => new StringArray.Builder(),
            ColumnType.Date => new Date32Array.Builder(),
            ColumnType.Timestamp => new TimestampArray.Builder(new Apache.Arrow.Types.TimestampType(Apache.Arrow.Types.TimeUnit.Microsecond, "UTC")),
            _ => new BinaryArray.Builder(),
        };
    }

    /// <summary>Adds a value of the column's type, or a missing one.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="DataException">It has another type.</exception>
    public void Append(FeatureValue value)
    {
        if (!value.IsMissing && value.Type != _type) throw new DataException($"A value of type {value.Type} does not fit a column of type {_type}.");
        switch (_builder)
        {
            case BooleanArray.Builder flags: _ = value.IsMissing ? flags.AppendNull() : flags.Append(value.Bits != 0); break;
            case Int64Array.Builder integers: _ = value.IsMissing ? integers.AppendNull() : integers.Append(value.Bits); break;
            case DoubleArray.Builder numbers: _ = value.IsMissing ? numbers.AppendNull() : numbers.Append(BitConverter.Int64BitsToDouble(value.Bits)); break;
            case Decimal128Array.Builder decimals: _ = value.IsMissing ? decimals.AppendNull() : decimals.Append((decimal)value.Object!); break;
            case StringArray.Builder texts: _ = value.IsMissing ? texts.AppendNull() : texts.Append(Encoding.UTF8.GetBytes((string)value.Object!).AsSpan()); break;
            case Date32Array.Builder days: _ = value.IsMissing ? days.AppendNull() : days.Append(DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)value.Bits)); break;
            case TimestampArray.Builder times: _ = value.IsMissing ? times.AppendNull() : times.Append(FeatureTime.FromMicros(value.Bits)); break;
            case BinaryArray.Builder bytes: _ = value.IsMissing ? bytes.AppendNull() : bytes.Append(((byte[])value.Object!).AsSpan()); break;
        }
    }

    /// <summary>Gives what was added, and begins anew.</summary>
    /// <returns>The array.</returns>
    public IArrowArray Build()
    {
        switch (_builder)
        {
            case BooleanArray.Builder flags: return Taken(flags.Build(ArrowMemory.Managed), flags.Clear);
            case Int64Array.Builder integers: return Taken(integers.Build(ArrowMemory.Managed), integers.Clear);
            case DoubleArray.Builder numbers: return Taken(numbers.Build(ArrowMemory.Managed), numbers.Clear);
            case Decimal128Array.Builder decimals: return Taken(decimals.Build(ArrowMemory.Managed), decimals.Clear);
            case StringArray.Builder texts: return Taken(texts.Build(ArrowMemory.Managed), texts.Clear);
            case Date32Array.Builder days: return Taken(days.Build(ArrowMemory.Managed), days.Clear);
            case TimestampArray.Builder times: return Taken(times.Build(ArrowMemory.Managed), times.Clear);
            default:
                var bytes = (BinaryArray.Builder)_builder;
                return Taken(bytes.Build(ArrowMemory.Managed), bytes.Clear);
        }
    }

    private static IArrowArray Taken<T>(IArrowArray array, Func<T> clear)
    {
        clear();
        return array;
    }
}
