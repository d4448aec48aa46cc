using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Holds rows to a schema: batches, datasets, streams and single records, by the expectations that say the same.</summary>
public static class SchemaRowsExtensions
{
    /// <summary>Compiles a schema to a suite of expectations, which checks the rows of batches, streams and datasets, and can put bad ones aside.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="environment">The environment; columns that are not expected there are not checked. Null expects every column.</param>
    /// <param name="columns">
    /// The columns that the data has. With them, optional columns are checked where they are there, and unknown ones are refused unless <see cref="DataSchema.AllowsNewColumns"/>. Null, the default, checks the
    /// required columns only.
    /// </param>
    /// <returns>The suite. What is not about rows is not in it: drift and skew, minimal counts, lists and shapes; see <see cref="AnomalyExtensions.FindAnomalies(DataSchema, MlOps.Statistics.DatasetProfile, AnomalyContext?)"/>.</returns>
    public static ExpectationSuite ToSuite(this DataSchema schema, string? environment = null, IReadOnlyCollection<string>? columns = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return SchemaSuite.Compile(schema, environment, columns);
    }

    /// <summary>Checks the rows of a dataset.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="store">The store that holds the dataset.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="environment">The environment; null expects every column.</param>
    /// <param name="options">How it is done, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The result, expectation by expectation.</returns>
    public static Task<ValidationResult> ValidateAsync(
        this DataSchema schema, IDatasetStore store, Dataset dataset, string? environment = null, ValidationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return schema.ToSuite(environment, [.. dataset.Schema.Select(c => c.Name)]).ValidateAsync(store, dataset, options, cancellationToken);
    }

    /// <summary>Compiles a schema for single records, as a request brings them.</summary>
    /// <typeparam name="T">The record; columns that it has no member for are not checked, but a required one is refused.</typeparam>
    /// <param name="schema">The schema.</param>
    /// <param name="environment">The environment, for instance serving; null expects every column.</param>
    /// <param name="options">How it is done, or null for the defaults.</param>
    /// <returns>The checker, to be kept.</returns>
    /// <exception cref="ArgumentException">The record lacks a required column, or has a member of another type.</exception>
    public static RecordChecker<T> ForRecords<T>(this DataSchema schema, string? environment = null, ValidationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var members = RecordColumns<T>.All.Select(c => c.Column.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var lacking = schema.Columns.FirstOrDefault(c => c.IsValidated && c.Presence.IsRequired && schema.IsExpected(c, environment) && !members.Contains(c.Name));
        if (lacking is not null) throw new ArgumentException($"{typeof(T).Name} has no member for the column '{lacking.Name}', which the schema requires. Add it, or mark the column as not expected in that environment.", nameof(schema));
        // A record's members are found without regard to case, so they stand under the names of the schema.
        var suite = schema.ToSuite(environment, [.. schema.Columns.Select(c => c.Name).Where(members.Contains)]);
        return (suite with { Expectations = [.. suite.Expectations.Where(e => e is not TableExpectation)] }).ForRecords<T>(options);
    }
}
