using System.Text.Json;

namespace MlOps.Core;

/// <summary>Sample rows of a bundle and what the model predicted for them when it was packaged.</summary>
/// <param name="Inputs">The rows before preparation, one tensor a column.</param>
/// <param name="Outputs">The predictions.</param>
public sealed record BundleSamples(IReadOnlyList<Tensor> Inputs, IReadOnlyList<Tensor> Outputs)
{
    /// <summary>Writes the part <see cref="BundleFile.SamplesPart"/>: an object with the arrays inputs and outputs, each of tensors of the Open Inference Protocol.</summary>
    /// <returns>JSON in UTF-8.</returns>
    public byte[] ToBytes()
    {
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory))
        {
            writer.WriteStartObject();
            WriteAll(writer, "inputs", Inputs);
            WriteAll(writer, "outputs", Outputs);
            writer.WriteEndObject();
        }

        return memory.ToArray();
    }

    /// <summary>Reads the part <see cref="BundleFile.SamplesPart"/>.</summary>
    /// <param name="utf8">JSON in UTF-8.</param>
    /// <returns>The samples.</returns>
    /// <exception cref="ModelInputException">The text holds something that is no tensor.</exception>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static BundleSamples Read(ReadOnlySpan<byte> utf8)
    {
        var (inputs, outputs) = (new List<Tensor>(), new List<Tensor>());
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var target = reader.ValueTextEquals("inputs"u8) ? inputs : reader.ValueTextEquals("outputs"u8) ? outputs : null;
            reader.Read();
            if (target is null) reader.Skip();
            else while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) target.Add(TensorJson.Read(ref reader));
        }

        return new(inputs, outputs);
    }

    private static void WriteAll(Utf8JsonWriter writer, string name, IReadOnlyList<Tensor> tensors)
    {
        writer.WriteStartArray(name);
        foreach (var tensor in tensors) TensorJson.Write(writer, tensor);
        writer.WriteEndArray();
    }
}
