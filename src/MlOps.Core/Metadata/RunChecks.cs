namespace MlOps.Core;

/// <summary>What every metadata store refuses, before it touches anything.</summary>
public static class RunChecks
{
    /// <summary>The most runs that one query may list.</summary>
    public const int MaxLimit = 10_000;

    /// <summary>Refuses a run that cannot be recorded.</summary>
    /// <param name="run">The run.</param>
    /// <exception cref="ArgumentException">The identifier is not 32 hexadecimal digits, or a name is missing.</exception>
    public static void Check(NewRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Id is not { Length: 32 } || !run.Id.All(char.IsAsciiHexDigit))
            throw new ArgumentException($"'{run.Id}' is no identifier for a run. Use 32 hexadecimal digits, as Guid.ToString(\"n\") writes them.", nameof(run));
        ArgumentException.ThrowIfNullOrWhiteSpace(run.Experiment, nameof(run));
        ArgumentNullException.ThrowIfNull(run.Name, nameof(run));
    }

    /// <summary>Refuses entries that cannot be recorded.</summary>
    /// <param name="entries">The entries.</param>
    /// <exception cref="ArgumentException">A name or a value is missing.</exception>
    public static void Check(RunEntries entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var metric in entries.Metrics) ArgumentException.ThrowIfNullOrEmpty(metric?.Name, nameof(entries));
        Check(entries.Parameters, "parameter", nameof(entries));
        Check(entries.Tags, "tag", nameof(entries));
        if (entries.Inputs.Any(i => string.IsNullOrEmpty(i?.Name) || i.Fingerprint is null || i.Context is null))
            throw new ArgumentException("A dataset needs a name, a fingerprint and a context.", nameof(entries));
    }

    /// <summary>Refuses a query that cannot be answered.</summary>
    /// <param name="query">The query.</param>
    /// <exception cref="ArgumentException">The limit is not between 1 and <see cref="MaxLimit"/>, or a tag has no value.</exception>
    public static void Check(RunQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, MaxLimit, nameof(query));
        Check(query.Tags, "tag", nameof(query));
    }

    private static void Check(IReadOnlyDictionary<string, string> values, string kind, string argument)
    {
        foreach (var (name, value) in values)
        {
            if (string.IsNullOrEmpty(name)) throw new ArgumentException($"A {kind} has no name.", argument);
            if (value is null) throw new ArgumentException($"The {kind} '{name}' has no value. Use an empty text, or leave it out.", argument);
        }
    }
}
