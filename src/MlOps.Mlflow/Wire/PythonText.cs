using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MlOps.Mlflow;

/// <summary>Values as MLflow's messages show them: clients and tests compare these texts.</summary>
internal static class PythonText
{
    private const int Longest = 1000;

    private static readonly JsonWriterOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a JSON value without spaces and with its members in order, cut when it is very long.</summary>
    public static string Json(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined) return "null";
        using var buffer = new MemoryStream();
        try
        {
            using var json = new Utf8JsonWriter(buffer, Compact);
            Write(json, value);
        }
        catch (InvalidOperationException)
        {
            return Cut(value.GetRawText()); // half of a surrogate pair, which no text can hold
        }

        return Cut(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    public static string Json(string value) => Cut(JsonSerializer.Serialize(value, WireJson.Text));

    /// <summary>Names the type of a JSON value as Python does.</summary>
    public static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "str",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "int" : "float",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "list",
        JsonValueKind.Object => "dict",
        _ => "NoneType",
    };

    /// <summary>Writes a text in Python's quotes.</summary>
    public static string Quoted(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var quoted = new StringBuilder().Append(quote);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                _ when c == quote => quoted.Append('\\').Append(c),
                _ when c < ' ' => quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append(quote).ToString();
    }

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        double.NaN => "nan",
        _ when value == Math.Truncate(value) && Math.Abs(value) < 1e16 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Cut(string text) => text.Length <= Longest ? text : text[..Longest] + "...";

    private static void Write(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(json, item);
                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
