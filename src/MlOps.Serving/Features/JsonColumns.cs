using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Reads an object of columns, each an array of values.</summary>
internal static class JsonColumns
{
    /// <summary>Reads the columns that are wanted.</summary>
    /// <param name="reader">A reader at the start of the object.</param>
    /// <param name="member">The name of the object in the body.</param>
    /// <param name="typeOf">Gives the type of a column, or null to infer it; refuses or passes over what is not wanted.</param>
    /// <param name="maxRows">How many rows there may be.</param>
    /// <param name="columns">Takes the columns.</param>
    /// <exception cref="InvalidRequestException">A value has another type, or a column stands twice.</exception>
    /// <exception cref="RequestRefusedException">There are too many rows.</exception>
    public static void Read(Utf8JsonReader reader, string member, ColumnTypes typeOf, int maxRows, Dictionary<string, IReadOnlyList<FeatureValue>> columns)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new InvalidRequestException("It must be an object of columns, each an array of values.", member);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = RequestJson.NameOf(ref reader, member);
            reader.Read();
            if (!typeOf(name, out var type))
            {
                reader.Skip();
                continue;
            }

            if (reader.TokenType != JsonTokenType.StartArray) throw new InvalidRequestException("A column must be an array of values.", member, name);
            var values = type is { } known ? ReadArray(ref reader, member, name, known, maxRows) : Infer(ref reader, member, name, maxRows);
            if (!columns.TryAdd(name, values)) throw new InvalidRequestException("The column stands twice in the request.", member, name);
        }
    }

    /// <summary>Checks that all columns have as many values, and gives the number.</summary>
    public static int CountRows(Dictionary<string, IReadOnlyList<FeatureValue>> columns, string member)
    {
        var rows = -1;
        foreach (var (name, values) in columns)
        {
            if (rows < 0) rows = values.Count;
            else if (values.Count != rows) throw new InvalidRequestException($"All columns must have as many values; this one has {values.Count}, the first one {rows}.", member, name);
        }

        return Math.Max(rows, 0);
    }

    private static List<FeatureValue> ReadArray(ref Utf8JsonReader reader, string member, string name, ColumnType type, int maxRows)
    {
        var values = new List<FeatureValue>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (values.Count == maxRows) throw new RequestRefusedException(StatusCodes.Status413PayloadTooLarge, $"Column '{name}' has more than {maxRows} values, which is the most that is taken at once.");
            if (!FeatureJson.TryRead(ref reader, type, out var value)) throw new InvalidRequestException($"It must be {FeatureJson.Expected(type)}, or null.", member, name, values.Count);
            values.Add(value);
        }

        return values;
    }

    // Integers, unless one is a fraction; else what the first value is.
    private static List<FeatureValue> Infer(ref Utf8JsonReader reader, string member, string name, int maxRows)
    {
        var ahead = reader;
        var type = ColumnType.String;
        var isKnown = false;
        while (ahead.Read() && ahead.TokenType != JsonTokenType.EndArray)
        {
            if (ahead.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) break; // refused when it is read
            if (ahead.TokenType == JsonTokenType.Null) continue;
            var found = ahead.TokenType switch
            {
                JsonTokenType.Number => ahead.TryGetInt64(out _) ? ColumnType.Int64 : ColumnType.Float64,
                JsonTokenType.True or JsonTokenType.False => ColumnType.Boolean,
                _ => ColumnType.String,
            };
            if (!isKnown || (type, found) == (ColumnType.Int64, ColumnType.Float64)) type = found;
            isKnown = true;
        }

        return ReadArray(ref reader, member, name, type, maxRows);
    }
}

/// <summary>Gives the type of a column of a request.</summary>
/// <param name="name">The column.</param>
/// <param name="type">The type; null to infer it.</param>
/// <returns>False to pass the column over.</returns>
internal delegate bool ColumnTypes(string name, out ColumnType? type);
