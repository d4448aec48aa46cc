using System.Text.Json;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>A request to bring features to the online store.</summary>
internal sealed record MaterializeRequest(DateTimeOffset? From, DateTimeOffset To, IReadOnlyList<string>? Views)
{
    public static MaterializeRequest Read(ReadOnlySpan<byte> utf8, bool isIncremental) =>
        RequestJson.Read(utf8, (ref Utf8JsonReader reader, ReadOnlySpan<byte> _) => ReadObject(ref reader, isIncremental));

    private static MaterializeRequest ReadObject(ref Utf8JsonReader reader, bool isIncremental)
    {
        DateTimeOffset? from = null, to = null;
        IReadOnlyList<string>? views = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (!isIncremental && reader.ValueTextEquals("start_ts"u8)) from = ReadMoment(ref reader, "start_ts");
            else if (reader.ValueTextEquals("end_ts"u8)) to = ReadMoment(ref reader, "end_ts");
            else if (reader.ValueTextEquals("feature_views"u8)) views = RequestJson.ReadTexts(ref reader, "feature_views");
            else RequestJson.Skip(ref reader);
        }

        if (!isIncremental && from is null) throw new InvalidRequestException("Say where the span begins.", "start_ts");
        if (to is null) throw new InvalidRequestException("Say where the span ends.", "end_ts");
        if (from > to) throw new InvalidRequestException("The span ends before it begins.", "end_ts");
        return new(from, to.Value, views);
    }

    private static DateTimeOffset ReadMoment(ref Utf8JsonReader reader, string member) => IsoTime.TryParseMoment(RequestJson.ReadText(ref reader, member), out var micros)
        ? FeatureTime.FromMicros(micros)
        : throw new InvalidRequestException($"It must be {FeatureJson.Expected(ColumnType.Timestamp)}.", member);
}
