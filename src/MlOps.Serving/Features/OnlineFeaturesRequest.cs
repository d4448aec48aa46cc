using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>A request for features.</summary>
internal sealed record OnlineFeaturesRequest(FeatureQuestion Question, Dictionary<string, IReadOnlyList<FeatureValue>> Given, int Rows)
{
    public OnlineQuery ToQuery() => new() { Service = Question.Service, Features = Question.Features, FullNames = Question.FullNames, Entities = Given };

    public static OnlineFeaturesRequest Read(ReadOnlySpan<byte> utf8, FeatureQuestions questions, FeatureServingOptions options) =>
        RequestJson.Read(utf8, (ref Utf8JsonReader reader, ReadOnlySpan<byte> text) => ReadObject(ref reader, text, questions, options));

    // The types of the entities are known when the features are, whichever stands first.
    private static OnlineFeaturesRequest ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, FeatureQuestions questions, FeatureServingOptions options)
    {
        ReadOnlySpan<byte> service = [], features = [];
        Utf8JsonReader entities = default, context = default;
        bool fullNames = false, hasEntities = false, hasContext = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("features"u8)) features = Slice(ref reader, text);
            else if (reader.ValueTextEquals("feature_service"u8)) service = Slice(ref reader, text);
            else if (reader.ValueTextEquals("full_feature_names"u8)) fullNames = RequestJson.ReadFlag(ref reader, "full_feature_names");
            else if (reader.ValueTextEquals("entities"u8)) hasEntities = Remember(ref reader, out entities);
            else if (reader.ValueTextEquals("request_context"u8)) hasContext = Remember(ref reader, out context);
            else RequestJson.Skip(ref reader);
        }

        if (!hasEntities) throw new InvalidRequestException("The request has no entities.", "entities");
        var question = questions.Find(service, features, fullNames);
        var given = new Dictionary<string, IReadOnlyList<FeatureValue>>(StringComparer.Ordinal);
        JsonColumns.Read(entities, "entities", (string name, out ColumnType? type) => (type = question.TypeOf("entities", name)) is not null, options.MaxRows, given);
        if (hasContext) JsonColumns.Read(context, "request_context", (string name, out ColumnType? type) => (type = question.TypeOf("request_context", name)) is not null, options.MaxRows, given);
        question.CheckComplete(given);
        var rows = JsonColumns.CountRows(given, "entities");
        if ((long)rows * question.Names.Count > options.MaxValues)
            throw new RequestRefusedException(StatusCodes.Status413PayloadTooLarge, $"{rows} entities with {question.Names.Count} columns are more than {options.MaxValues} values, which is the most that is answered at once.");
        return new(question, given, rows);
    }

    private static bool Remember(scoped ref Utf8JsonReader reader, out Utf8JsonReader place)
    {
        reader.Read();
        place = reader;
        reader.Skip();
        return place.TokenType != JsonTokenType.Null;
    }

    // The value as it stands in the text; nothing for null.
    private static ReadOnlySpan<byte> Slice(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return [];
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return text[start..(int)reader.BytesConsumed];
    }
}
