using Apache.Arrow;
using Apache.Arrow.Types;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;

namespace MlOps.Training;

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
        var array = new ListArray((ListType)Field.DataType, _rows, _offsets.Build(ArrowMemory.Managed), Build(_builder ?? BuilderOf(ArrowOf(item)!)), ArrowBuffer.Empty, 0);
        (_builder, _append, _rows, _end, _offsets) = (null, null, 0, 0, new ArrowBuffer.Builder<int>().Append(0));
        return array;
    }
}
