using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace MlOps.Core;

/// <summary>Where a page ends, as a text that callers hand back: the order values of its last row, and which search it belongs to.</summary>
internal static class SearchCursor
{
    internal static string Write(string fingerprint, IReadOnlyList<object?> values)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(fingerprint);
            foreach (var value in values) Write(writer, value);
            writer.WriteEndArray();
        }

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }

    internal static object?[] Read(string token, string fingerprint, IReadOnlyList<SearchOrder> orders)
    {
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(token));
            var items = json.RootElement.ValueKind is JsonValueKind.Array ? json.RootElement.EnumerateArray().ToList() : [];
            if (items.Count > 0 && items[0].ValueKind is JsonValueKind.String && items[0].GetString() != fingerprint)
                throw new SearchException("Invalid page token: it belongs to another search. Use it with the same filter, order and scope, or start at the first page.");
            if (items.Count == orders.Count + 1) return [.. orders.Select((order, i) => Read(items[i + 1], order.Field.Type))];
        }
        catch (Exception e) when (e is FormatException or OverflowException or JsonException or InvalidOperationException)
        {
            throw new SearchException("Invalid page token, could not base64-decode. Use the token of the page before as it was given.");
        }

        throw new SearchException("Invalid page token: it was made by another version. Start at the first page.");
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case long moment: writer.WriteNumberValue(moment); break;
            case double number: writer.WriteStringValue(BitConverter.DoubleToInt64Bits(number).ToString("x", CultureInfo.InvariantCulture)); break;
            default: throw new ArgumentException($"A {value.GetType().Name} is no value to order by.", nameof(value));
        }
    }

    private static object? Read(JsonElement item, SearchType type) => type switch
    {
        _ when item.ValueKind is JsonValueKind.Null => null,
        SearchType.Text => item.GetString(),
        SearchType.Time => item.GetInt64(),
        _ => BitConverter.Int64BitsToDouble(long.Parse(item.GetString()!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)),
    };
}
