using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MlOps.Mlflow;

/// <summary>The fields of a request: members of a JSON body, or arguments of the query. Unknown ones are passed over and null is as good as absent.</summary>
internal sealed class WireRequest : IDisposable
{
    private static readonly JsonDocumentOptions Parsing = new() { MaxDepth = 64 };

    private readonly JsonDocument? _document;
    private readonly JsonElement _body;
    private readonly IQueryCollection? _query;

    private WireRequest(JsonDocument document) => (_document, _body) = (document, document.RootElement);

    private WireRequest(IQueryCollection? query) => _query = query;

    public static WireRequest Of(IQueryCollection query) => new(query);

    /// <summary>Reads a body. One that is no JSON object is as good as none; old clients send the object as a JSON text.</summary>
    public static WireRequest Of(ReadOnlyMemory<byte> utf8)
    {
        var document = Parse(utf8);
        if (document?.RootElement.ValueKind == JsonValueKind.String)
        {
            var text = TextOf(document.RootElement);
            document.Dispose();
            document = text is null ? null : Parse(Encoding.UTF8.GetBytes(text));
        }

        if (document?.RootElement.ValueKind == JsonValueKind.Object) return new(document);
        document?.Dispose();
        return new((IQueryCollection?)null);
    }

    public bool Has(string name) => _query is not null ? _query.ContainsKey(name) : TryGet(name, out _);

    /// <summary>Reads a text; null when it is absent.</summary>
    public string? Text(string name, bool orNumber = false)
    {
        if (_query is not null) return _query.TryGetValue(name, out var values) && values.Count > 0 ? values[^1] : null;
        if (!TryGet(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.String) return TextOf(value) ?? throw Wrong(name, value);
        return orNumber && value.ValueKind == JsonValueKind.Number ? value.GetRawText() : throw Wrong(name, value);
    }

    /// <summary>Reads a text that must be there and not be empty.</summary>
    public string RequiredText(string name, bool orNumber = false) => Text(name, orNumber) is { Length: > 0 } text ? text : throw WireException.Missing(name);

    /// <summary>Reads the run, which old clients call run_uuid.</summary>
    public string RunId() => Text("run_id") is { Length: > 0 } id ? id : Text("run_uuid") is { Length: > 0 } old ? old : throw WireException.Missing("run_id");

    /// <summary>Reads a whole number, which may stand in a text.</summary>
    public long? Integer(string name)
    {
        if (_query is not null)
        {
            if (Text(name) is not { Length: > 0 } text) return null;
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(name, text);
        }

        return TryGet(name, out var value) ? IntegerOf(value) ?? throw Wrong(name, value) : null;
    }

    public double? Double(string name)
    {
        if (_query is not null) return Text(name) is not { } text ? null : ParseDouble(text) ?? throw Wrong(name, text);
        return TryGet(name, out var value) ? DoubleOf(value) ?? throw Wrong(name, value) : null;
    }

    public bool Flag(string name)
    {
        if (_query is not null)
        {
            return Text(name) switch
            {
                null or "" or "false" or "False" => false,
                "true" or "True" => true,
                var text => throw Wrong(name, text),
            };
        }

        if (!TryGet(name, out var value)) return false;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, value);
    }

    /// <summary>Reads a choice by its name or its number; null when it is absent.</summary>
    public T? Choice<T>(string name, IReadOnlyList<(string Name, int Number, T Value)> choices)
        where T : struct
    {
        if (_query is not null)
        {
            if (Text(name) is not { Length: > 0 } text) return null;
            foreach (var choice in choices) if (choice.Name == text || choice.Number.ToString(CultureInfo.InvariantCulture) == text) return choice.Value;
            throw Wrong(name, text);
        }

        if (!TryGet(name, out var value)) return null;
        foreach (var choice in choices)
        {
            if (value.ValueKind == JsonValueKind.String ? value.ValueEquals(choice.Name) : IntegerOf(value) == choice.Number) return choice.Value;
        }

        throw Wrong(name, value);
    }

    /// <summary>Reads a list of texts; in a query the key comes once for each.</summary>
    public IReadOnlyList<string> Texts(string name, bool orNumber = false)
    {
        if (_query is not null)
        {
            if (!_query.TryGetValue(name, out var values) && !_query.TryGetValue(name + "[]", out values)) return [];
            return [.. values.Where(v => v is not null).Select(v => v!)];
        }

        var items = List(name, out var list);
        if (items == 0) return [];
        var texts = new string[items];
        var i = 0;
        foreach (var item in list.EnumerateArray())
        {
            texts[i++] = (item.ValueKind == JsonValueKind.String ? TextOf(item) : orNumber && item.ValueKind == JsonValueKind.Number ? item.GetRawText() : null) ?? throw Wrong(name, list);
        }

        return texts;
    }

    /// <summary>Finds a list of a body; it has 0 items when it is absent.</summary>
    public int List(string name, out JsonElement list)
    {
        list = default;
        if (_query is not null || !TryGet(name, out list)) return 0;
        return list.ValueKind == JsonValueKind.Array ? list.GetArrayLength() : throw Wrong(name, list);
    }

    /// <summary>Reads a list of objects with key and value. Of a key that comes twice the last value counts; the check gives the value that is kept.</summary>
    public Dictionary<string, string> Pairs(string name, Func<string, string, string, string> check)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (List(name, out var list) == 0) return pairs;
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object) throw Wrong(name, list);
            var key = Member(item, "key", name, list) is { Length: > 0 } text ? text : throw WireException.Missing($"{name}[{index}].key");
            var value = Member(item, "value", name, list) ?? string.Empty;
            pairs[key] = check($"{name}[{index}].", key, value);
            index++;
        }

        return pairs;
    }

    /// <summary>Reads a text of an object in a list; null when it is absent.</summary>
    public static string? Member(JsonElement item, string member, string name, JsonElement list)
    {
        if (!item.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.String ? TextOf(value) ?? throw Wrong(name, list) : throw Wrong(name, list);
    }

    public static long? IntegerOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole,
        JsonValueKind.Number => Whole(value.GetDouble()),
        JsonValueKind.String when long.TryParse(TextOf(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        _ => null,
    };

    public static double? DoubleOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String => ParseDouble(TextOf(value)),
        _ => null,
    };

    public static WireException Wrong(string name, JsonElement value) =>
        WireException.Invalid($"Invalid value {PythonText.Json(value)} for parameter '{name}' supplied:  Hint: Value was of type '{PythonText.TypeOf(value)}'. See the API docs for more information about request parameters.");

    private static WireException Wrong(string name, string value) =>
        WireException.Invalid($"Invalid value {PythonText.Json(value)} for parameter '{name}' supplied:  Hint: Value was of type 'str'. See the API docs for more information about request parameters.");

    public void Dispose() => _document?.Dispose();

    private bool TryGet(string name, out JsonElement value)
    {
        value = default;
        return _body.ValueKind == JsonValueKind.Object && _body.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return utf8.IsEmpty ? null : JsonDocument.Parse(utf8, Parsing);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Null for one half of a surrogate pair and for bytes that are no UTF-8.
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static double? ParseDouble(string? text) => text switch
    {
        "Infinity" or "inf" => double.PositiveInfinity,
        "-Infinity" or "-inf" => double.NegativeInfinity,
        "NaN" or "nan" => double.NaN,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
    };

    // A float that is a whole number is one; another would be cut silently.
    private static long? Whole(double value) => value == Math.Truncate(value) && Math.Abs(value) < 9.2e18 ? (long)value : null;
}
