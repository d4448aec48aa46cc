using System.Globalization;
using System.Numerics;
using Microsoft.ML.OnnxRuntime;
using MlOps.Core;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace MlOps.Onnx;

/// <summary>Turns what ONNX Runtime gives into the outputs of a signature.</summary>
internal static class OnnxOutput
{
    /// <summary>Gives the element type that carries an output; null when none does.</summary>
    public static TensorType? TypeOf(NodeMetadata metadata) => metadata.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR ? null : metadata.ElementDataType switch
    {
        TensorElementType.Float => TensorType.Float32,
        TensorElementType.Double => TensorType.Float64,
        TensorElementType.Int64 or TensorElementType.Int32 or TensorElementType.Int16 or TensorElementType.Int8
            or TensorElementType.UInt64 or TensorElementType.UInt32 or TensorElementType.UInt16 or TensorElementType.UInt8 => TensorType.Int64,
        TensorElementType.Bool => TensorType.Bool,
        TensorElementType.String => TensorType.String,
        _ => null,
    };

    /// <summary>Puts the parts of an output, one for each call of the model, together.</summary>
    /// <param name="spec">What the signature says.</param>
    /// <param name="parts">The parts in order.</param>
    /// <param name="rows">How many rows they have together.</param>
    /// <exception cref="DataException">The model gave another number of elements or another type.</exception>
    public static Tensor Read(TensorSpec spec, IReadOnlyList<OrtValue> parts, int rows) => spec.Type switch
    {
        TensorType.Float32 => Tensor.Of(spec.Name, Values<float>(spec, parts, rows), spec.Width),
        TensorType.Float64 => Tensor.Of(spec.Name, Values<double>(spec, parts, rows), spec.Width),
        TensorType.Bool => Tensor.Of(spec.Name, Values<bool>(spec, parts, rows)),
        TensorType.String => Tensor.Of(spec.Name, Texts(spec, parts, rows), spec.Width),
        _ => Tensor.Of(spec.Name, Integers(spec, parts, rows)),
    };

    private static T[] Values<T>(TensorSpec spec, IReadOnlyList<OrtValue> parts, int rows)
        where T : unmanaged
    {
        var values = new T[rows * spec.Width];
        var at = 0;
        foreach (var part in parts)
        {
            var given = part.GetTensorDataAsSpan<T>();
            Check(spec, given.Length, values.Length - at);
            given.CopyTo(values.AsSpan(at));
            at += given.Length;
        }

        Check(spec, at, values.Length, atEnd: true);
        return values;
    }

    private static string?[] Texts(TensorSpec spec, IReadOnlyList<OrtValue> parts, int rows)
    {
        string?[] values = [.. parts.SelectMany(part => part.GetStringTensorAsArray())];
        Check(spec, values.Length, rows * spec.Width, atEnd: true);
        return values;
    }

    private static long[] Integers(TensorSpec spec, IReadOnlyList<OrtValue> parts, int rows)
    {
        var type = parts.Count == 0 ? TensorElementType.Int64 : parts[0].GetTensorTypeAndShape().ElementDataType;
        return type switch
        {
            TensorElementType.Int64 => Values<long>(spec, parts, rows),
            TensorElementType.Int32 => Widen<int>(),
            TensorElementType.Int16 => Widen<short>(),
            TensorElementType.Int8 => Widen<sbyte>(),
            TensorElementType.UInt64 => Widen<ulong>(),
            TensorElementType.UInt32 => Widen<uint>(),
            TensorElementType.UInt16 => Widen<ushort>(),
            _ => Widen<byte>(),
        };

        long[] Widen<T>()
            where T : unmanaged, IBinaryInteger<T> => Array.ConvertAll(Values<T>(spec, parts, rows), long.CreateSaturating);
    }

    private static void Check(TensorSpec spec, int given, int room, bool atEnd = false)
    {
        if (given > room || (atEnd && given != room))
            throw new DataException(string.Create(CultureInfo.InvariantCulture, $"The model gave another number of elements for its output '{spec.Name}' than {spec.Width} a row, which its signature says. Import it again."));
    }
}
