using System.Text.Json;
using System.Text.RegularExpressions;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

/// <summary>A peer's case of a point-in-time join: its rows, its views, and what comes out. What is not understood fails; it is never passed over.</summary>
internal sealed partial class PointInTimeCase
{
    public const string TimeColumn = "event_timestamp";

    private static readonly string[] Fields =
        ["id", "kind", "source", "basis", "notes", "options", "entity_rows", "views", "expected_rows", "feast_sql_rows", "feast_sql_agrees"];

    private static readonly string[] Options = ["filter_by_created_timestamp", "full_feature_names", "skip_nulls"];
    private static readonly string[] ViewFields = ["name", "join_keys", "timestamp_field", "created_timestamp_field", "ttl_seconds", "features", "rows"];

    private readonly JsonElement _case;
    private readonly JsonElement[] _entities;
    private readonly JsonElement[] _expected;
    private readonly List<Column> _keys;

    public PointInTimeCase(JsonElement one)
    {
        _case = one;
        Know(one, Fields);
        if (one.GetProperty("kind").GetString() is not "point_in_time" and var kind) throw Unknown($"is of kind '{kind}'");
        Know(one.GetProperty("options"), Options);
        var views = one.GetProperty("views").EnumerateArray().ToList();
        foreach (var view in views) Know(view, ViewFields);
        (_entities, _expected) = ([.. one.GetProperty("entity_rows").EnumerateArray()], [.. one.GetProperty("expected_rows").EnumerateArray()]);
        if (_expected.Length != _entities.Length) throw Unknown($"has {_entities.Length} entity rows and expects {_expected.Length}");
        _keys = [.. views.SelectMany(v => Names(v, "join_keys")).Distinct().Select(k => ColumnOf(k, _entities.Concat(views.Where(v => Names(v, "join_keys").Contains(k)).SelectMany(RowsOf)), k))];
        Views = views.ConvertAll(Read);
        var columns = _entities.SelectMany(r => r.EnumerateObject()).Select(p => p.Name).Union(_keys.Select(k => k.Name)).Append(TimeColumn).Distinct()
            .Select(c => _keys.Find(k => k.Name == c) ?? (c == TimeColumn ? new(c, ColumnType.Timestamp) : ColumnOf(c, _entities.Concat(_expected), c))).ToList();
        Rows = Read(_entities, [.. columns.Select(c => (c, c.Name))]);
        List<(Column Column, string Name)> outputs = [.. columns.Select(c => (c, c.Name)), .. Views.SelectMany(v => v.View.Features.Select(f => (new Column(f.Name, f.Type), NameOf(v.View.Name, f.Name))))];
        foreach (var name in _expected.SelectMany(r => r.EnumerateObject()).Select(p => p.Name).Where(n => outputs.TrueForAll(o => o.Name != n))) throw Unknown($"expects a column '{name}' that no view has");
        Expected = Read(_expected, outputs);
    }

    public RecordBatch Rows { get; }

    public RecordBatch Expected { get; }

    public IReadOnlyList<(FeatureView View, RecordBatch Events)> Views { get; }

    public bool CreatedBeforeRow => IsSet("filter_by_created_timestamp");

    private (FeatureView View, RecordBatch Events) Read(JsonElement view)
    {
        var name = view.GetProperty("name").GetString()!;
        var (time, created) = (view.GetProperty("timestamp_field").GetString()!, view.GetProperty("created_timestamp_field").GetString());
        var features = Names(view, "features").Select(f => ColumnOf(NameOf(name, f), _expected, f, RowsOf(view))).ToList();
        List<Column> keys = [.. Names(view, "join_keys").Select(k => _keys.Find(c => c.Name == k)!)];
        List<Column> columns = [.. keys, new(time, ColumnType.Timestamp), .. created is null ? [] : new[] { new Column(created, ColumnType.Timestamp) }, .. features];
        var made = new FeatureView
        {
            Name = name,
            Entities = [new("entity", keys)],
            Source = FeatureSource.Pushed(),
            EventTime = time,
            CreatedTime = created,
            TimeToLive = view.GetProperty("ttl_seconds") is { ValueKind: JsonValueKind.Number } seconds ? TimeSpan.FromMicroseconds((long)Math.Round(seconds.GetDecimal() * 1_000_000m)) : null,
            SkipsNulls = IsSet("skip_nulls"),
            Features = [.. features.Select(f => new Feature(f.Name, f.Type))],
        };
        return (made, Read([.. RowsOf(view)], [.. columns.Select(c => (c, c.Name))]));
    }

    private static RecordBatch Read(JsonElement[] rows, IReadOnlyList<(Column Column, string Name)> columns) =>
        Tables.Batch(
            [.. columns.Select(c => new Column(c.Name, c.Column.Type))],
            [.. rows.Select(r => columns.Select(c => r.TryGetProperty(c.Name, out var value) ? Value(value, c.Column.Type) : default).ToArray())]);

    private Column ColumnOf(string name, IEnumerable<JsonElement> rows, string other, IEnumerable<JsonElement>? others = null)
    {
        var values = ValuesOf(rows, name).Concat(ValuesOf(others ?? [], other)).ToList();
        if (values.Count == 0) return new(other, ColumnType.String);
        if (values.TrueForAll(v => v.ValueKind == JsonValueKind.Number)) return new(other, values.TrueForAll(v => v.TryGetInt64(out _)) ? ColumnType.Int64 : ColumnType.Float64);
        if (values.TrueForAll(v => v.ValueKind is JsonValueKind.True or JsonValueKind.False)) return new(other, ColumnType.Boolean);
        if (!values.TrueForAll(v => v.ValueKind == JsonValueKind.String)) throw Unknown($"has values of several types in '{other}'");
        return new(other, values.TrueForAll(v => Moment().IsMatch(v.GetString()!)) ? ColumnType.Timestamp : ColumnType.String);
    }

    private static IEnumerable<JsonElement> ValuesOf(IEnumerable<JsonElement> rows, string name) =>
        rows.Select(r => r.TryGetProperty(name, out var value) ? value : default).Where(v => v.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined));

    private static FeatureValue Value(JsonElement value, ColumnType type) => value.ValueKind == JsonValueKind.Null
        ? default
        : type switch
        {
            ColumnType.Int64 => value.GetInt64(),
            ColumnType.Float64 => value.GetDouble(),
            ColumnType.Boolean => value.GetBoolean(),
            ColumnType.Timestamp => Tables.At(value.GetString()!),
            _ => value.GetString(),
        };

    private static IEnumerable<JsonElement> RowsOf(JsonElement view) => view.GetProperty("rows").EnumerateArray();

    private static List<string> Names(JsonElement view, string field) => [.. view.GetProperty(field).EnumerateArray().Select(n => n.GetString()!)];

    private string NameOf(string view, string feature) => IsSet("full_feature_names") ? $"{view}__{feature}" : feature;

    private bool IsSet(string option) => _case.GetProperty("options").TryGetProperty(option, out var value) && value.GetBoolean();

    private void Know(JsonElement part, string[] fields)
    {
        foreach (var field in part.EnumerateObject().Where(f => !fields.Contains(f.Name))) throw Unknown($"has '{field.Name}'");
    }

    private NotSupportedException Unknown(string what) => new($"Case '{_case.GetProperty("id").GetString()}' {what}. Teach {nameof(PointInTimeCase)} what that means.");

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")]
    private static partial Regex Moment();
}
