using System.Globalization;
using System.Text.Json;
using MlOps.Core;
using MlOps.Peers;

namespace MlOps.FeatureStore.Tests;

/// <summary>A case of Chronon as events, moments to ask for, aggregations and what is expected. What is not understood fails; it is never passed over.</summary>
internal sealed record ChrononCase
{
    private static readonly string[] Keys = ["key", "listing_id", "id", "entity", "entity_id", "user"];
    private static readonly string[] NoValues = [.. Keys, "ts", "time", "event_ts", "mutation_ts", "mutation_time", "is_before", "reversal", "ds", "event"];

    private static readonly string[] Fields =
        ["id", "kind", "source", "basis", "notes", "accuracy", "events", "mutations", "snapshots", "snapshot", "snapshot_rows", "queries", "aggregations", "expected", "expected_rows"];

    private static readonly string[] AggregationFields = ["name", "op", "operation", "column", "input", "input_column", "inputColumn", "window_ms", "window", "k"];

    public required IReadOnlyList<Feature> Features { get; init; }

    /// <summary>Gets the type of each column of values.</summary>
    public required IReadOnlyDictionary<string, ColumnType> Columns { get; init; }

    public required IReadOnlyList<ChrononEvent> Events { get; init; }

    public required IReadOnlyList<ChrononQuery> Queries { get; init; }

    public bool HasMutations { get; init; }

    public static ChrononCase Read(JsonElement one)
    {
        Know(one, one, Fields);
        var kind = Text(one, "kind") ?? throw Unknown(one, "has no kind");
        var accuracy = Text(one, "accuracy") ?? "";
        var hasMutations = one.TryGetProperty("mutations", out var mutations);
        var isMutation = kind.Contains("mutation", StringComparison.OrdinalIgnoreCase);
        if (isMutation != hasMutations) throw Unknown(one, $"is of kind '{kind}' and has {(hasMutations ? "" : "no ")}mutations");
        var isSnapshot = !isMutation && (kind.Contains("snapshot", StringComparison.OrdinalIgnoreCase) || accuracy.Equals("SNAPSHOT", StringComparison.OrdinalIgnoreCase));
        if (!isMutation && !isSnapshot && !kind.Contains("sawtooth", StringComparison.OrdinalIgnoreCase) && !kind.Contains("temporal", StringComparison.OrdinalIgnoreCase)) throw Unknown(one, $"is of kind '{kind}'");

        var events = isMutation ? Mutated(one, mutations) : [.. Required(one, "events").EnumerateArray().Select(e => Event(e, null, null))];
        var columns = events.SelectMany(e => e.Values.Keys).Distinct().ToDictionary(c => c, c => TypeOf(one, c, events));
        var aggregations = Aggregations(one, columns).ToList();
        if (aggregations.Count == 0) throw Unknown(one, "has no aggregations");
        var expected = Required(one, one.TryGetProperty("expected", out _) ? "expected" : "expected_rows").EnumerateArray().ToList();
        var queries = one.TryGetProperty("queries", out var asked) ? asked.EnumerateArray().ToList() : expected;
        if (queries.Count != expected.Count) throw Unknown(one, $"asks for {queries.Count} moments and expects {expected.Count}");
        return new()
        {
            Features = [.. aggregations.SelectMany(a => Enumerable.Range(1, a.Places).Select(k => Feature(a, k, isSnapshot, columns)))],
            Columns = columns,
            Events = events,
            HasMutations = isMutation,
            Queries = [.. queries.Select((q, i) => Query(one, q, expected[i], aggregations))],
        };
    }

    /// <summary>Gives the events that Chronon looks at for a moment: with mutations the snapshot of the day before and the changes since.</summary>
    public IEnumerable<ChrononEvent> EventsFor(ChrononQuery query)
    {
        var midnight = WindowFrame.Floor(query.Time, WindowFixture.Day);
        return Events.Where(e => e.Key == query.Key && (!HasMutations || (e.MutationTime is { } changed ? changed >= midnight : e.Day is null || e.Day == midnight - WindowFixture.Day)));
    }

    /// <summary>Fails unless the values of the features are what is expected.</summary>
    public static void Check(ChrononQuery query, IReadOnlyList<FeatureValue> values)
    {
        var place = 0;
        foreach (var (name, places, expected) in query.Expected)
        {
            var found = values.Skip(place).Take(places).ToList();
            place += places;
            var wanted = expected.ValueKind == JsonValueKind.Array ? [.. expected.EnumerateArray()] : new List<JsonElement> { expected };
            wanted.Count.Should().BeLessThanOrEqualTo(places, $"that is how many values of {name} there are");
            for (var k = 0; k < places; k++)
            {
                var because = $"that is {name} of '{query.Key}' at {FeatureTime.FromMicros(query.Time):O}";
                if (k >= wanted.Count || wanted[k].ValueKind == JsonValueKind.Null) found[k].IsMissing.Should().BeTrue(because);
                else if (found[k].IsMissing) found[k].IsMissing.Should().BeFalse(because);
                else if (found[k].Type == ColumnType.String) found[k].Object.Should().Be(wanted[k].GetString(), because);
                else found[k].ToDouble().Should().BeApproximately(Oracles.Number(wanted[k]), 1e-9 * Math.Max(1, Math.Abs(Oracles.Number(wanted[k]))), because);
            }
        }
    }

    private static List<ChrononEvent> Mutated(JsonElement one, JsonElement mutations)
    {
        var snapshots = one.TryGetProperty("snapshots", out var many) ? many : one.TryGetProperty("snapshot", out many) ? many : Required(one, "snapshot_rows");
        return
        [
            .. snapshots.EnumerateArray().Select(s => Event(s, null, s.TryGetProperty("ds", out var day) ? Time(day) : null)),
            .. mutations.EnumerateArray().Select(m => Event(m, Time(First(m, "mutation_ts", "mutation_time")), null)),
        ];
    }

    private static ChrononEvent Event(JsonElement row, long? mutation, long? day)
    {
        var values = row.EnumerateObject().Where(p => !NoValues.Contains(p.Name)).ToDictionary(p => p.Name, p => p.Value);
        var isBefore = (row.TryGetProperty("is_before", out var before) || row.TryGetProperty("reversal", out before)) && before.ValueKind == JsonValueKind.True;
        return new(KeyOf(row), Time(First(row, "ts", "time", "event_ts")), values, mutation, isBefore, day);
    }

    private static ChrononQuery Query(JsonElement one, JsonElement query, JsonElement expected, List<ChrononAggregation> aggregations)
    {
        var time = Time(query.ValueKind == JsonValueKind.Object ? First(query, "query_ts", "ts", "time") : query);
        if (Time(First(expected, "query_ts", "ts", "time")) != time) throw Unknown(one, "expects other moments than it asks for");
        return new(
            KeyOf(query.ValueKind == JsonValueKind.Object ? query : expected),
            time,
            [.. aggregations.Select(a => (a.Name, a.Places, expected.TryGetProperty(a.Name, out var value) ? value : throw Unknown(one, $"expects nothing of {a.Name}")))]);
    }

    private static IEnumerable<ChrononAggregation> Aggregations(JsonElement one, Dictionary<string, ColumnType> columns)
    {
        foreach (var a in Required(one, "aggregations").EnumerateArray())
        {
            Know(one, a, AggregationFields);
            var op = (Text(a, "op") ?? Text(a, "operation") ?? throw Unknown(one, "has an aggregation without an op")).ToUpperInvariant();
            AggregationKind kind = op switch
            {
                "COUNT" => AggregationKind.Count,
                "SUM" => AggregationKind.Sum,
                "AVERAGE" or "AVG" or "MEAN" => AggregationKind.Mean,
                "MIN" => AggregationKind.Min,
                "MAX" => AggregationKind.Max,
                "VARIANCE" => AggregationKind.Variance,
                "FIRST" => AggregationKind.First,
                "LAST" => AggregationKind.Last,
                "LAST_K" => AggregationKind.LastK,
                "TOP_K" => AggregationKind.TopK,
                "UNIQUE_COUNT" => AggregationKind.Distinct,
                "APPROX_UNIQUE_COUNT" => AggregationKind.ApproximateDistinct,
                "APPROX_PERCENTILE" or "PERCENTILE" => AggregationKind.Quantile,
                _ => throw Unknown(one, $"has the operation '{op}'"),
            };
            var column = Text(a, "column") ?? Text(a, "input") ?? Text(a, "input_column") ?? Text(a, "inputColumn") ?? (columns.Count == 1 ? columns.Keys.Single() : throw Unknown(one, "has an aggregation of no known column"));
            var places = kind is AggregationKind.LastK or AggregationKind.TopK ? (a.TryGetProperty("k", out var k) ? k.GetInt32() : throw Unknown(one, $"has a {op} without k")) : 1;
            yield return new(Text(a, "name") ?? throw Unknown(one, "has an aggregation without a name"), kind, column, Window(one, a), places);
        }
    }

    private static TimeSpan? Window(JsonElement one, JsonElement a)
    {
        if (a.TryGetProperty("window_ms", out var ms)) return ms.ValueKind == JsonValueKind.Null ? null : TimeSpan.FromMilliseconds(ms.GetInt64());
        if (!a.TryGetProperty("window", out var window) || window.ValueKind == JsonValueKind.Null) return null;
        if (window.ValueKind == JsonValueKind.Number) return TimeSpan.FromMilliseconds(window.GetInt64());
        var length = First(window, "length").GetInt32();
        return (Text(window, "unit") ?? Text(window, "timeUnit"))?.ToUpperInvariant() switch
        {
            "DAYS" => TimeSpan.FromDays(length),
            "HOURS" => TimeSpan.FromHours(length),
            "MINUTES" => TimeSpan.FromMinutes(length),
            var unit => throw Unknown(one, $"has a window in '{unit}'"),
        };
    }

    private static Feature Feature(ChrononAggregation a, int place, bool isSnapshot, Dictionary<string, ColumnType> columns)
    {
        var aggregation = new Aggregation(a.Kind, a.Window) { K = place };
        if (isSnapshot) aggregation = aggregation with { IsTumbling = true, Hop = TimeSpan.FromDays(1) };
        var type = AggregationTypes.ResultOf(a.Kind, columns[a.Column]) ?? throw new NotSupportedException($"There is no {a.Kind} of {columns[a.Column]}.");
        return new(a.Places == 1 ? a.Name : $"{a.Name}_{place}", type) { Column = a.Column, Aggregation = aggregation };
    }

    private static ColumnType TypeOf(JsonElement one, string column, IReadOnlyList<ChrononEvent> events)
    {
        var values = events.Select(e => e.Values.GetValueOrDefault(column)).Where(v => v.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)).ToList();
        if (values.TrueForAll(v => v.ValueKind == JsonValueKind.Number)) return values.TrueForAll(v => v.TryGetInt64(out _)) ? ColumnType.Int64 : ColumnType.Float64;
        return values.TrueForAll(v => v.ValueKind == JsonValueKind.String) ? ColumnType.String : throw Unknown(one, $"has values of several types in '{column}'");
    }

    private static string KeyOf(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object) return "";
        foreach (var key in Keys)
        {
            if (row.TryGetProperty(key, out var value)) return value.ToString();
        }

        return "";
    }

    private static long Time(JsonElement value) => value.ValueKind == JsonValueKind.Number
        ? value.GetInt64() * 1000
        : FeatureTime.ToMicros(DateTimeOffset.Parse(value.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));

    private static JsonElement First(JsonElement row, params string[] names)
    {
        foreach (var name in names)
        {
            if (row.TryGetProperty(name, out var value)) return value;
        }

        throw new NotSupportedException($"A row of the case has none of: {string.Join(", ", names)}.");
    }

    private static void Know(JsonElement one, JsonElement part, string[] fields)
    {
        foreach (var field in part.EnumerateObject().Where(f => !fields.Contains(f.Name))) throw Unknown(one, $"has '{field.Name}'");
    }

    private static JsonElement Required(JsonElement one, string name) => one.TryGetProperty(name, out var value) ? value : throw Unknown(one, $"has no '{name}'");

    private static string? Text(JsonElement one, string name) => one.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static NotSupportedException Unknown(JsonElement one, string what) => new($"Case '{Text(one, "id")}' {what}. Teach {nameof(ChrononCase)} what that means.");

    private sealed record ChrononAggregation(string Name, AggregationKind Kind, string Column, TimeSpan? Window, int Places);
}

/// <summary>An event, a row of a snapshot, or a change.</summary>
internal sealed record ChrononEvent(string Key, long Time, IReadOnlyDictionary<string, JsonElement> Values, long? MutationTime, bool IsBefore, long? Day)
{
    public FeatureValue ValueOf(string column, ColumnType type) => !Values.TryGetValue(column, out var value) || value.ValueKind == JsonValueKind.Null
        ? default
        : type switch
        {
            ColumnType.Int64 => value.GetInt64(),
            ColumnType.Float64 => value.GetDouble(),
            _ => (FeatureValue)value.GetString(),
        };
}

/// <summary>A moment that is asked for, with what is expected of each aggregation and how many values that is.</summary>
internal sealed record ChrononQuery(string Key, long Time, IReadOnlyList<(string Name, int Places, JsonElement Value)> Expected);
