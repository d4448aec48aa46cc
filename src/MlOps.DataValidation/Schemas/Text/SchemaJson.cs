using System.Text;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>JSON as text of a schema.</summary>
internal static class SchemaJson
{
    /// <exception cref="SchemaException">The text is no JSON.</exception>
    public static TextNode Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var bytes = Encoding.UTF8.GetBytes(json);
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 16 });
            var (line, counted) = (1, 0);
            reader.Read();
            var root = Read(ref reader, bytes, ref line, ref counted);
            reader.Read();
            return root;
        }
        catch (JsonException e)
        {
            throw new SchemaException([new(AnomalyKind.InvalidSchema, null, "The text is no JSON: " + e.Message.Split(" LineNumber")[0], (int)(e.LineNumber ?? 0) + 1)], e);
        }
    }

    public static string Write(TextNode node)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = MlOpsJson.Indented.Encoder })) Write(node, writer);
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    public static void Write(TextNode node, Utf8JsonWriter writer)
    {
        if (node.IsMap)
        {
            writer.WriteStartObject();
            foreach (var (key, value) in node.Entries)
            {
                writer.WritePropertyName(key);
                Write(value, writer);
            }

            writer.WriteEndObject();
        }
        else if (node.IsList)
        {
            writer.WriteStartArray();
            foreach (var item in node.Items) Write(item, writer);
            writer.WriteEndArray();
        }
        else if (node.IsText) writer.WriteStringValue(node.Text);
        else writer.WriteRawValue(node.Text ?? "null");
    }

    private static TextNode Read(ref Utf8JsonReader reader, byte[] bytes, ref int line, ref int counted)
    {
        line += bytes.AsSpan(counted, (int)reader.TokenStartIndex - counted).Count((byte)'\n');
        counted = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var map = TextNode.Map(line);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = reader.GetString()!;
                    reader.Read();
                    map.Put(key, Read(ref reader, bytes, ref line, ref counted));
                }

                return map;
            case JsonTokenType.StartArray:
                var start = line;
                var items = new List<TextNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Read(ref reader, bytes, ref line, ref counted));
                return TextNode.List(items, start);
            case JsonTokenType.String:
                return TextNode.Scalar(reader.GetString(), isText: true, line);
            case JsonTokenType.Null:
                return TextNode.Scalar(null, isText: false, line);
            default:
                return TextNode.Scalar(Encoding.UTF8.GetString(reader.ValueSpan), isText: false, line);
        }
    }
}
