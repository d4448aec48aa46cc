using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>Writes a scalar as a plain JSON value. NaN and infinities are text.</summary>
internal sealed class ScalarJsonConverter : JsonConverter<Scalar>
{
    public override bool HandleNull => true;

    public override Scalar Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Null => default,
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number when reader.TryGetInt64(out var integer) => integer,
        JsonTokenType.Number => Fraction(ref reader),
        _ => throw new JsonException($"A {reader.TokenType} is no value: write a number, text, true, false or null."),
    };

    public override void Write(Utf8JsonWriter writer, Scalar value, JsonSerializerOptions options)
    {
        switch (value.Value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case long integer:
                writer.WriteNumberValue(integer);
                break;
            case double number when double.IsFinite(number):
                writer.WriteRawValue(Text(number), skipInputValidation: true);
                break;
            case decimal exact:
                writer.WriteNumberValue(exact);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }

    // A fraction keeps its point, so that it is a fraction again when it is read.
    private static string Text(double number)
    {
        var text = number.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text;
    }

    // A decimal that a double would change stays a decimal.
    private static Scalar Fraction(ref Utf8JsonReader reader)
    {
        var number = reader.GetDouble();
        return reader.TryGetDecimal(out var exact) && double.IsFinite(number) && Math.Abs(number) < 1e28 && (decimal)number != exact && exact.Scale <= 18 && number.ToString("R", System.Globalization.CultureInfo.InvariantCulture).Length < 17 ? exact : number;
    }
}
