using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>TFDV's guess at how times are written: the format that fits most values, when it fits a large enough share.</summary>
internal static class TfdvTimes
{
    private static readonly string[] Days = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%y-%m-%d", "%y/%m/%d", "%m-%d-%Y", "%m/%d/%Y", "%m%d%Y", "%m-%d-%y", "%m/%d/%y", "%d-%m-%Y", "%d/%m/%Y", "%d%m%Y", "%d-%m-%y", "%d/%m/%y", "%d-%B-%Y"];
    private static readonly string[] Times = ["%H:%M:%S.%f", "%H:%M:%S", "%H:%M"];
    private static readonly (long From, long To, int Format)[] Units = [(631152000, 2524607999, 1), (631152000000, 2524607999999, 2), (631152000000000, 2524607999999999, 3), (631152000000000000, 2524607999999999999, 4)];

    public static JsonObject Of(JsonElement[] values, TfdvGenerators generator)
    {
        // A column of more than one kind is none of times.
        if (values.Length < generator.Integer("values_threshold", 100) || values.Select(v => v.ValueKind).Distinct().Count() != 1) return [];
        var (best, matches) = values[0].ValueKind == JsonValueKind.String ? BestText(values) : BestNumber(values);
        var share = (double)matches / values.Length;
        if (matches == 0 || share < generator.Number("match_ratio", 0.8)) return [];
        return new()
        {
            ["custom_stats"] = new JsonArray(
                new JsonObject { ["name"] = "domain_info", ["str"] = $"time_domain {{{best}}}" },
                new JsonObject { ["name"] = "time_match_ratio", ["num"] = share }),
        };
    }

    private static (string Format, int Matches) BestText(JsonElement[] values)
    {
        var formats = Days.Concat(Times).Concat(Days.SelectMany(d => Times.SelectMany(t => new[] { $"{d} {t}", $"{d}T{t}" })));
        var best = formats.Select(f => (f, values.Count(v => DateTime.TryParseExact(v.GetString(), Net(f), CultureInfo.InvariantCulture, DateTimeStyles.None, out _)))).MaxBy(f => f.Item2);
        return ($"string_format: '{best.f}'", best.Item2);
    }

    private static (string Format, int Matches) BestNumber(JsonElement[] values)
    {
        if (!Array.TrueForAll(values, v => v.TryGetInt64(out _))) return ("", 0);
        var best = Units.Select(u => (u.Format, values.Count(v => v.GetInt64() >= u.From && v.GetInt64() <= u.To))).MaxBy(u => u.Item2);
        return ($"integer_format: {best.Format}", best.Item2);
    }

    private static string Net(string format) => format.Replace("%Y", "yyyy", StringComparison.Ordinal).Replace("%y", "yy", StringComparison.Ordinal).Replace("%m", "MM", StringComparison.Ordinal)
        .Replace("%d", "dd", StringComparison.Ordinal).Replace("%B", "MMMM", StringComparison.Ordinal).Replace("%H", "HH", StringComparison.Ordinal).Replace("%M", "mm", StringComparison.Ordinal)
        .Replace("%S", "ss", StringComparison.Ordinal).Replace("%f", "FFFFFF", StringComparison.Ordinal).Replace("T", "'T'", StringComparison.Ordinal).Replace("/", "'/'", StringComparison.Ordinal);
}
