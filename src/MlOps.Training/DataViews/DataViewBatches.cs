using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlOps.Training;

/// <summary>Gives the rows of ML.NET's view of data as Arrow record batches.</summary>
public static class DataViewBatchesExtensions
{
    private const int BatchRows = 8192;

    /// <summary>Reads a view of data as record batches, for instance to profile what a chain of transformers makes.</summary>
    /// <param name="data">The view. Hidden columns are left out.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>
    /// Batches of 8,192 rows; a view without rows yields one empty batch. Numbers, truth values, texts, times and spans keep their type, of floating point NaN stays NaN; keys become their numbers from 1, a missing key
    /// is missing; vectors become lists. A column of any other type is left out.
    /// </returns>
    public static async IAsyncEnumerable<RecordBatch> ReadBatchesAsync(this IDataView data, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        await Task.CompletedTask.ConfigureAwait(false);
        var columns = data.Schema.Where(c => !c.IsHidden && CellWriter.Fits(c.Type)).ToList();
        using var cursor = data.GetRowCursor(columns);
        var writers = columns.ConvertAll(c => CellWriter.Create(cursor, c));
        var schema = new Schema(writers.Select(w => w.Field), null);
        int rows;
        var isFirst = true;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows = 0;
            while (rows < BatchRows && cursor.MoveNext())
            {
                foreach (var writer in writers) writer.Append();
                rows++;
            }

            if (rows > 0 || isFirst) yield return new(schema, writers.Select(w => w.Build()), rows);
            isFirst = false;
        }
        while (rows == BatchRows);
    }
}

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
        },
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
        FloatArray.Builder floats => floats.Build(),
        DoubleArray.Builder doubles => doubles.Build(),
        BooleanArray.Builder booleans => booleans.Build(),
        StringArray.Builder texts => texts.Build(),
        UInt64Array.Builder integers => integers.Build(),
        TimestampArray.Builder times => times.Build(),
        DurationArray.Builder spans => spans.Build(),
        _ => ((Int64Array.Builder)builder).Build(),
    };
}

/// <summary>Copies single values.</summary>
internal sealed class CellWriter<T>(DataViewRow row, DataViewSchema.Column column, DataViewType item) : CellWriter(column.Name, ArrowOf(item)!)
{
    private readonly ValueGetter<T> _get = row.GetGetter<T>(column);
    private IArrowArrayBuilder? _builder;
    private Action<T>? _append;
    private T _value = default!;

    public override void Append()
    {
        _append ??= Appender<T>(item, _builder = BuilderOf(Field.DataType));
        _get(ref _value);
        _append(_value);
    }

    public override IArrowArray Build()
    {
        var array = Build(_builder ?? BuilderOf(Field.DataType));
        (_builder, _append) = (null, null);
        return array;
    }
}

/// <summary>Copies vectors as lists.</summary>
internal sealed class VectorWriter<T>(DataViewRow row, DataViewSchema.Column column, DataViewType item) : CellWriter(column.Name, new ListType(ArrowOf(item)!))
{
    private readonly ValueGetter<VBuffer<T>> _get = row.GetGetter<VBuffer<T>>(column);
    private ArrowBuffer.Builder<int> _offsets = new ArrowBuffer.Builder<int>().Append(0);
    private IArrowArrayBuilder? _builder;
    private Action<T>? _append;
    private VBuffer<T> _vector;
    private int _rows;
    private int _end;

    public override void Append()
    {
        _append ??= Appender<T>(item, _builder = BuilderOf(ArrowOf(item)!));
        _get(ref _vector);
        foreach (var value in _vector.DenseValues()) _append(value);
        _offsets.Append(_end += _vector.Length);
        _rows++;
    }

    public override IArrowArray Build()
    {
        var array = new ListArray((ListType)Field.DataType, _rows, _offsets.Build(), Build(_builder ?? BuilderOf(ArrowOf(item)!)), ArrowBuffer.Empty, 0);
        (_builder, _append, _rows, _end, _offsets) = (null, null, 0, 0, new ArrowBuffer.Builder<int>().Append(0));
        return array;
    }
}
