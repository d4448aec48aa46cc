using System.Text.Json;
using MlOps.Core;

namespace MlOps.Onnx;

/// <summary>Which columns, after preparation, an input of the model is made of.</summary>
/// <param name="Name">The input.</param>
/// <param name="Columns">The columns of its elements, in order.</param>
internal sealed record OnnxLayout(string Name, IReadOnlyList<string> Columns)
{
    /// <summary>The part of the bundle that holds the layouts of all inputs.</summary>
    public const string Part = "onnx-inputs.json";

    public static byte[] ToBytes(IReadOnlyList<OnnxLayout> inputs) => JsonSerializer.SerializeToUtf8Bytes(inputs, MlOpsJson.Options);

    public static IReadOnlyList<OnnxLayout> Read(byte[] part) => JsonSerializer.Deserialize<List<OnnxLayout>>(part, MlOpsJson.Options) ?? [];
}
