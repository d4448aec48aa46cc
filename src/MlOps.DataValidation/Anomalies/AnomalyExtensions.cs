using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Holds profiles of data to schemas.</summary>
public static class AnomalyExtensions
{
    /// <summary>Finds everything in which data does not fit a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="profile">The profile of the data. An empty dataset has no values in any column.</param>
    /// <param name="context">The environment and the data to compare with; null for neither.</param>
    /// <returns>The anomalies.</returns>
    /// <remarks>
    /// What only a profile can tell is judged here: counts are exact, distances are those of the formulas in <see cref="Distance"/>. Beyond the exact limit of the profile the frequent values are held to a domain, and
    /// different values are estimated; the check of the rows themselves looks at every value.
    /// </remarks>
    public static AnomalyReport FindAnomalies(this DataSchema schema, DatasetProfile profile, AnomalyContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(profile);
        return Report(AnomalyFinder.Find(schema, DatasetFacts.Of(profile)!, context?.Environment, ControlsOf(context)));
    }

    /// <summary>Finds everything in which data and its slices do not fit a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="profile">The profiles of the data and its slices.</param>
    /// <param name="context">The environment; null for none. Only the whole is compared with other data.</param>
    /// <returns>The anomalies; each of a slice names it.</returns>
    public static AnomalyReport FindAnomalies(this DataSchema schema, SlicedProfile profile, AnomalyContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(profile);
        var whole = schema.FindAnomalies(profile.Whole, context);
        var slices = profile.Slices.SelectMany(s => (schema with { Rows = RowLimits.None }).FindAnomalies(s.Value, new() { Environment = context?.Environment }).Anomalies.Select(a => a with { Slice = s.Key }));
        return whole with { Anomalies = [.. whole.Anomalies, .. slices] };
    }

    /// <summary>Gives the schema that would allow data: what is an anomaly is relaxed, new columns are inferred, columns that are gone or changed their type are deprecated.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="profile">The profile of the data.</param>
    /// <param name="context">The environment and the data to compare with; null for neither.</param>
    /// <param name="options">How new columns are inferred; null for the defaults.</param>
    /// <returns>The relaxed schema, with a version one higher when anything changed. Review it with <see cref="DataSchema.DiffFrom"/>.</returns>
    public static DataSchema Relax(this DataSchema schema, DatasetProfile profile, AnomalyContext? context = null, InferenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(profile);
        return SchemaRelaxation.Relax(schema, DatasetFacts.Of(profile)!, context?.Environment, ControlsOf(context), options ?? InferenceOptions.Default);
    }

    /// <summary>Proposes a schema for data.</summary>
    /// <param name="profile">The profile of the data.</param>
    /// <param name="options">What is inferred; null for the defaults.</param>
    /// <returns>The schema, to be reviewed. A column without any value whose type is not known either, and one of a type without statistics, such as a struct, is left out; in data that has it, it is a new column.</returns>
    public static DataSchema InferSchema(this DatasetProfile profile, InferenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return SchemaInference.Infer(DatasetFacts.Of(profile)!, options ?? InferenceOptions.Default);
    }

    internal static AnomalyReport Report(IEnumerable<(string? Column, Findings Findings)> findings)
    {
        var all = findings.ToList();
        return new([.. all.SelectMany(f => f.Findings.Found.Select(a => a.Anomaly))], [.. all.SelectMany(f => f.Findings.Measurements)]);
    }

    private static Controls ControlsOf(AnomalyContext? context) =>
        new(DatasetFacts.Of(context?.Previous), DatasetFacts.Of(context?.Serving), DatasetFacts.Of(context?.PreviousVersion));
}
