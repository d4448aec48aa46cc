using System.Globalization;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>Says in a sentence why an earlier result was or was not taken.</summary>
internal static class CacheReasons
{
    private const int MaxReasons = 5;

    public static string Unchanged(StageCheckpoint found) => found.Status == StageStatus.Cached
        ? found.CacheReason
        : string.Create(CultureInfo.InvariantCulture, $"Unchanged since run {found.RunId} of {found.EndedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z.");

    /// <summary>Says what changed against the newest earlier result of the stage.</summary>
    public static string Changed(StageKey key, StageNode node, StageCheckpoint? latest)
    {
        if (key.NotKept is { } notKept) return notKept;
        if (latest is null) return "There is no earlier result.";
        var reasons = Differences(key, node, latest);
        if (reasons.Count == 0) return "Its earlier result is not kept any more.";
        var more = reasons.Count > MaxReasons ? string.Create(CultureInfo.InvariantCulture, $" And {reasons.Count - MaxReasons} more changes.") : string.Empty;
        return string.Join(' ', reasons.Take(MaxReasons)) + more;
    }

    /// <summary>Says in a sentence each what differs between what a result depends on now and what it depended on then.</summary>
    public static IReadOnlyList<string> Differences(StageKey key, StageNode node, StageCheckpoint then)
    {
        var (now, before) = (key.Parts, then.KeyParts);
        return [.. now.Keys.Union(before.Keys, StringComparer.Ordinal)
            .Where(part => now.GetValueOrDefault(part) != before.GetValueOrDefault(part))
            .OrderBy(Rank).ThenBy(part => part, StringComparer.Ordinal)
            .Select(part => Changed(part, before.GetValueOrDefault(part), now.GetValueOrDefault(part), node))
            .Distinct()];
    }

    private static int Rank(string part) => part switch
    {
        _ when part.StartsWith(StageKey.Parameter, StringComparison.Ordinal) => 0,
        _ when part.StartsWith(StageKey.Input, StringComparison.Ordinal) => 1,
        StageKey.Seed or StageKey.State => 2,
        _ when part.StartsWith(StageKey.Code, StringComparison.Ordinal) => 3,
        _ => 4,
    };

    private static string Changed(string part, string? before, string? now, StageNode node)
    {
        if (Name(StageKey.Parameter) is { } parameter)
        {
            return before is null ? $"Parameter '{parameter}' is new: {Short(now!)}."
                : now is null ? $"Parameter '{parameter}' is gone; it was {Short(before)}."
                : $"Parameter '{parameter}' changed from {Short(before)} to {Short(now)}.";
        }

        if (Name(StageKey.Input) is { } input)
        {
            var index = int.Parse(input, CultureInfo.InvariantCulture);
            return index < node.Inputs.Count ? $"Its input '{node.Inputs[index].Name}' changed." : "It has fewer inputs.";
        }

        if (Name(StageKey.Code) is { } type)
            return before is null ? $"Its code now uses {type}." : now is null ? $"Its code no longer uses {type}." : $"The code of {type} changed.";
        if (Name(StageKey.Package) is { } package)
            return before is null ? $"Its code now uses package {package}." : now is null ? $"Its code no longer uses package {package}." : $"Package {package} changed.";
        return part switch
        {
            StageKey.Seed => $"The seed or the stage's name changed from {before ?? "none"} to {now ?? "none"}.",
            StageKey.State => "What it reads changed.",
            StageKey.Run => "The earlier result was for its own run only.",
            "framework" => $".NET changed from {before ?? "none"} to {now ?? "none"}.",
            "stage" => "It is another stage now.",
            _ => "Results are stored in another way now.",
        };

        string? Name(string prefix) => part.StartsWith(prefix, StringComparison.Ordinal) ? part[prefix.Length..] : null;
    }

    private static string Short(string value) => value.Length <= 80 ? value : $"{value[..79]}…";
}
