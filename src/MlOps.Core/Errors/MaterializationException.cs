namespace MlOps.Core;

/// <summary>Some feature views could not be brought to the online store; the others were.</summary>
public sealed class MaterializationException : MlOpsException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="failures">What went wrong, view by view; at least one.</param>
    /// <param name="finished">The views that were brought.</param>
    public MaterializationException(IReadOnlyList<MaterializationFailure> failures, IReadOnlyList<MaterializedView> finished)
        : base(Describe(failures), failures[0].Error) => (Failures, Finished) = (failures, finished ?? []);

    /// <summary>Gets what went wrong, view by view.</summary>
    public IReadOnlyList<MaterializationFailure> Failures { get; }

    /// <summary>Gets the views that were brought.</summary>
    public IReadOnlyList<MaterializedView> Finished { get; }

    /// <inheritdoc/>
    public override bool IsTransient => Failures.All(f => f.Error is MlOpsException { IsTransient: true });

    private static string Describe(IReadOnlyList<MaterializationFailure> failures)
    {
        ArgumentNullException.ThrowIfNull(failures);
        ArgumentOutOfRangeException.ThrowIfZero(failures.Count, nameof(failures));
        return string.Join(' ', failures.Select(f => $"Feature view '{f.View}' was not materialized: {f.Error.Message}"));
    }
}

/// <summary>Why a view was not brought to the online store.</summary>
/// <param name="View">The view.</param>
/// <param name="Error">What went wrong.</param>
public sealed record MaterializationFailure(string View, Exception Error);
