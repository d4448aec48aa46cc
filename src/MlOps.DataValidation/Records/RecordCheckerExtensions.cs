namespace MlOps.DataValidation;

/// <summary>Makes checkers of single records.</summary>
public static class RecordCheckerExtensions
{
    /// <summary>Compiles a suite for records of a type.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="suite">What is expected.</param>
    /// <param name="options">How it is done, or null for the defaults. Tables that are referred to are not read here; give them by <see cref="ForRecordsAsync{T}"/>.</param>
    /// <returns>The checker, to be kept.</returns>
    /// <exception cref="ArgumentException">The record has no member for a column, or one of another type.</exception>
    public static RecordChecker<T> ForRecords<T>(this ExpectationSuite suite, ValidationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(suite);
        return new(suite, Plan<T>(options ?? new(), new Dictionary<string, ReferenceTable>()));
    }

    /// <summary>Reads the tables that a suite refers to, then compiles it for records of a type.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="suite">What is expected.</param>
    /// <param name="options">How it is done, with the references.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The checker, to be kept. Changes of the tables afterwards are not seen.</returns>
    /// <exception cref="ArgumentException">The record has no member for a column, or one of another type; or a reference cannot be read.</exception>
    public static async Task<RecordChecker<T>> ForRecordsAsync<T>(this ExpectationSuite suite, ValidationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(options);
        return new(suite, Plan<T>(options, await References.ReadAsync(suite, options, cancellationToken).ConfigureAwait(false)));
    }

    internal static CheckPlan Plan<T>(ValidationOptions options, IReadOnlyDictionary<string, ReferenceTable> references) =>
        new([.. RecordColumns<T>.All.Select(c => c.Column)], options) { References = references };
}
