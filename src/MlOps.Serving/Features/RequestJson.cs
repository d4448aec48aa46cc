using System.Text.Json;

namespace MlOps.Serving;

/// <summary>Reads members of request bodies.</summary>
internal static class RequestJson
{
    public static string NameOf(ref Utf8JsonReader reader, string member) => TextOf(ref reader, member);

    public static string ReadText(ref Utf8JsonReader reader, string member)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? TextOf(ref reader, member) : throw new InvalidRequestException("It must be a text.", member);
    }

    public static string? ReadTextOrNull(ref Utf8JsonReader reader, string member)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => TextOf(ref reader, member),
            _ => throw new InvalidRequestException("It must be a text.", member),
        };
    }

    public static bool ReadFlag(ref Utf8JsonReader reader, string member)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False or JsonTokenType.Null => false,
            _ => throw new InvalidRequestException("It must be true or false.", member),
        };
    }

    public static List<string>? ReadTexts(ref Utf8JsonReader reader, string member)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartArray) throw new InvalidRequestException("It must be an array of texts.", member);
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            texts.Add(reader.TokenType == JsonTokenType.String ? TextOf(ref reader, member) : throw new InvalidRequestException("It must be a text.", member, texts.Count));
        return texts;
    }

    public static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>Runs a reader over a body, whose errors become those of a request.</summary>
    public static T Read<T>(ReadOnlySpan<byte> utf8, ReadObject<T> read)
    {
        if (utf8.IsEmpty) throw new InvalidRequestException("The body is empty. Send a JSON object.");
        try
        {
            var reader = new Utf8JsonReader(utf8);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw new InvalidRequestException("The body must be a JSON object.");
            var result = read(ref reader, utf8);
            reader.Read(); // throws when anything follows
            return result;
        }
        catch (JsonException e)
        {
            throw new InvalidRequestException($"The body is no JSON: line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}.");
        }
        catch (InvalidOperationException)
        {
            throw new InvalidRequestException("The body has a member whose name is no text: it holds one half of a surrogate pair.");
        }
    }

    private static string TextOf(ref Utf8JsonReader reader, string member)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new InvalidRequestException("It must be a text; it holds half of a surrogate pair, or bytes that are no UTF-8.", member);
        }
    }
}

/// <summary>Reads an object.</summary>
/// <param name="reader">A reader at its start; afterwards at its end.</param>
/// <param name="utf8">The whole text.</param>
internal delegate T ReadObject<out T>(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8);
