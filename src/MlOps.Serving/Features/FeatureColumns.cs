using System.Buffers;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Writes features column by column. The statuses and times of one feature are mostly those of the feature before, of the same view: their text is made once and written again.</summary>
internal sealed class FeatureColumns(Utf8JsonWriter json, FeatureVectors vectors)
{
    private readonly FeatureStatus[] _statuses = new FeatureStatus[vectors.Count];
    private readonly DateTimeOffset?[] _times = new DateTimeOffset?[vectors.Count];
    private readonly ArrayBufferWriter<byte> _statusText = new();
    private readonly ArrayBufferWriter<byte> _timeText = new();

    /// <summary>Writes one feature of all entities.</summary>
    /// <param name="feature">Which one.</param>
    public void Write(int feature)
    {
        json.WriteStartObject();
        json.WriteStartArray("values"u8);
        for (var i = 0; i < vectors.Count; i++) FeatureJson.Write(json, vectors[i, feature]);
        json.WriteEndArray();
        json.WritePropertyName("statuses"u8);
        json.WriteRawValue(StatusesOf(feature), skipInputValidation: true);
        json.WritePropertyName("event_timestamps"u8);
        json.WriteRawValue(TimesOf(feature), skipInputValidation: true);
        json.WriteEndObject();
    }

    private ReadOnlySpan<byte> StatusesOf(int feature)
    {
        var isOther = _statusText.WrittenCount == 0;
        for (var i = 0; i < _statuses.Length; i++)
        {
            var status = vectors.StatusOf(i, feature);
            isOther |= status != _statuses[i];
            _statuses[i] = status;
        }

        if (!isOther) return _statusText.WrittenSpan;
        _statusText.ResetWrittenCount();
        _statusText.Write("["u8);
        for (var i = 0; i < _statuses.Length; i++)
        {
            if (i > 0) _statusText.Write(","u8);
            _statusText.Write(_statuses[i] switch
            {
                FeatureStatus.Present => "\"PRESENT\""u8,
                FeatureStatus.Null => "\"NULL_VALUE\""u8,
                FeatureStatus.OutsideTimeToLive => "\"OUTSIDE_MAX_AGE\""u8,
                _ => "\"NOT_FOUND\""u8,
            });
        }

        _statusText.Write("]"u8);
        return _statusText.WrittenSpan;
    }

    private ReadOnlySpan<byte> TimesOf(int feature)
    {
        var isOther = _timeText.WrittenCount == 0;
        for (var i = 0; i < _times.Length; i++)
        {
            var time = vectors.EventTimeOf(i, feature);
            isOther |= time != _times[i];
            _times[i] = time;
        }

        if (!isOther) return _timeText.WrittenSpan;
        _timeText.ResetWrittenCount();
        _timeText.Write("["u8);
        for (var i = 0; i < _times.Length; i++)
        {
            if (i > 0) _timeText.Write(","u8);
            _timeText.Write("\""u8);
            FeatureJson.WriteMoment(_timeText, _times[i] ?? DateTimeOffset.UnixEpoch); // for what has no event, as Feast gives it
            _timeText.Write("\""u8);
        }

        _timeText.Write("]"u8);
        return _timeText.WrittenSpan;
    }
}
