using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>A request for predictions of the Open Inference Protocol v2.</summary>
internal sealed class InferRequest
{
    private const int MaxIdLength = 1000;

    private InferRequest(string? id, List<Tensor> inputs, List<string>? outputs) => (Id, Inputs, Outputs) = (id, inputs, outputs);

    /// <summary>Gets the caller's identifier; null when there is none.</summary>
    public string? Id { get; }

    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>Gets the names of the outputs that are wanted; null for all.</summary>
    public IReadOnlyList<string>? Outputs { get; }

    /// <exception cref="ModelInputException">The text is no request.</exception>
    /// <exception cref="RequestRefusedException">It has too many rows.</exception>
    public static InferRequest Read(ReadOnlySpan<byte> utf8, int maxRows)
    {
        if (utf8.IsEmpty) throw new ModelInputException("The body is empty. Send a JSON object with inputs.");
        try
        {
            return ReadObject(utf8, maxRows);
        }
        catch (JsonException e)
        {
            throw new ModelInputException($"The body is no JSON: line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}.", null, e);
        }
        catch (InvalidOperationException e)
        {
            throw new ModelInputException("The body has a member whose name is no text: it holds one half of a surrogate pair.", null, e);
        }
    }

    private static InferRequest ReadObject(ReadOnlySpan<byte> utf8, int maxRows)
    {
        var reader = new Utf8JsonReader(utf8);
        string? id = null;
        List<Tensor>? inputs = null;
        List<string>? outputs = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new ModelInputException("The body must be a JSON object with inputs.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = reader.TokenType == JsonTokenType.Null ? null : ReadText(ref reader, "id");
                if (id?.Length > MaxIdLength) throw new ModelInputException($"The id is longer than {MaxIdLength} characters.");
            }
            else if (reader.ValueTextEquals("inputs"u8))
            {
                inputs = inputs is null ? ReadInputs(ref reader, maxRows) : throw new ModelInputException("The body has inputs twice.");
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                outputs = ReadOutputs(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        reader.Read(); // throws when anything follows
        return new(string.IsNullOrEmpty(id) ? null : id, inputs ?? throw new ModelInputException("The body has no inputs."), outputs);
    }

    private static List<Tensor> ReadInputs(ref Utf8JsonReader reader, int maxRows)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) throw new ModelInputException("The inputs must be an array of tensors.");
        var inputs = new List<Tensor>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var tensor = TensorJson.Read(ref reader);
            if (tensor.Rows > maxRows)
                throw new RequestRefusedException(StatusCodes.Status413PayloadTooLarge, $"The request has {tensor.Rows} rows; at most {maxRows} are taken at once.");
            inputs.Add(tensor);
        }

        return inputs;
    }

    private static List<string>? ReadOutputs(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartArray) throw WrongOutput();
        var outputs = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw WrongOutput();
            string? name = null;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var isName = reader.ValueTextEquals("name"u8);
                reader.Read();
                if (isName) name = ReadText(ref reader, "name of an output");
                else reader.Skip();
            }

            if (!outputs.Contains(name ?? throw WrongOutput())) outputs.Add(name);
        }

        return outputs.Count == 0 ? null : outputs;
    }

    private static string ReadText(ref Utf8JsonReader reader, string what)
    {
        try
        {
            if (reader.TokenType == JsonTokenType.String) return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are no UTF-8.
        }

        throw new ModelInputException($"The {what} must be a text.");
    }

    private static ModelInputException WrongOutput() => new("The outputs must be an array of objects, each with the name of an output.");
}
