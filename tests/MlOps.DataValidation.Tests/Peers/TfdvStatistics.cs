using System.Globalization;
using System.Text.Json;
using MlOps.DataValidation;
using MlOps.Statistics;
using static MlOps.Peers.TfdvSchema;

namespace MlOps.Peers;

/// <summary>The facts of a column with the histograms that TFDV has made of it.</summary>
internal sealed record TfdvFacts(string Name, ValueKind Kind, List<JsonElement> Histograms) : ColumnFacts(Name, Kind);

/// <summary>TFDV's statistics as our facts. What is absent has the proto's default.</summary>
internal static class TfdvStatistics
{
    /// <summary>Reads one dataset of a list: the whole one when there are slices.</summary>
    public static DatasetFacts? ReadList(JsonElement list, TfdvSchema? schema)
    {
        var datasets = Items(list, "datasets").ToList();
        var whole = datasets.Find(d => Text(d, "name") == "All Examples");
        return datasets.Count == 0 ? null : Read(whole.ValueKind == JsonValueKind.Object ? whole : datasets[0], schema);
    }

    public static DatasetFacts Read(JsonElement dataset, TfdvSchema? schema)
    {
        var rows = (long)(Number(dataset, "num_examples") ?? 0);
        return new(rows, [.. Items(dataset, "features").Where(f => StatisticsOf(f).ValueKind == JsonValueKind.Object).Select(f => Column(f, rows, schema)).Where(c => schema?.Broken.Contains(c.Name) != true)]);
    }

    public static ColumnFacts Column(JsonElement feature, long rows, TfdvSchema? schema)
    {
        var name = Text(feature, "name") ?? string.Join('.', feature.GetProperty("path").GetProperty("step").EnumerateArray().Select(s => s.GetString()));
        var (statistics, type) = (StatisticsOf(feature), Text(feature, "type") ?? "INT");
        var common = statistics.TryGetProperty("common_stats", out var found) ? found : default;
        var isText = feature.TryGetProperty("string_stats", out _);
        var counts = isText ? Counts(statistics) : null;
        var numbers = feature.TryGetProperty("num_stats", out var num) ? num : default;
        var labels = type is "INT" or "FLOAT" ? counts?.Select(c => double.TryParse(c.Key, CultureInfo.InvariantCulture, out var x) ? x : double.NaN).ToList() : null;
        var histograms = numbers.ValueKind == JsonValueKind.Object ? Items(numbers, "histograms").ToList() : [];
        return new TfdvFacts(name, KindOf(type, name, schema), histograms)
        {
            Rows = rows,
            Present = Long(common, "num_non_missing"),
            Missing = Long(common, "num_missing"),
            Levels = Levels(common),
            ValueCount = Values(common, counts),
            Min = labels?.Count > 0 ? labels.Min() : numbers.ValueKind == JsonValueKind.Object ? Number(numbers, "min") ?? 0 : null,
            Max = labels?.Count > 0 ? labels.Max() : numbers.ValueKind == JsonValueKind.Object ? Number(numbers, "max") ?? 0 : null,
            NaN = histograms.Select(h => Long(h, "num_nan")).DefaultIfEmpty(0).Max(),
            HasInfinity = numbers.ValueKind == JsonValueKind.Object && (double.IsInfinity(Number(numbers, "min") ?? 0) || double.IsInfinity(Number(numbers, "max") ?? 0)),
            NonBoolean = histograms.SelectMany(Buckets).Where(b => b.Count > 0 && (b.High < 0 || b.Low > 1 || (b.High < 1 && b.Low > 0))).Select(b => (double?)b.Low).FirstOrDefault(),
            InvalidUtf8 = isText ? Long(statistics, "invalid_utf8_count") : 0,
            Distinct = isText ? new DistinctCount(Long(statistics, "unique"), true) : null,
            Counts = counts,
            Align = other => other is TfdvFacts control ? TfdvHistograms.Align(histograms, control.Histograms) : null,
        };
    }

    internal static IEnumerable<(double Low, double High, double Count)> Buckets(JsonElement histogram) =>
        Items(histogram, "buckets").Select(b => (Number(b, "low_value") ?? 0, Number(b, "high_value") ?? 0, Number(b, "sample_count") ?? 0));

    private static JsonElement StatisticsOf(JsonElement feature) =>
        new[] { "num_stats", "string_stats", "bytes_stats", "struct_stats" }.Select(n => feature.TryGetProperty(n, out var found) ? found : default).FirstOrDefault(s => s.ValueKind == JsonValueKind.Object);

    // Bytes are texts to TFDV's types, but have no domain.
    private static ValueKind KindOf(string type, string name, TfdvSchema? schema) => type switch
    {
        "INT" => ValueKind.Integer,
        "FLOAT" => ValueKind.Real,
        "BYTES" when schema is not null && schema.Schema.TryGet(name, out var column) && (column.Domain is not null || column.ReadsAs is not null) => ValueKind.Binary,
        _ => ValueKind.Text,
    };

    private static List<LevelFacts> Levels(JsonElement common)
    {
        if (common.ValueKind != JsonValueKind.Object) return [];
        var nested = Items(common, "presence_and_valency_stats").ToList();
        return nested.Count > 1 ? [.. nested.Select(Level)] : [Level(common)];

        static LevelFacts Level(JsonElement level) => new(Long(level, "min_num_values"), Long(level, "max_num_values"), Long(level, "num_missing"));
    }

    private static double Values(JsonElement common, IReadOnlyList<KeyValuePair<string, double>>? counts)
    {
        if (common.ValueKind != JsonValueKind.Object) return 0;
        var (present, min, max) = (Long(common, "num_non_missing"), Long(common, "min_num_values"), Long(common, "max_num_values"));
        return Number(common, "tot_num_values") ?? (Number(common, "avg_num_values") is { } mean ? mean * present : min == max && min > 0 ? min * present : counts?.Sum(c => c.Value) is { } sum and > 0 ? sum : present);
    }

    private static List<KeyValuePair<string, double>> Counts(JsonElement statistics) => statistics.TryGetProperty("rank_histogram", out var histogram)
        ? [.. Items(histogram, "buckets").Select(b => KeyValuePair.Create(Text(b, "label") ?? "", Number(b, "sample_count") ?? 0))] : [];

    private static long Long(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object ? (long)(Number(json, name) ?? 0) : 0;
}
