using System.Globalization;
using System.Text;

namespace MlOps.Core;

/// <summary>The element types of what a model takes and gives, as the Open Inference Protocol names them.</summary>
public enum TensorType
{
    /// <summary>True or false (BOOL).</summary>
    Bool,

    /// <summary>A signed integer of 64 bits (INT64).</summary>
    Int64,

    /// <summary>A binary fraction of 32 bits (FP32).</summary>
    Float32,

    /// <summary>A binary fraction of 64 bits (FP64).</summary>
    Float64,

    /// <summary>Text (BYTES in UTF-8). Dates and times are text in ISO 8601.</summary>
    String,
}

/// <summary>One input or output of a model.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The element type.</param>
/// <param name="Width">How many elements a row has: 1 for a plain column, more for a vector such as the scores of several classes.</param>
public sealed record TensorSpec(string Name, TensorType Type, int Width = 1);

/// <summary>What a model takes and gives.</summary>
/// <param name="InputSchema">The columns of a row before preparation, as they stood in the training data; the model's inputs are these, one tensor each.</param>
/// <param name="Outputs">What comes out for each row.</param>
public sealed record ModelSignature(DatasetSchema InputSchema, IReadOnlyList<TensorSpec> Outputs)
{
    /// <summary>Gets the input tensors, one a column.</summary>
    /// <returns>The tensors, in the order of the columns.</returns>
    public IReadOnlyList<TensorSpec> GetInputs() => [.. InputSchema.Select(column => new TensorSpec(column.Name, TypeOf(column.Type)))];

    /// <summary>Gives a fingerprint: the same for two signatures that take and give the same, in the same order.</summary>
    /// <returns>The first 16 hexadecimal digits of a SHA-256 over names, types and widths.</returns>
    public string GetFingerprint()
    {
        var text = new StringBuilder();
        foreach (var column in InputSchema) text.Append(CultureInfo.InvariantCulture, $"{column.Name.Length}:{column.Name} {column.Type}\n");
        text.Append('\n');
        foreach (var output in Outputs) text.Append(CultureInfo.InvariantCulture, $"{output.Name.Length}:{output.Name} {output.Type} {output.Width}\n");
        return Sha256.Hex(text.ToString())[..16];
    }

    /// <summary>Gives the element type that carries a column type in a request.</summary>
    /// <param name="type">The column type.</param>
    /// <returns>The element type.</returns>
    public static TensorType TypeOf(ColumnType type) => type switch
    {
        ColumnType.Boolean => TensorType.Bool,
        ColumnType.Int64 => TensorType.Int64,
        ColumnType.Float64 or ColumnType.Decimal => TensorType.Float64,
        _ => TensorType.String,
    };
}
