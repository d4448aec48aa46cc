using System.Text.Json;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>A request to take events of a view.</summary>
internal sealed record PushRequest(string View, RecordBatch Rows, PushTarget Target)
{
    public static PushRequest Read(ReadOnlySpan<byte> utf8, IFeatureDirectory directory, FeatureServingOptions options) =>
        RequestJson.Read(utf8, (ref Utf8JsonReader reader, ReadOnlySpan<byte> _) => ReadObject(ref reader, directory, options));

    private static PushRequest ReadObject(ref Utf8JsonReader reader, IFeatureDirectory directory, FeatureServingOptions options)
    {
        string? view = null, target = null;
        Utf8JsonReader frame = default;
        var hasFrame = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("push_source_name"u8))
            {
                view = RequestJson.ReadText(ref reader, "push_source_name");
            }
            else if (reader.ValueTextEquals("to"u8))
            {
                target = RequestJson.ReadText(ref reader, "to");
            }
            else if (reader.ValueTextEquals("df"u8))
            {
                reader.Read();
                frame = reader;
                hasFrame = true;
                reader.Skip();
            }
            else
            {
                RequestJson.Skip(ref reader);
            }
        }

        if (string.IsNullOrEmpty(view)) throw new InvalidRequestException("Name the feature view.", "push_source_name");
        if (!hasFrame) throw new InvalidRequestException("There are no rows.", "df");
        var columns = directory.DescribePush(view);
        var given = new Dictionary<string, IReadOnlyList<FeatureValue>>(StringComparer.Ordinal);
        JsonColumns.Read(frame, "df", (string name, out ColumnType? type) =>
        {
            var column = columns.FirstOrDefault(c => c.Name == name);
            type = column?.Type;
            return column is not null;
        }, options.MaxRows, given);
        foreach (var column in columns)
        {
            if (!given.ContainsKey(column.Name)) throw new InvalidRequestException("The column lacks.", "df", column.Name);
        }

        return new(view, ValueBatch.Of(columns, given, JsonColumns.CountRows(given, "df")), TargetOf(target));
    }

    private static PushTarget TargetOf(string? text) => text switch
    {
        null or "online" => PushTarget.Online,
        "offline" => PushTarget.Offline,
        "online_and_offline" => PushTarget.OnlineAndOffline,
        _ => throw new InvalidRequestException("It must be online, offline or online_and_offline.", "to"),
    };
}
