using System.Text.Json;
using System.Text.RegularExpressions;

namespace MlOps.DataValidation;

/// <summary>The part of JSON Schema (2020-12) that looks at values in place: no references, no conditions.</summary>
internal sealed class JsonSchema
{
    private static readonly HashSet<string> Silent = ["$schema", "$id", "title", "description", "default", "examples", "format", "$comment", "definitions", "$defs"];
    private readonly List<Func<JsonElement, bool>> _checks = [];

    private JsonSchema()
    {
    }

    public static string Check(string schema)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(schema);
        try
        {
            Read(schema, Regex.InfiniteMatchTimeout);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"The JSON schema is no JSON: {e.Message}", nameof(schema), e);
        }

        return schema;
    }

    public static JsonSchema Read(string schema, TimeSpan timeout)
    {
        using var document = JsonDocument.Parse(schema);
        return Read(document.RootElement.Clone(), timeout);
    }

    public bool Fits(ReadOnlySpan<char> text) => JsonText.Read(text, bytes =>
    {
        var reader = new Utf8JsonReader(bytes);
        using var document = JsonDocument.ParseValue(ref reader);
        return !reader.Read() && Fits(document.RootElement);
    });

    private bool Fits(JsonElement value) => _checks.TrueForAll(c => c(value));

    private static JsonSchema Read(JsonElement schema, TimeSpan timeout)
    {
        var read = new JsonSchema();
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False) read._checks.Add(_ => schema.ValueKind == JsonValueKind.True);
        else if (schema.ValueKind != JsonValueKind.Object) throw new ArgumentException($"A JSON schema is an object, true or false, and not {schema.ValueKind}.");
        else foreach (var word in schema.EnumerateObject()) read.Add(word.Name, word.Value, schema, timeout);
        return read;
    }

    private void Add(string word, JsonElement value, JsonElement schema, TimeSpan timeout)
    {
        if (Silent.Contains(word)) return;
        _checks.Add(Values(word, value) ?? Texts(word, value, timeout) ?? Objects(word, value, schema, timeout) ?? Arrays(word, value, schema, timeout) ?? Combined(word, value, timeout)
            ?? throw new ArgumentException($"The JSON schema uses '{word}', which is not supported. Leave it out, or check it by an expectation of your own."));
    }

    private static Func<JsonElement, bool>? Values(string word, JsonElement value)
    {
        switch (word)
        {
            case "type":
                var types = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(t => t.GetString()!).ToArray() : [value.GetString()!];
                return v => Array.Exists(types, t => IsType(v, t));
            case "enum":
                var values = value.EnumerateArray().ToArray();
                return v => Array.Exists(values, e => JsonElement.DeepEquals(e, v));
            case "const":
                return v => JsonElement.DeepEquals(value, v);
            case "minimum":
                return Number(n => n >= value.GetDouble());
            case "maximum":
                return Number(n => n <= value.GetDouble());
            case "exclusiveMinimum":
                return Number(n => n > value.GetDouble());
            case "exclusiveMaximum":
                return Number(n => n < value.GetDouble());
            case "multipleOf":
                return Number(n => Math.Abs(Math.IEEERemainder(n, value.GetDouble())) <= 1e-9 * Math.Abs(value.GetDouble()));
            default:
                return null;
        }
    }

    private static Func<JsonElement, bool>? Texts(string word, JsonElement value, TimeSpan timeout)
    {
        switch (word)
        {
            case "minLength":
                return Text(t => LengthRule.Count(t) >= value.GetInt64());
            case "maxLength":
                return Text(t => LengthRule.Count(t) <= value.GetInt64());
            case "pattern":
                var pattern = new Regex(value.GetString()!, RegexOptions.CultureInvariant, timeout);
                return Text(pattern.IsMatch);
            default:
                return null;
        }
    }

    private static Func<JsonElement, bool>? Objects(string word, JsonElement value, JsonElement schema, TimeSpan timeout)
    {
        switch (word)
        {
            case "properties":
                var properties = value.EnumerateObject().ToDictionary(p => p.Name, p => Read(p.Value, timeout), StringComparer.Ordinal);
                return Object(o => properties.All(p => !o.TryGetProperty(p.Key, out var inner) || p.Value.Fits(inner)));
            case "required":
                var required = value.EnumerateArray().Select(n => n.GetString()!).ToArray();
                return Object(o => Array.TrueForAll(required, n => o.TryGetProperty(n, out _)));
            case "additionalProperties":
                var known = schema.TryGetProperty("properties", out var named) ? named.EnumerateObject().Select(p => p.Name).ToHashSet(StringComparer.Ordinal) : [];
                var others = Read(value, timeout);
                return Object(o => o.EnumerateObject().All(p => known.Contains(p.Name) || others.Fits(p.Value)));
            case "minProperties":
                return Object(o => o.GetPropertyCount() >= value.GetInt64());
            case "maxProperties":
                return Object(o => o.GetPropertyCount() <= value.GetInt64());
            default:
                return null;
        }
    }

    private static Func<JsonElement, bool>? Arrays(string word, JsonElement value, JsonElement schema, TimeSpan timeout)
    {
        switch (word)
        {
            case "prefixItems":
                var first = value.EnumerateArray().Select(i => Read(i, timeout)).ToArray();
                return List(a => first.Zip(a.EnumerateArray()).All(p => p.First.Fits(p.Second)));
            case "items":
                var skipped = schema.TryGetProperty("prefixItems", out var prefix) ? prefix.GetArrayLength() : 0;
                var each = Read(value, timeout);
                return List(a => a.EnumerateArray().Skip(skipped).All(each.Fits));
            case "minItems":
                return List(a => a.GetArrayLength() >= value.GetInt64());
            case "maxItems":
                return List(a => a.GetArrayLength() <= value.GetInt64());
            case "uniqueItems":
                return List(a => value.ValueKind != JsonValueKind.True || AreDifferent([.. a.EnumerateArray()]));
            default:
                return null;
        }
    }

    private static Func<JsonElement, bool>? Combined(string word, JsonElement value, TimeSpan timeout)
    {
        if (word == "not")
        {
            var refused = Read(value, timeout);
            return v => !refused.Fits(v);
        }

        if (word is not ("allOf" or "anyOf" or "oneOf")) return null;
        var parts = value.EnumerateArray().Select(p => Read(p, timeout)).ToArray();
        return word switch
        {
            "allOf" => v => Array.TrueForAll(parts, p => p.Fits(v)),
            "anyOf" => v => Array.Exists(parts, p => p.Fits(v)),
            _ => v => parts.Count(p => p.Fits(v)) == 1,
        };
    }

    private static Func<JsonElement, bool> Number(Func<double, bool> check) => v => v.ValueKind != JsonValueKind.Number || check(v.GetDouble());

    private static Func<JsonElement, bool> Text(Func<string, bool> check) => v => v.ValueKind != JsonValueKind.String || check(v.GetString()!);

    private static Func<JsonElement, bool> Object(Func<JsonElement, bool> check) => v => v.ValueKind != JsonValueKind.Object || check(v);

    private static Func<JsonElement, bool> List(Func<JsonElement, bool> check) => v => v.ValueKind != JsonValueKind.Array || check(v);

    private static bool IsType(JsonElement value, string type) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        "string" => value.ValueKind == JsonValueKind.String,
        _ => false,
    };

    private static bool AreDifferent(JsonElement[] items)
    {
        for (var i = 1; i < items.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (JsonElement.DeepEquals(items[i], items[j])) return false;
            }
        }

        return true;
    }
}
