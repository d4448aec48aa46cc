using System.Buffers;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Reads and writes values of features as JSON. What is no number in JSON is the text NaN, Infinity or -Infinity; bytes are Base64, days and moments are ISO 8601 in UTC.</summary>
internal static class FeatureJson
{
    private const double MaxExactInteger = 9007199254740992; // 2^53
    private const int MomentLength = 40;

    /// <summary>Reads a value.</summary>
    /// <param name="reader">A reader at the value.</param>
    /// <param name="type">Its type.</param>
    /// <param name="value">The value; null is a missing one.</param>
    /// <returns>Whether it is one of this type.</returns>
    public static bool TryRead(ref Utf8JsonReader reader, ColumnType type, out FeatureValue value)
    {
        value = default;
        if (reader.TokenType == JsonTokenType.Null) return true;
        switch (type)
        {
            case ColumnType.Boolean when reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                value = reader.GetBoolean();
                return true;
            case ColumnType.Int64 when reader.TokenType is JsonTokenType.Number:
                if (reader.TryGetInt64(out var integer)) value = integer;
                else if (reader.TryGetDouble(out var whole) && Math.Truncate(whole) == whole && Math.Abs(whole) <= MaxExactInteger) value = (long)whole; // 1001.0, as data frames write it
                else return false;
                return true;
            case ColumnType.Float64 when reader.TokenType is JsonTokenType.Number:
                if (!reader.TryGetDouble(out var number) || !double.IsFinite(number)) return false;
                value = number;
                return true;
            case ColumnType.Decimal when reader.TokenType is JsonTokenType.Number:
                if (!reader.TryGetDecimal(out var exact)) return false;
                value = exact;
                return true;
            default:
                return reader.TokenType is JsonTokenType.String && TryReadText(ref reader, type, out value);
        }
    }

    /// <summary>Says what is expected of a type, for people.</summary>
    public static string Expected(ColumnType type) => type switch
    {
        ColumnType.Boolean => "true or false",
        ColumnType.Int64 => "an integer",
        ColumnType.Float64 => "a number, or the text NaN, Infinity or -Infinity",
        ColumnType.Decimal => "a number",
        ColumnType.String => "a text",
        ColumnType.Date => "a day as text, as 2026-01-31",
        ColumnType.Timestamp => "a moment as text, as 2026-01-31T12:00:00Z; without an offset it is UTC",
        _ => "bytes as Base64 text",
    };

    public static void Write(Utf8JsonWriter json, FeatureValue value)
    {
        if (value.IsMissing)
        {
            json.WriteNullValue();
            return;
        }

        switch (value.Type)
        {
            case ColumnType.Boolean: json.WriteBooleanValue(value.Bits != 0); break;
            case ColumnType.Int64: json.WriteNumberValue(value.Bits); break;
            case ColumnType.Float64: WriteNumber(json, value.ToDouble()); break;
            case ColumnType.Decimal: json.WriteNumberValue((decimal)value.Object!); break;
            case ColumnType.String: json.WriteStringValue((string)value.Object!); break;
            case ColumnType.Binary: json.WriteBase64StringValue((byte[])value.Object!); break;
            case ColumnType.Date: WriteDay(json, value.Bits); break;
            default: WriteMoment(json, value.Bits); break;
        }
    }

    /// <summary>Writes a moment as Google's protocol buffers do: in UTC, with no, three or six digits after the second.</summary>
    public static void WriteMoment(IBufferWriter<byte> text, DateTimeOffset moment)
    {
        var micros = FeatureTime.ToMicros(moment);
        var format = micros % 1_000_000 == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : micros % 1_000 == 0 ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
        moment.UtcDateTime.TryFormat(text.GetSpan(MomentLength), out var written, format, System.Globalization.CultureInfo.InvariantCulture);
        text.Advance(written);
    }

    private static void WriteMoment(Utf8JsonWriter json, long micros)
    {
        var text = new ArrayBufferWriter<byte>(MomentLength);
        WriteMoment(text, FeatureTime.FromMicros(micros));
        json.WriteStringValue(text.WrittenSpan);
    }

    private static void WriteDay(Utf8JsonWriter json, long days)
    {
        Span<byte> text = stackalloc byte[10];
        DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)days).TryFormat(text, out var written, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        json.WriteStringValue(text[..written]);
    }

    private static void WriteNumber(Utf8JsonWriter json, double number)
    {
        if (double.IsFinite(number)) json.WriteNumberValue(number);
        else json.WriteStringValue(double.IsNaN(number) ? "NaN"u8 : number > 0 ? "Infinity"u8 : "-Infinity"u8);
    }

    private static bool TryReadText(ref Utf8JsonReader reader, ColumnType type, out FeatureValue value)
    {
        value = default;
        switch (type)
        {
            case ColumnType.Float64:
                if (reader.ValueTextEquals("NaN"u8)) value = double.NaN;
                else if (reader.ValueTextEquals("Infinity"u8)) value = double.PositiveInfinity;
                else if (reader.ValueTextEquals("-Infinity"u8)) value = double.NegativeInfinity;
                else return false;
                return true;
            case ColumnType.Binary:
                if (!reader.TryGetBytesFromBase64(out var bytes)) return false;
                value = bytes;
                return true;
            case ColumnType.String or ColumnType.Date or ColumnType.Timestamp:
                string text;
                try
                {
                    text = reader.GetString()!;
                }
                catch (InvalidOperationException)
                {
                    return false; // half of a surrogate pair
                }

                if (type == ColumnType.String) value = text;
                else if (type == ColumnType.Date && IsoTime.TryParseDay(text, out var days)) value = FeatureValue.FromBits(type, days);
                else if (type == ColumnType.Timestamp && IsoTime.TryParseMoment(text, out var micros)) value = FeatureValue.FromBits(type, micros);
                else return false;
                return true;
            default:
                return false;
        }
    }
}
