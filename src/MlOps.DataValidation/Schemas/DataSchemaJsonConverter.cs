using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>Writes a schema into other JSON as its own text.</summary>
internal sealed class DataSchemaJsonConverter : JsonConverter<DataSchema>
{
    public override DataSchema Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        try
        {
            return DataSchema.FromJson(document.RootElement.GetRawText());
        }
        catch (SchemaException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, DataSchema value, JsonSerializerOptions options) => SchemaJson.Write(SchemaText.Write(value), writer);
}
