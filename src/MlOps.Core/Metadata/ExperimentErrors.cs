namespace MlOps.Core;

/// <summary>What every metadata store says when an experiment stands in the way.</summary>
public static class ExperimentErrors
{
    /// <summary>Makes the error for a name that another experiment has.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The error.</returns>
    public static ConflictException NameIsTaken(string name) => new($"There is an experiment '{name}' already, perhaps a deleted one. Choose another name, or restore or purge that one.");

    /// <summary>Makes the error for the use of a deleted experiment.</summary>
    /// <param name="experiment">Its name or identifier.</param>
    /// <returns>The error.</returns>
    public static ConflictException IsDeleted(string experiment) => new($"Experiment '{experiment}' is deleted. Restore it, or use another one.");

    /// <summary>Says whether a change changes anything.</summary>
    /// <param name="known">The experiment.</param>
    /// <param name="change">The change.</param>
    /// <returns>True when something is to be done.</returns>
    /// <exception cref="ConflictException">The experiment is deleted and is not to be restored.</exception>
    public static bool Changes(Experiment known, ExperimentChange change)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(change);
        var changesContent = change.Name is not null || change.Tags.Count > 0 || change.RemovedTags.Count > 0;
        if (known.DeletedAt is null) return changesContent || change.IsDeleted is true;
        return change.IsDeleted is false || (changesContent ? throw IsDeleted(known.Name) : false);
    }
}
