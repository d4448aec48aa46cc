using System.Numerics;
using Microsoft.ML.OnnxRuntime;
using MlOps.Core;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace MlOps.Onnx;

/// <summary>One input of a model: gathers columns of a request into a tensor of ONNX Runtime.</summary>
internal sealed class OnnxInput
{
    private readonly TensorElementType _type;
    private readonly long[] _shape; // of one row, without the dimension of the rows
    private readonly int[] _columns;

    /// <summary>Creates the input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="metadata">What the model says of it.</param>
    /// <param name="columns">The positions of the columns of its elements.</param>
    /// <exception cref="InvalidDataException">It cannot be filled with columns; the message is the end of a sentence.</exception>
    public OnnxInput(string name, NodeMetadata metadata, int[] columns)
    {
        Name = name;
        _columns = columns;
        if (TypeOf(metadata) is null) throw new InvalidDataException($"its input '{name}' is no tensor of numbers, truth values or texts");
        _type = metadata.ElementDataType;
        TakesOneRow = metadata.Dimensions[0] == 1;
        if (metadata.Dimensions[0] > 1) throw new InvalidDataException($"its input '{name}' takes {metadata.Dimensions[0]} rows at once, neither one nor any number");
        _shape = [.. metadata.Dimensions.Skip(1).Select(d => (long)d)];
        if (WidthOf(metadata) is null) _shape = [columns.Length];
        if (_shape.Aggregate(1L, (a, b) => a * b) != columns.Length) throw new InvalidDataException($"its input '{name}' has {WidthOf(metadata)} elements a row, but {columns.Length} columns are meant for it");
    }

    public string Name { get; }

    /// <summary>Gets whether the model takes one row at a time.</summary>
    public bool TakesOneRow { get; }

    /// <summary>Gives the type of column that carries an input; null when none does.</summary>
    public static ColumnType? TypeOf(NodeMetadata metadata) => metadata.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR || metadata.Dimensions.Length == 0 ? null : metadata.ElementDataType switch
    {
        TensorElementType.Float or TensorElementType.Double => ColumnType.Float64,
        TensorElementType.Int64 or TensorElementType.Int32 or TensorElementType.Int16 or TensorElementType.Int8
            or TensorElementType.UInt64 or TensorElementType.UInt32 or TensorElementType.UInt16 or TensorElementType.UInt8 => ColumnType.Int64,
        TensorElementType.Bool => ColumnType.Boolean,
        TensorElementType.String => ColumnType.String,
        _ => null,
    };

    /// <summary>Gives the number of elements of a row; null when the model leaves the one dimension after the rows open.</summary>
    /// <exception cref="InvalidDataException">It leaves more than that open.</exception>
    public static int? WidthOf(NodeMetadata metadata)
    {
        var rest = metadata.Dimensions.AsSpan(1);
        if (!rest.ContainsAnyInRange(int.MinValue, 0))
        {
            var width = 1;
            foreach (var dimension in rest) width = checked(width * dimension);
            return width;
        }

        return rest.Length == 1 ? null : throw new InvalidDataException("an input of it has several dimensions of unknown size");
    }

    /// <summary>Gathers rows.</summary>
    /// <param name="columns">The columns of the request, as <see cref="InputCheck"/> arranges them.</param>
    /// <param name="first">The first row.</param>
    /// <param name="rows">How many rows.</param>
    /// <returns>The tensor, which the caller disposes.</returns>
    /// <exception cref="ModelInputException">A value is missing or out of range.</exception>
    public OrtValue Gather(Tensor?[] columns, int first, int rows)
    {
        long[] shape = [rows, .. _shape];
        return _type switch
        {
            TensorElementType.Float => OrtValue.CreateTensorValueFromMemory(Fractions(columns, first, rows, static v => (float)v), shape),
            TensorElementType.Double => OrtValue.CreateTensorValueFromMemory(Fractions(columns, first, rows, static v => v), shape),
            TensorElementType.Int64 => OrtValue.CreateTensorValueFromMemory(Integers<long>(columns, first, rows), shape),
            TensorElementType.Int32 => OrtValue.CreateTensorValueFromMemory(Integers<int>(columns, first, rows), shape),
            TensorElementType.Int16 => OrtValue.CreateTensorValueFromMemory(Integers<short>(columns, first, rows), shape),
            TensorElementType.Int8 => OrtValue.CreateTensorValueFromMemory(Integers<sbyte>(columns, first, rows), shape),
            TensorElementType.UInt64 => OrtValue.CreateTensorValueFromMemory(Integers<ulong>(columns, first, rows), shape),
            TensorElementType.UInt32 => OrtValue.CreateTensorValueFromMemory(Integers<uint>(columns, first, rows), shape),
            TensorElementType.UInt16 => OrtValue.CreateTensorValueFromMemory(Integers<ushort>(columns, first, rows), shape),
            TensorElementType.UInt8 => OrtValue.CreateTensorValueFromMemory(Integers<byte>(columns, first, rows), shape),
            TensorElementType.Bool => OrtValue.CreateTensorValueFromMemory(Truths(columns, first, rows), shape),
            _ => Texts(columns, first, rows, shape),
        };
    }

    // Where a fraction is missing stands NaN, as ONNX has it.
    private T[] Fractions<T>(Tensor?[] columns, int first, int rows, Func<double, T> convert)
    {
        var values = new T[rows * _columns.Length];
        for (var c = 0; c < _columns.Length; c++)
        {
            var tensor = columns[_columns[c]];
            for (var i = 0; i < rows; i++)
            {
                values[(i * _columns.Length) + c] = convert(tensor switch
                {
                    Tensor<double> t => t.Values[first + i],
                    Tensor<float> t => t.Values[first + i],
                    _ => double.NaN,
                });
            }
        }

        return values;
    }

    private T[] Integers<T>(Tensor?[] columns, int first, int rows)
        where T : IBinaryInteger<T>
    {
        var values = new T[rows * _columns.Length];
        for (var c = 0; c < _columns.Length; c++)
        {
            var tensor = (Tensor<long>)columns[_columns[c]]!;
            for (var i = 0; i < rows; i++)
            {
                Demand(tensor, first + i);
                try
                {
                    values[(i * _columns.Length) + c] = T.CreateChecked(tensor.Values[first + i]);
                }
                catch (OverflowException e)
                {
                    throw new ModelInputException($"Input '{tensor.Name}', element {first + i}, is out of the range of {_type}, which the model takes.", tensor.Name, e);
                }
            }
        }

        return values;
    }

    private bool[] Truths(Tensor?[] columns, int first, int rows)
    {
        var values = new bool[rows * _columns.Length];
        for (var c = 0; c < _columns.Length; c++)
        {
            var tensor = (Tensor<bool>)columns[_columns[c]]!;
            for (var i = 0; i < rows; i++)
            {
                Demand(tensor, first + i);
                values[(i * _columns.Length) + c] = tensor.Values[first + i];
            }
        }

        return values;
    }

    private OrtValue Texts(Tensor?[] columns, int first, int rows, long[] shape)
    {
        var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        try
        {
            for (var c = 0; c < _columns.Length; c++)
            {
                var tensor = (Tensor<string?>)columns[_columns[c]]!;
                for (var i = 0; i < rows; i++)
                {
                    Demand(tensor, first + i);
                    value.StringTensorSetElementAt(tensor.Values[first + i].AsSpan(), (i * _columns.Length) + c);
                }
            }

            return value;
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }

    private static void Demand(Tensor tensor, int row)
    {
        if (tensor.IsMissing(row)) throw new ModelInputException($"Input '{tensor.Name}', element {row}, is missing; ONNX knows missing fractions only.", tensor.Name);
    }
}
