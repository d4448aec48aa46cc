using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.Core;

/// <summary>Writes a schema as an array of columns, for it reads back through its constructor only.</summary>
internal sealed class DatasetSchemaJsonConverter : JsonConverter<DatasetSchema>
{
    public override DatasetSchema Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var columns = JsonSerializer.Deserialize<Column[]>(ref reader, options) ?? [];
        return Array.TrueForAll(columns, c => c?.Name is not null && Enum.IsDefined(c.Type)) ? new(columns) : throw new JsonException("A column has no name or an unknown type.");
    }

    public override void Write(Utf8JsonWriter writer, DatasetSchema value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.ToArray(), options);
}
