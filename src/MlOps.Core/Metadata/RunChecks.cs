namespace MlOps.Core;

/// <summary>What every metadata store refuses, before it touches anything.</summary>
/// <remarks>No stored text may hold a NUL character or half of a surrogate pair: not every database can keep them.</remarks>
public static class RunChecks
{
    /// <summary>The most runs or experiments that one query may list.</summary>
    public const int MaxLimit = 50_000;

    /// <summary>Refuses a run that cannot be recorded.</summary>
    /// <param name="run">The run.</param>
    /// <exception cref="ArgumentException">The identifier is not 32 hexadecimal digits, a name is missing, or a text cannot be kept.</exception>
    public static void Check(NewRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Id is not { Length: 32 } || !run.Id.All(char.IsAsciiHexDigit))
            throw new ArgumentException($"'{run.Id}' is no identifier for a run. Use 32 hexadecimal digits, as Guid.ToString(\"n\") writes them.", nameof(run));
        if (run.ExperimentId is null) ArgumentException.ThrowIfNullOrWhiteSpace(run.Experiment, nameof(run));
        ArgumentNullException.ThrowIfNull(run.Name, nameof(run));
        CheckText(run.Experiment, "name of the experiment", nameof(run));
        CheckText(run.Name, "name of the run", nameof(run));
        CheckText(run.User, "user", nameof(run));
        CheckText(run.ParentId, "identifier of the parent", nameof(run));
        CheckTexts(run.Tags, "tag", nameof(run));
    }

    /// <summary>Refuses a change of a run that cannot be recorded.</summary>
    /// <param name="change">The change.</param>
    /// <exception cref="ArgumentException">The status is none, or a text cannot be kept.</exception>
    public static void Check(RunChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Status is { } status && !Enum.IsDefined(status)) throw new ArgumentException($"A run cannot be {status}.", nameof(change));
        CheckText(change.Name, "name of the run", nameof(change));
        CheckText(change.Error, "error", nameof(change));
    }

    /// <summary>Refuses an experiment that cannot be recorded.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <exception cref="ArgumentException">The name is missing, or a text cannot be kept.</exception>
    public static void Check(NewExperiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentException.ThrowIfNullOrWhiteSpace(experiment.Name, nameof(experiment));
        CheckText(experiment.Name, "name", nameof(experiment));
        CheckText(experiment.ArtifactLocation, "location of the artifacts", nameof(experiment));
        CheckTexts(experiment.Tags, "tag", nameof(experiment));
    }

    /// <summary>Refuses a change of an experiment that cannot be recorded.</summary>
    /// <param name="change">The change.</param>
    /// <exception cref="ArgumentException">The new name is empty, or a text cannot be kept.</exception>
    public static void Check(ExperimentChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Name is not null) ArgumentException.ThrowIfNullOrWhiteSpace(change.Name, nameof(change));
        CheckText(change.Name, "name", nameof(change));
        CheckTexts(change.Tags, "tag", nameof(change));
        CheckNames(change.RemovedTags, "tag", nameof(change));
    }

    /// <summary>Refuses entries that cannot be recorded.</summary>
    /// <param name="entries">The entries.</param>
    /// <exception cref="ArgumentException">A name or a value is missing, a text cannot be kept, or the path of a file leaves the run.</exception>
    public static void Check(RunEntries entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        CheckMetrics(entries.Metrics, nameof(entries));
        CheckTexts(entries.Parameters, "parameter", nameof(entries));
        CheckTexts(entries.Tags, "tag", nameof(entries));
        CheckNames(entries.RemovedTags, "tag", nameof(entries));
        foreach (var input in entries.Inputs) CheckInput(input, nameof(entries));
        foreach (var (path, artifact) in entries.Artifacts)
        {
            CheckPath(path, nameof(entries));
            if (artifact is not { Digest: { Length: > 0 } digest, Size: >= 0 }) throw new ArgumentException($"The file '{path}' names no bytes in the artifact store.", nameof(entries));
            CheckText(digest, "digest", nameof(entries));
        }

        foreach (var path in entries.RemovedArtifacts) CheckPath(path, nameof(entries));
    }

    /// <summary>Refuses a query that cannot be answered.</summary>
    /// <param name="query">The query.</param>
    /// <exception cref="ArgumentException">The limit is not between 1 and <see cref="MaxLimit"/>, or a tag has no value.</exception>
    public static void Check(RunQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, nameof(query));
        CheckTexts(query.Tags, "tag", nameof(query));
    }

    /// <summary>Refuses a query that cannot be answered.</summary>
    /// <param name="query">The query.</param>
    /// <exception cref="ArgumentException">The limit is not between 1 and <see cref="MaxLimit"/>.</exception>
    public static void Check(ExperimentQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckLimit(query.Limit, nameof(query));
    }

    private static void CheckInput(DatasetInput? input, string argument)
    {
        if (input is not { Name.Length: > 0, Fingerprint: not null, Context: not null }) throw new ArgumentException("A dataset needs a name, a fingerprint and a context.", argument);
        foreach (var text in (string?[])[input.Name, input.Fingerprint, input.Context, input.SourceType, input.Source, input.Schema, input.Profile])
        {
            CheckText(text, "description of a dataset", argument);
        }

        CheckTexts(input.Tags, "tag", argument);
    }

    private static void CheckMetrics(IReadOnlyList<Metric> metrics, string argument)
    {
        string? last = null;
        for (var i = 0; i < metrics.Count; i++)
        {
            var name = metrics[i]?.Name;
            ArgumentException.ThrowIfNullOrEmpty(name, argument);
            if (!ReferenceEquals(name, last)) CheckText(last = name, "name of a metric", argument);
        }
    }

    private static void CheckTexts(IReadOnlyDictionary<string, string> values, string kind, string argument)
    {
        foreach (var (name, value) in values)
        {
            if (string.IsNullOrEmpty(name)) throw new ArgumentException($"A {kind} has no name.", argument);
            if (value is null) throw new ArgumentException($"The {kind} '{name}' has no value. Use an empty text, or leave it out.", argument);
            CheckText(name, $"name of a {kind}", argument);
            CheckText(value, $"value of the {kind} '{name}'", argument);
        }
    }

    private static void CheckNames(IReadOnlyList<string> names, string kind, string argument)
    {
        foreach (var name in names)
        {
            if (string.IsNullOrEmpty(name)) throw new ArgumentException($"A {kind} has no name.", argument);
        }
    }

    private static void CheckPath(string path, string argument)
    {
        CheckText(path, "path of a file", argument);
        if (string.IsNullOrEmpty(path) || path.Contains('\\', StringComparison.Ordinal) || path.Split('/').Any(part => part is "" or "." or ".."))
            throw new ArgumentException($"'{path}' is no path within a run. Use names separated by single slashes, as model/weights.bin.", argument);
    }

    private static void CheckLimit(int limit, string argument)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1, argument);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLimit, argument);
    }

    private static void CheckText(string? text, string what, string argument)
    {
        if (text is null) return;
        if (text.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException($"The {what} has a NUL character, which no store keeps. Remove it.", argument);
        for (var at = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); at >= 0 && at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at])) continue;
            if (!char.IsHighSurrogate(text[at]) || at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]))
                throw new ArgumentException($"The {what} has half of a surrogate pair at character {at}, which is no text. Remove it.", argument);
            at++;
        }
    }
}
