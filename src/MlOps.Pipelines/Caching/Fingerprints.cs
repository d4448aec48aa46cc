using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>What identifies the content of a value: its own fingerprint, or the SHA-256 of its JSON in which fingerprints stand for what has one.</summary>
internal static class Fingerprints
{
    private static readonly JsonSerializerOptions Options = CreateOptions();

    /// <summary>A locked dataset is not the same as the open one: a stage that may read the one may not read the other.</summary>
    public static string Of(IFingerprinted content) => content is Dataset { IsLocked: true } ? $"{content.Fingerprint} locked" : content.Fingerprint;

    public static string Of(object? value, Type type)
    {
        if (value is IFingerprinted content) return content is Dataset { IsLocked: true } ? Sha256.Hex(Of(content)) : content.Fingerprint;
        using var json = JsonSerializer.SerializeToDocument(value, type, Options);
        using var canonical = new MemoryStream();
        using (var writer = new Utf8JsonWriter(canonical, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) Sort(json.RootElement, writer);
        return Sha256.Hex(canonical.ToArray());
    }

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions(MlOpsJson.Options);
        options.Converters.Add(new Replace());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static void Sort(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Sort(property.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Sort(item, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private sealed class Replace : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeof(IFingerprinted).IsAssignableFrom(typeToConvert);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(Writer<>).MakeGenericType(typeToConvert))!;

        private sealed class Writer<T> : JsonConverter<T>
            where T : IFingerprinted
        {
            public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

            public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Of(value));
        }
    }
}
