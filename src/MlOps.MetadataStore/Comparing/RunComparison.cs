using System.Globalization;
using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>Runs side by side.</summary>
/// <param name="Runs">The runs, in the order in which they were given.</param>
/// <param name="Parameters">Their parameters, by name.</param>
/// <param name="Metrics">The latest values of their metrics, by name.</param>
/// <param name="Environment">What they ran with: code, commit, seed, operating system, runtime.</param>
/// <param name="Datasets">The datasets that they used, as name (context), by the beginning of their fingerprints.</param>
public sealed record RunComparison(
    IReadOnlyList<ComparedRun> Runs,
    IReadOnlyList<ComparedRow> Parameters,
    IReadOnlyList<ComparedRow> Metrics,
    IReadOnlyList<ComparedRow> Environment,
    IReadOnlyList<ComparedRow> Datasets)
{
    /// <summary>The most runs that can be compared at once.</summary>
    public const int MaxRuns = 100;

    private static readonly string[] EnvironmentTags = ["mlops.environment.", "mlops.code.", "mlops.seed", "mlops.pipeline", "mlops.trigger", RunTags.Commit, RunTags.SourceName];

    /// <summary>Compares runs.</summary>
    /// <param name="runs">The runs: 2 to <see cref="MaxRuns"/>, each once.</param>
    /// <returns>The comparison.</returns>
    /// <exception cref="ArgumentException">There are too few or too many, or one stands twice.</exception>
    public static RunComparison Of(IReadOnlyList<Run> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count is < 2 or > MaxRuns) throw new ArgumentException($"{runs.Count} runs cannot be compared; give 2 to {MaxRuns}.", nameof(runs));
        if (runs.DistinctBy(run => run.Id).Count() < runs.Count) throw new ArgumentException("A run cannot be compared with itself.", nameof(runs));
        return new(
            [.. runs.Select(run => new ComparedRun(run.Id, run.Name, run.Status, run.StartedAt, run.EndedAt - run.StartedAt))],
            Rows(runs, run => run.Parameters),
            Rows(runs, run => run.Metrics.Select(m => KeyValuePair.Create(m.Key, m.Value.Value.ToString("R", CultureInfo.InvariantCulture)))),
            Rows(runs, run => run.Tags.Where(tag => EnvironmentTags.Any(known => tag.Key.StartsWith(known, StringComparison.Ordinal)))),
            Rows(runs, run => run.Inputs
                .GroupBy(input => $"{input.Name} ({input.Context})", input => input.Fingerprint[..Math.Min(12, input.Fingerprint.Length)])
                .Select(same => KeyValuePair.Create(same.Key, string.Join(", ", same.Distinct().Order(StringComparer.Ordinal))))));
    }

    /// <summary>Writes the comparison as tables in Markdown, with every cell escaped: what a run calls itself cannot become markup.</summary>
    /// <param name="onlyDifferences">Whether to leave out what is the same in all runs.</param>
    /// <returns>The text.</returns>
    public string ToMarkdown(bool onlyDifferences = false) => ComparisonMarkdown.Write(this, onlyDifferences);

    private static List<ComparedRow> Rows(IReadOnlyList<Run> runs, Func<Run, IEnumerable<KeyValuePair<string, string>>> read)
    {
        var values = runs.Select(run => read(run).ToDictionary(StringComparer.Ordinal)).ToList();
        return [.. values.SelectMany(v => v.Keys).Distinct().Order(StringComparer.Ordinal).Select(name => new ComparedRow(name, [.. values.Select(v => v.GetValueOrDefault(name))]))];
    }
}

/// <summary>A run in a comparison.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">How it stands.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="Duration">How long it took; null while it runs.</param>
public sealed record ComparedRun(string Id, string Name, RunStatus Status, DateTimeOffset StartedAt, TimeSpan? Duration);

/// <summary>One thing of several runs.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Values">Its value in each run, in their order; null where a run has none.</param>
public sealed record ComparedRow(string Name, IReadOnlyList<string?> Values)
{
    /// <summary>Gets whether it is not the same in all runs.</summary>
    public bool Differs => Values.Any(value => value != Values[0]);
}
