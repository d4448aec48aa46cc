using System.Buffers;
using System.Text;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Collects one column of inputs or outputs.</summary>
internal abstract class ValueColumn
{
    public static (ColumnType Type, ValueColumn Column) Create(TensorType type) => type switch
    {
        TensorType.Bool => (ColumnType.Boolean, new BooleanColumn()),
        TensorType.Int64 => (ColumnType.Int64, new IntegerColumn()),
        TensorType.Float32 or TensorType.Float64 => (ColumnType.Float64, new FractionColumn()),
        _ => (ColumnType.String, new TextColumn()),
    };

    /// <summary>Adds an element of a tensor that is not missing.</summary>
    public abstract void Add(Tensor tensor, int index);

    public abstract void AddMissing();

    /// <summary>Gives what was added so far; more can be added afterwards.</summary>
    public abstract IArrowArray Build();

    public abstract void Clear();
}

internal sealed class BooleanColumn : ValueColumn
{
    private readonly BooleanArray.Builder _values = new();

    public override void Add(Tensor tensor, int index) => _values.Append(((Tensor<bool>)tensor).Values[index]);

    public override void AddMissing() => _values.AppendNull();

    public override IArrowArray Build() => _values.Build();

    public override void Clear() => _values.Clear();
}

internal sealed class IntegerColumn : ValueColumn
{
    private readonly Int64Array.Builder _values = new();

    public override void Add(Tensor tensor, int index) => _values.Append(((Tensor<long>)tensor).Values[index]);

    public override void AddMissing() => _values.AppendNull();

    public override IArrowArray Build() => _values.Build();

    public override void Clear() => _values.Clear();
}

internal sealed class FractionColumn : ValueColumn
{
    private readonly DoubleArray.Builder _values = new();

    public override void Add(Tensor tensor, int index) => _values.Append(tensor is Tensor<float> singles ? singles.Values[index] : ((Tensor<double>)tensor).Values[index]);

    public override void AddMissing() => _values.AppendNull();

    public override IArrowArray Build() => _values.Build();

    public override void Clear() => _values.Clear();
}

internal sealed class TextColumn : ValueColumn
{
    private const int ShortText = 256;

    private readonly StringArray.Builder _values = new();

    public override void Add(Tensor tensor, int index) => Add(((Tensor<string?>)tensor).Values[index]);

    public override void AddMissing() => _values.AppendNull();

    public override IArrowArray Build() => _values.Build();

    public override void Clear() => _values.Clear();

    public void Add(string? text)
    {
        if (text is null)
        {
            _values.AppendNull();
            return;
        }

        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = most > ShortText ? ArrayPool<byte>.Shared.Rent(most) : null;
        Span<byte> bytes = rented ?? stackalloc byte[ShortText];
        _values.Append(bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }
}
