using Apache.Arrow;
using Apache.Arrow.Types;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>Copies the cells of one column of a cursor into an Arrow array.</summary>
internal abstract class CellWriter(string name, IArrowType type)
{
    public Field Field { get; } = new(name, type, nullable: true);

    public abstract void Append();

    public abstract IArrowArray Build();

    public static bool Fits(DataViewType type) => ArrowOf(type is VectorDataViewType vector ? vector.ItemType : type) is not null;

    public static CellWriter Create(DataViewRow row, DataViewSchema.Column column)
    {
        var isVector = column.Type is VectorDataViewType;
        var item = column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;
        var writer = (isVector ? typeof(VectorWriter<>) : typeof(CellWriter<>)).MakeGenericType(item.RawType);
        return (CellWriter)Activator.CreateInstance(writer, row, column, item)!;
    }

    protected static IArrowType? ArrowOf(DataViewType type) => type switch
    {
        KeyDataViewType => Int64Type.Default,
        BooleanDataViewType => BooleanType.Default,
        TextDataViewType => StringType.Default,
        DateTimeDataViewType or DateTimeOffsetDataViewType => new TimestampType(TimeUnit.Microsecond, "UTC"),
        TimeSpanDataViewType => DurationType.Microsecond,
        NumberDataViewType when type == NumberDataViewType.Single => FloatType.Default,
        NumberDataViewType when type == NumberDataViewType.Double => DoubleType.Default,
        NumberDataViewType when type == NumberDataViewType.UInt64 => UInt64Type.Default,
        NumberDataViewType => Int64Type.Default,
        _ => null,
    };

    /// <summary>Makes what appends one value to an array builder of a type.</summary>
    protected static Action<T> Appender<T>(DataViewType type, IArrowArrayBuilder builder) => builder switch
    {
        Int64Array.Builder keys when type is KeyDataViewType => value =>
        {
            var key = Convert.ToUInt64(value, null);
            if (key == 0) keys.AppendNull();
            else keys.Append((long)key);
        }
        ,
        FloatArray.Builder floats => (Action<T>)(object)(Action<float>)(value => floats.Append(value)),
        DoubleArray.Builder doubles => (Action<T>)(object)(Action<double>)(value => doubles.Append(value)),
        BooleanArray.Builder booleans => (Action<T>)(object)(Action<bool>)(value => booleans.Append(value)),
        StringArray.Builder texts => (Action<T>)(object)(Action<ReadOnlyMemory<char>>)(value => texts.Append(value.ToString())),
        UInt64Array.Builder integers => (Action<T>)(object)(Action<ulong>)(value => integers.Append(value)),
        TimestampArray.Builder times when typeof(T) == typeof(DateTime) => (Action<T>)(object)(Action<DateTime>)(value => times.Append(new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc)))),
        TimestampArray.Builder times => (Action<T>)(object)(Action<DateTimeOffset>)(value => times.Append(value)),
        DurationArray.Builder spans => (Action<T>)(object)(Action<TimeSpan>)(value => spans.Append(value)),
        Int64Array.Builder integers => value => integers.Append(Convert.ToInt64(value, null)),
        _ => throw new NotSupportedException($"A column of the type {type}."),
    };

    protected static IArrowArrayBuilder BuilderOf(IArrowType type) => type switch
    {
        FloatType => new FloatArray.Builder(),
        DoubleType => new DoubleArray.Builder(),
        BooleanType => new BooleanArray.Builder(),
        StringType => new StringArray.Builder(),
        UInt64Type => new UInt64Array.Builder(),
        TimestampType timestamp => new TimestampArray.Builder(timestamp),
        DurationType duration => new DurationArray.Builder(duration),
        _ => new Int64Array.Builder(),
    };

    protected static IArrowArray Build(IArrowArrayBuilder builder) => builder switch
    {
        FloatArray.Builder floats => floats.Build(ArrowMemory.Managed),
        DoubleArray.Builder doubles => doubles.Build(ArrowMemory.Managed),
        BooleanArray.Builder booleans => booleans.Build(ArrowMemory.Managed),
        StringArray.Builder texts => texts.Build(ArrowMemory.Managed),
        UInt64Array.Builder integers => integers.Build(ArrowMemory.Managed),
        TimestampArray.Builder times => times.Build(ArrowMemory.Managed),
        DurationArray.Builder spans => spans.Build(ArrowMemory.Managed),
        _ => ((Int64Array.Builder)builder).Build(ArrowMemory.Managed),
    };
}
