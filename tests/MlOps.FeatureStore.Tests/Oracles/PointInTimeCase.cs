using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

/// <summary>A peer's case of a point-in-time join: its rows, its view, and what comes out.</summary>
internal sealed class PointInTimeCase
{
    private readonly JsonElement _view;
    private readonly Column[] _keys;
    private readonly Column[] _features;

    public PointInTimeCase(JsonElement one)
    {
        _view = one.GetProperty("views").EnumerateArray().Single();
        _keys = [.. _view.GetProperty("join_keys").EnumerateArray().Select(k => ColumnOf(_view.GetProperty("rows"), k.GetString()!))];
        _features = [.. _view.GetProperty("features").EnumerateArray().Select(f => ColumnOf(_view.GetProperty("rows"), f.GetString()!))];
        var rows = one.GetProperty("entity_rows");
        Column[] columns = [.. rows[0].EnumerateObject().Select(p => _keys.FirstOrDefault(k => k.Name == p.Name) ?? ColumnOf(rows, p.Name))];
        Rows = Read(rows, columns);
        Expected = Read(one.GetProperty("expected_rows"), [.. columns, .. _features]);
        CreatedBeforeRow = one.GetProperty("options").TryGetProperty("filter_by_created_timestamp", out var filter) && filter.GetBoolean();
        Events = Read(_view.GetProperty("rows"), [.. _keys, new(EventTime, ColumnType.Timestamp), .. Created is { } created ? [new(created, ColumnType.Timestamp)] : System.Array.Empty<Column>(), .. _features]);
    }

    public RecordBatch Rows { get; }

    public RecordBatch Events { get; }

    public RecordBatch Expected { get; }

    public bool CreatedBeforeRow { get; }

    private string EventTime => _view.GetProperty("timestamp_field").GetString()!;

    private string? Created => _view.GetProperty("created_timestamp_field").GetString();

    public FeatureView ViewOf(FeatureSource source) => new()
    {
        Name = _view.GetProperty("name").GetString()!,
        Entities = [new("entity", _keys)],
        Source = source,
        EventTime = EventTime,
        CreatedTime = Created,
        TimeToLive = _view.GetProperty("ttl_seconds") is { ValueKind: JsonValueKind.Number } seconds ? TimeSpan.FromSeconds(seconds.GetDouble()) : null,
        Features = [.. _features.Select(f => new Feature(f.Name, f.Type))],
    };

    private static Column ColumnOf(JsonElement rows, string name)
    {
        var values = rows.EnumerateArray().Select(r => r.GetProperty(name)).Where(v => v.ValueKind != JsonValueKind.Null).ToList();
        if (values.Count > 0 && values.TrueForAll(v => v.ValueKind == JsonValueKind.Number)) return new(name, values.TrueForAll(v => v.TryGetInt64(out _)) ? ColumnType.Int64 : ColumnType.Float64);
        return new(name, values.TrueForAll(v => DateTimeOffset.TryParse(v.GetString(), CultureInfo.InvariantCulture, out _)) ? ColumnType.Timestamp : ColumnType.String);
    }

    private static RecordBatch Read(JsonElement rows, IReadOnlyList<Column> columns) =>
        Tables.Batch(columns, [.. rows.EnumerateArray().Select(r => columns.Select(c => r.TryGetProperty(c.Name, out var value) ? Value(value, c.Type) : default).ToArray())]);

    private static FeatureValue Value(JsonElement value, ColumnType type) => value.ValueKind == JsonValueKind.Null
        ? default
        : type switch
        {
            ColumnType.Int64 => value.GetInt64(),
            ColumnType.Float64 => value.GetDouble(),
            ColumnType.Timestamp => Tables.At(value.GetString()!),
            _ => value.GetString(),
        };
}
