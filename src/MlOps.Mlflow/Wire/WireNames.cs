using System.Text.RegularExpressions;

namespace MlOps.Mlflow;

/// <summary>What MLflow lets keys, identifiers and aliases be, with its words when they are not.</summary>
internal static partial class WireNames
{
    public const int MaxKey = 250;
    public const int MaxParam = 6000;
    public const int MaxTag = 8000;
    public const int MaxExperimentTag = 5000;
    public const int MaxRegistryTag = 5000;

    private const string BadCharacters = "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).";

    public static void CheckMetric(string path, string key)
    {
        CheckKey(path + "name", key);
        CheckLength("Metric name", MaxKey, key);
    }

    public static string CheckParam(string path, string key, string value, bool truncate)
    {
        CheckKey(path + "key", key);
        CheckLength("Param key", MaxKey, key);
        return Fit("Param value", MaxParam, value, truncate);
    }

    public static string CheckTag(string path, string key, string value, bool truncate)
    {
        CheckKey(path + "key", key);
        CheckLength("Tag key", MaxKey, key);
        return Fit("Tag value", MaxTag, value, truncate);
    }

    public static string CheckExperimentTag(string path, string key, string value)
    {
        CheckKey(path + "key", key);
        CheckLength("Tag key", MaxKey, key);
        CheckLength("Tag value", MaxExperimentTag, value);
        return value;
    }

    public static string CheckModelTag(string path, string key, string value) => CheckRegistryTag(path, "Registered model", key, value);

    public static string CheckVersionTag(string path, string key, string value) => CheckRegistryTag(path, "Model version", key, value);

    public static void CheckExperimentName(string name)
    {
        if (name.Length > 500) throw WireException.Invalid("'name' exceeds the maximum length of 500 characters");
        if (string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl)) throw WireException.Invalid($"Invalid value {PythonText.Json(name)} for parameter 'name' supplied.");
    }

    public static void CheckRunId(string runId)
    {
        if (!Run().IsMatch(runId)) throw WireException.Invalid($"Invalid value {PythonText.Json(runId)} for parameter 'run_id' supplied.");
    }

    public static int CheckVersion(string version)
    {
        if (int.TryParse(version, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number)) return number;
        throw WireException.Invalid($"Model version must be an integer, got '{Shorten(version)}'");
    }

    public static void CheckModel(string name)
    {
        if (name.Length > 256 || name.Any(char.IsControl)) throw WireException.Invalid($"Invalid value {PythonText.Json(name)} for parameter 'name' supplied: Names have 1 to 256 characters and no control characters.");
    }

    public static void CheckAlias(string alias)
    {
        if (!Alias().IsMatch(alias)) throw WireException.Invalid($"Invalid value {PythonText.Json(alias)} for parameter 'alias' supplied: Names may only contain alphanumerics, underscores (_), and dashes (-).");
        CheckLength("Registered model alias name", 255, alias);
        if (alias.Equals("latest", StringComparison.OrdinalIgnoreCase)) throw WireException.Invalid("'latest' alias name (case insensitive) is reserved.");
        if (VersionAlias().IsMatch(alias)) throw WireException.Invalid($"Version alias name '{alias}' is reserved.");
    }

    public static int CheckLimit(long value, int most)
    {
        if (value < 1) throw WireException.Invalid($"Invalid value {value} for parameter 'max_results' supplied. It must be a positive integer");
        if (value > most) throw WireException.Invalid($"Invalid value {value} for parameter 'max_results' supplied. It must be at most {most}, but got value {value}");
        return (int)value;
    }

    public static void CheckLength(string what, int most, string value)
    {
        if (value.Length > most) throw WireException.Invalid($"{what} '{Shorten(value)}' had length {value.Length}, which exceeded length limit of {most}");
    }

    private static string CheckRegistryTag(string path, string kind, string key, string value)
    {
        CheckKey(path + "key", key);
        CheckLength($"{kind} key", MaxKey, key);
        CheckLength($"{kind} value", MaxRegistryTag, value);
        return value;
    }

    private static void CheckKey(string path, string key)
    {
        if (!Key().IsMatch(key)) throw WireException.Invalid($"Invalid value {PythonText.Json(key)} for parameter '{path}' supplied: {BadCharacters}");
        var normal = Normalize(key);
        if (normal != key || normal == "." || normal.StartsWith("..", StringComparison.Ordinal) || normal.StartsWith('/'))
            throw WireException.Invalid($"Invalid value {PythonText.Json(key)} for parameter '{path}' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '{normal}'");
    }

    private static string Fit(string what, int most, string value, bool truncate)
    {
        if (value.Length <= most) return value;
        if (truncate) return value[..(char.IsHighSurrogate(value[most - 1]) ? most - 1 : most)];
        CheckLength(what, most, value);
        return value;
    }

    private static string Shorten(string value) => value.Length <= 250 ? value : value[..250];

    // As POSIX resolves a path: without empty and '.' parts, and each '..' takes the part before it.
    private static string Normalize(string path)
    {
        if (path.Length == 0) return ".";
        var slashes = path.StartsWith("//", StringComparison.Ordinal) && !path.StartsWith("///", StringComparison.Ordinal) ? "//" : path.StartsWith('/') ? "/" : string.Empty;
        var kept = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part != ".." || (kept.Count == 0 ? slashes.Length == 0 : kept[^1] == "..")) kept.Add(part);
            else if (kept.Count > 0) kept.RemoveAt(kept.Count - 1);
        }

        var normal = slashes + string.Join('/', kept);
        return normal.Length == 0 ? "." : normal;
    }

    [GeneratedRegex(@"^[/\w.\- :]*\z")]
    private static partial Regex Key();

    [GeneratedRegex(@"^[a-zA-Z0-9][\w\-]{0,255}\z")]
    private static partial Regex Run();

    [GeneratedRegex(@"^[\w\-]+\z")]
    private static partial Regex Alias();

    [GeneratedRegex(@"^[vV]\d+\z")]
    private static partial Regex VersionAlias();
}
