using System.Runtime.InteropServices;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Serving;

/// <summary>One element of an output of a model, for some rows, as a dataset holds it. A row that is not set is missing.</summary>
internal abstract class OutputColumn(TensorSpec spec, int output, int element, ColumnType type)
{
    /// <summary>Gets the column: output.Name, with the element behind it where there are several.</summary>
    public Column Column { get; } = new(PredictionColumns.OutputPrefix + spec.Name + (spec.Width == 1 ? string.Empty : $".{element}"), type);

    /// <summary>Makes the columns of all outputs.</summary>
    public static OutputColumn[] Create(IReadOnlyList<TensorSpec> outputs, int rows) =>
        [.. outputs.SelectMany((spec, output) => Enumerable.Range(0, spec.Width).Select(element => Create(spec, output, element, rows)))];

    /// <summary>Sets rows.</summary>
    /// <param name="outputs">What the model gave.</param>
    /// <param name="rows">Where its rows belong.</param>
    public void Set(IReadOnlyList<Tensor> outputs, ReadOnlySpan<int> rows) => Set(outputs[output], element, rows);

    public abstract IArrowArray Build();

    protected abstract void Set(Tensor tensor, int element, ReadOnlySpan<int> rows);

    private static OutputColumn Create(TensorSpec spec, int output, int element, int rows) => spec.Type switch
    {
        TensorType.Bool => new Values<bool>(spec, output, element, ColumnType.Boolean, rows, Booleans),
        TensorType.Int64 => new Values<long>(spec, output, element, ColumnType.Int64, rows, (v, isSet) => new Int64Array(Bytes(v), Bits(isSet, out var missing), v.Length, missing, 0)),
        TensorType.Float32 or TensorType.Float64 => new Values<double>(spec, output, element, ColumnType.Float64, rows, (v, isSet) => new DoubleArray(Bytes(v), Bits(isSet, out var missing), v.Length, missing, 0)),
        _ => new Values<string?>(spec, output, element, ColumnType.String, rows, Texts),
    };

    private static ArrowBuffer Bytes<T>(T[] values)
        where T : unmanaged => new(MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private static ArrowBuffer Bits(bool[] values, out int unset)
    {
        var bits = new byte[(values.Length + 7) / 8];
        unset = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i]) BitUtility.SetBit(bits, i);
            else unset++;
        }

        return new(bits);
    }

    private static BooleanArray Booleans(bool[] values, bool[] isSet) => new(Bits(values, out _), Bits(isSet, out var missing), values.Length, missing, 0);

    private static StringArray Texts(string?[] values, bool[] isSet)
    {
        var texts = new StringArray.Builder();
        foreach (var value in values) texts.Append(value);
        return texts.Build(ArrowMemory.Managed);
    }

    private sealed class Values<T>(TensorSpec spec, int output, int element, ColumnType type, int count, Func<T[], bool[], IArrowArray> build) : OutputColumn(spec, output, element, type)
    {
        private readonly T[] _values = new T[count];
        private readonly bool[] _isSet = new bool[count];

        public override IArrowArray Build() => build(_values, _isSet);

        protected override void Set(Tensor tensor, int element, ReadOnlySpan<int> rows)
        {
            if (tensor is Tensor<float> singles && typeof(T) == typeof(double)) SetSingles(singles, element, rows, (double[])(object)_values);
            else SetSame((Tensor<T>)tensor, element, rows);
        }

        private void SetSame(Tensor<T> tensor, int element, ReadOnlySpan<int> rows)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                var at = (i * tensor.Width) + element;
                if (tensor.IsMissing(at)) continue;
                _values[rows[i]] = tensor.Values[at];
                _isSet[rows[i]] = true;
            }
        }

        private void SetSingles(Tensor<float> tensor, int element, ReadOnlySpan<int> rows, double[] values)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                var value = tensor.Values[(i * tensor.Width) + element];
                if (float.IsNaN(value)) continue;
                values[rows[i]] = value;
                _isSet[rows[i]] = true;
            }
        }
    }
}
