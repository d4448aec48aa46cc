using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.Core;

/// <summary>Writes a schema as an array of columns, for it reads back through its constructor only.</summary>
internal sealed class DatasetSchemaJsonConverter : JsonConverter<DatasetSchema>
{
    public override DatasetSchema Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonSerializer.Deserialize<Column[]>(ref reader, options) ?? []);

    public override void Write(Utf8JsonWriter writer, DatasetSchema value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.ToArray(), options);
}
