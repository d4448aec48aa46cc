using System.Text;

namespace MlOps.Onnx.Tests;

/// <summary>Writes small ONNX files: protocol buffers of onnx.proto3, field by field.</summary>
internal static class OnnxFile
{
    public const int Float = 1, Integer = 6, Text = 8, Truth = 9;

    /// <summary>y = 2a + 3b + 1 for each row [a, b] of x.</summary>
    public static byte[] Linear(string rows = "N") => Model(
        [Node("MatMul", ["x", "w"], ["p"]), Node("Add", ["p", "c"], ["y"])],
        [Weights("w", [2, 1], 2, 3), Weights("c", [1], 1)],
        [Value("x", Float, rows, "2")],
        [Value("y", Float, rows, "1")]);

    public static byte[] Model(byte[][] nodes, byte[][] initializers, byte[][] inputs, byte[][] outputs) => Join(
        Number(1, 8),
        Bytes(8, Number(2, 13)),
        Bytes(7, Join(
            [.. nodes.Select(n => Bytes(1, n)), Utf8(2, "g"), .. initializers.Select(t => Bytes(5, t)), .. inputs.Select(v => Bytes(11, v)), .. outputs.Select(v => Bytes(12, v))])));

    public static byte[] Node(string operation, string[] inputs, string[] outputs) =>
        Join([.. inputs.Select(i => Utf8(1, i)), .. outputs.Select(o => Utf8(2, o)), Utf8(4, operation)]);

    public static byte[] Weights(string name, long[] shape, params float[] values) =>
        Join([.. shape.Select(d => Number(1, (ulong)d)), Number(2, Float), Utf8(8, name), Bytes(9, [.. values.SelectMany(BitConverter.GetBytes)])]);

    public static byte[] WeightsInAnotherFile(string name, long[] shape, string location) =>
        Join([.. shape.Select(d => Number(1, (ulong)d)), Number(2, Float), Utf8(8, name), Bytes(13, Join(Utf8(1, "location"), Utf8(2, location))), Number(14, 1)]);

    /// <summary>An input or output; a dimension is a number or the name of an unknown one. Without dimensions nothing is said of the shape.</summary>
    public static byte[] Value(string name, int type, params string[] dimensions)
    {
        var shape = Join([.. dimensions.Select(d => Bytes(1, ulong.TryParse(d, out var size) ? Number(1, size) : Utf8(2, d)))]);
        return Join(Utf8(1, name), Bytes(2, Bytes(1, dimensions.Length == 0 ? Number(1, (ulong)type) : Join(Number(1, (ulong)type), Bytes(2, shape)))));
    }

    public static byte[] SequenceValue(string name, int type) => Join(Utf8(1, name), Bytes(2, Bytes(4, Bytes(1, Bytes(1, Number(1, (ulong)type))))));

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];

    public static byte[] Bytes(int field, byte[] content) => [.. Varint((ulong)((field << 3) | 2)), .. Varint((ulong)content.Length), .. content];

    public static byte[] Number(int field, ulong value) => [.. Varint((ulong)(field << 3)), .. Varint(value)];

    private static byte[] Utf8(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    private static List<byte> Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }
}
