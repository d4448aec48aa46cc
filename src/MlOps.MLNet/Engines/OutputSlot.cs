using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;

namespace MlOps.MLNet;

/// <summary>One output of the model: reads it row by row and collects a tensor.</summary>
internal abstract class OutputSlot
{
    /// <summary>Begins a request. What the last request gave is filled again when it was not let go and has the same number of rows.</summary>
    public abstract void Start(int rows);

    /// <summary>Reads the present row of ML.NET into a row of the tensor.</summary>
    public abstract void Read(int row);

    /// <summary>Gives the tensor, and with <paramref name="release"/> lets go of it.</summary>
    public abstract Tensor Finish(bool release);

    /// <summary>Makes the slot that turns a column of ML.NET into an output; null when there is no way from the one to the other.</summary>
    public static OutputSlot? Create(TensorSpec spec, DataViewRow row, DataViewSchema.Column column) => (spec.Type, column.Type) switch
    {
        (_, VectorDataViewType { IsKnownSize: true } vector) when vector.Size != spec.Width => null,
        (TensorType.Float32, VectorDataViewType { ItemType: NumberDataViewType item }) when item == NumberDataViewType.Single => new VectorOutput<float>(spec, row, column, Tensor.Of),
        (TensorType.Float64, VectorDataViewType { ItemType: NumberDataViewType item }) when item == NumberDataViewType.Double => new VectorOutput<double>(spec, row, column, Tensor.Of),
        (_, VectorDataViewType) => null,
        (_, _) when spec.Width != 1 => null,
        (TensorType.String, KeyDataViewType) => KeyTexts(column) is { } texts ? Key(spec, row, column, key => key == 0 || key > (ulong)texts.Length ? null : texts[key - 1]) : null,
        (TensorType.Int64, KeyDataViewType) => KeyIntegers(spec, row, column),
        (TensorType.Bool, BooleanDataViewType) => new ScalarOutput<bool, bool>(spec.Name, row, column, value => value, (name, values) => Tensor.Of(name, values)),
        (TensorType.String, TextDataViewType) => new ScalarOutput<ReadOnlyMemory<char>, string?>(spec.Name, row, column, value => value.ToString(), (name, values) => Tensor.Of(name, values)),
        (TensorType.Float32, NumberDataViewType type) when type == NumberDataViewType.Single => new ScalarOutput<float, float>(spec.Name, row, column, value => value, (name, values) => Tensor.Of(name, values)),
        (TensorType.Float64, NumberDataViewType type) when type == NumberDataViewType.Double => new ScalarOutput<double, double>(spec.Name, row, column, value => value, (name, values) => Tensor.Of(name, values)),
        (TensorType.Float64, NumberDataViewType type) when type == NumberDataViewType.Single => new ScalarOutput<float, double>(spec.Name, row, column, value => value, (name, values) => Tensor.Of(name, values)),
        (TensorType.Int64, NumberDataViewType type) => Integer(spec, row, column, type),
        _ => null,
    };

    private static OutputSlot? Integer(TensorSpec spec, DataViewRow row, DataViewSchema.Column column, NumberDataViewType type) =>
        type.RawType == typeof(long) ? Integer<long>(spec, row, column)
        : type.RawType == typeof(int) ? Integer<int>(spec, row, column)
        : type.RawType == typeof(short) ? Integer<short>(spec, row, column)
        : type.RawType == typeof(sbyte) ? Integer<sbyte>(spec, row, column)
        : type.RawType == typeof(uint) ? Integer<uint>(spec, row, column)
        : type.RawType == typeof(ushort) ? Integer<ushort>(spec, row, column)
        : type.RawType == typeof(byte) ? Integer<byte>(spec, row, column)
        : null;

    private static ScalarOutput<T, long> Integer<T>(TensorSpec spec, DataViewRow row, DataViewSchema.Column column)
        where T : IBinaryInteger<T> =>
        new(spec.Name, row, column, long.CreateChecked, (name, values) => Tensor.Of(name, values));

    private static OutputSlot? Key<TValue>(TensorSpec spec, DataViewRow row, DataViewSchema.Column column, Func<ulong, TValue> map, Func<string, TValue[], Tensor> wrap) =>
        column.Type.RawType == typeof(uint) ? new ScalarOutput<uint, TValue>(spec.Name, row, column, key => map(key), wrap)
        : column.Type.RawType == typeof(ulong) ? new ScalarOutput<ulong, TValue>(spec.Name, row, column, map, wrap)
        : column.Type.RawType == typeof(ushort) ? new ScalarOutput<ushort, TValue>(spec.Name, row, column, key => map(key), wrap)
        : column.Type.RawType == typeof(byte) ? new ScalarOutput<byte, TValue>(spec.Name, row, column, key => map(key), wrap)
        : null;

    private static OutputSlot? Key(TensorSpec spec, DataViewRow row, DataViewSchema.Column column, Func<ulong, string?> map) =>
        Key(spec, row, column, map, (name, values) => Tensor.Of(name, values));

    private static OutputSlot? KeyIntegers(TensorSpec spec, DataViewRow row, DataViewSchema.Column column)
    {
        if (!TryReadKeys(column, out var keys)) return null;
        return Key<long?>(spec, row, column, key => key == 0 ? null : keys is null ? (long)key : key <= (ulong)keys.Length ? keys[key - 1] : null, Wrap);

        static Tensor Wrap(string name, long?[] values)
        {
            var missing = Array.Exists(values, value => value is null) ? Array.ConvertAll(values, value => value is null) : null;
            return Tensor.Of(name, Array.ConvertAll(values, value => value.GetValueOrDefault()), missing);
        }
    }

    /// <summary>Reads what the keys of a column stand for: null where the keys stand for themselves, false where they stand for no integers.</summary>
    private static bool TryReadKeys(DataViewSchema.Column column, out long[]? keys)
    {
        keys = null;
        if (KeyValues(column) is not { } type) return true;
        if (type.RawType == typeof(long)) keys = Annotation<long>(column);
        else if (type.RawType == typeof(int)) keys = Array.ConvertAll(Annotation<int>(column), key => (long)key);
        else if (type.RawType == typeof(float)) keys = Whole(Array.ConvertAll(Annotation<float>(column), key => (double)key));
        else if (type.RawType == typeof(double)) keys = Whole(Annotation<double>(column));
        return keys is not null;
    }

    private static long[]? Whole(double[] keys) => Array.TrueForAll(keys, key => key == Math.Truncate(key) && Math.Abs(key) < 1L << 53) ? Array.ConvertAll(keys, key => (long)key) : null;

    private static string[]? KeyTexts(DataViewSchema.Column column) => KeyValues(column) is TextDataViewType
        ? Array.ConvertAll(Annotation<ReadOnlyMemory<char>>(column), key => key.ToString())
        : null;

    private static PrimitiveDataViewType? KeyValues(DataViewSchema.Column column) =>
        (column.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type as VectorDataViewType)?.ItemType;

    private static T[] Annotation<T>(DataViewSchema.Column column)
    {
        var values = default(VBuffer<T>);
        column.Annotations.GetValue("KeyValues", ref values);
        return [.. values.DenseValues()];
    }
}

internal sealed class ScalarOutput<TRaw, TValue>(string name, DataViewRow row, DataViewSchema.Column column, Func<TRaw, TValue> convert, Func<string, TValue[], Tensor> wrap) : OutputSlot
{
    private readonly ValueGetter<TRaw> _getter = row.GetGetter<TRaw>(column);
    private TValue[] _values = [];
    private TRaw? _raw;
    private Tensor? _view; // a tensor that is nothing but the values, good for as long as they are

    public override void Start(int rows)
    {
        if (_values.Length == rows) return;
        _values = new TValue[rows];
        _view = null;
    }

    public override void Read(int row)
    {
        _getter(ref _raw!);
        _values[row] = convert(_raw);
    }

    public override Tensor Finish(bool release)
    {
        if (_view is not null) return _view;
        var tensor = wrap(name, _values);
        if (release) _values = [];
        else if (tensor is Tensor<TValue> { Missing: null } view && view.Values == _values) _view = view;
        return tensor;
    }
}

internal sealed class VectorOutput<T>(TensorSpec spec, DataViewRow row, DataViewSchema.Column column, Func<string, T[], int, Tensor> wrap) : OutputSlot
{
    private readonly ValueGetter<VBuffer<T>> _getter = row.GetGetter<VBuffer<T>>(column);
    private T[] _values = [];
    private VBuffer<T> _raw;

    public override void Start(int rows)
    {
        if (_values.Length != rows * spec.Width) _values = new T[rows * spec.Width];
    }

    public override void Read(int row)
    {
        _getter(ref _raw);
        if (_raw.Length != spec.Width) throw new DataException($"Output '{spec.Name}' of the model has {_raw.Length} elements, but its signature says {spec.Width}. Train the model again.");
        _raw.CopyTo(_values.AsSpan(row * spec.Width, spec.Width));
    }

    public override Tensor Finish(bool release)
    {
        var tensor = wrap(spec.Name, _values, spec.Width);
        if (release) _values = [];
        return tensor;
    }
}
