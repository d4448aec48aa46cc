using System.Globalization;
using System.Text.Json;
using Apache.Arrow;

namespace MlOps.DataValidation.Tests.Peers;

/// <summary>Makes record batches of the peer's tables, with the types that it would give them.</summary>
internal static class GreatExpectationsData
{
    public static RecordBatch Table(JsonElement dataset)
    {
        var types = dataset.GetProperty("pandas_schema");
        return TableOf.Columns([.. dataset.GetProperty("data").EnumerateObject().Select(c => (c.Name, Column([.. c.Value.EnumerateArray()], Type(types, c.Name))))]);
    }

    private static string? Type(JsonElement types, string column) =>
        types.ValueKind == JsonValueKind.Object && types.TryGetProperty(column, out var type) ? type.GetString() : null;

    private static IArrowArray Column(JsonElement[] values, string? type)
    {
        var present = values.Where(v => v.ValueKind != JsonValueKind.Null).ToList();
        if (present.Count == 0 && type is null) return new NullArray(values.Length);
        return type switch
        {
            "int" or "int64" or "Int64Dtype" or "Int64" => TableOf.Integers([.. values.Select(v => Nullable(v, e => long.Parse(e.ToString(), CultureInfo.InvariantCulture)))]),
            "float" or "float64" => Numbers(values),
            "str" => TableOf.Texts([.. values.Select(Text)]),
            "bool" or "boolean" => TableOf.Booleans([.. values.Select(v => Nullable(v, e => e.GetBoolean()))]),
            "datetime64[ns]" or "datetime64" or "datetime" => Moments(values, null),
            "timestamp" or "datetime64[ns, UTC]" => Moments(values, "UTC"),
            _ => Inferred(values, present),
        };
    }

    private static IArrowArray Inferred(JsonElement[] values, List<JsonElement> present)
    {
        if (present.TrueForAll(v => v.ValueKind is JsonValueKind.True or JsonValueKind.False)) return TableOf.Booleans([.. values.Select(v => Nullable(v, e => e.GetBoolean()))]);
        if (present.TrueForAll(v => v.ValueKind == JsonValueKind.String)) return TableOf.Texts([.. values.Select(Text)]);
        if (present.TrueForAll(v => v.ValueKind == JsonValueKind.Number))
            return present.TrueForAll(v => v.TryGetInt64(out _)) ? TableOf.Integers([.. values.Select(v => Nullable(v, e => e.GetInt64()))]) : Numbers(values);

        // Values of several types: text, and a text that reads like one of the numbers keeps its quotes, so that the two stay different.
        var numbers = present.Where(v => v.ValueKind == JsonValueKind.Number).Select(v => v.GetRawText()).ToHashSet();
        return TableOf.Texts([.. values.Select(v => v.ValueKind == JsonValueKind.String && numbers.Contains(v.GetString()!) ? v.GetRawText() : Text(v))]);
    }

    private static IArrowArray Numbers(JsonElement[] values) => TableOf.Numbers([.. values.Select(v => Nullable(v, e => double.Parse(e.ToString(), CultureInfo.InvariantCulture)))]);

    private static IArrowArray Moments(JsonElement[] values, string? zone) => TableOf.Moments(zone, [.. values.Select(v => Nullable(v, e =>
        DateTime.Parse(e.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal)))]);

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.ToString();

    private static T? Nullable<T>(JsonElement value, Func<JsonElement, T> read)
        where T : struct => value.ValueKind == JsonValueKind.Null ? null : read(value);
}
