namespace MlOps.Core;

/// <summary>What every metadata store says when a run stands in the way.</summary>
public static class RunErrors
{
    /// <summary>Makes the error for a change of a deleted run.</summary>
    /// <param name="runId">The run.</param>
    /// <returns>The error.</returns>
    public static ConflictException IsDeleted(string runId) => new($"Run '{runId}' is deleted. Restore it, or use another run.");

    /// <summary>Makes the error for restoring a run alone.</summary>
    /// <param name="runId">The run.</param>
    /// <returns>The error.</returns>
    public static ConflictException ExperimentIsDeleted(string runId) => new($"The experiment of run '{runId}' is deleted. Restore the experiment.");

    /// <summary>Makes the error for another value of a parameter.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="name">The parameter.</param>
    /// <param name="known">The value that it has.</param>
    /// <param name="value">The value that it was to have.</param>
    /// <returns>The error.</returns>
    public static ConflictException ParameterDiffers(string runId, string name, string known, string value) =>
        new($"Parameter '{name}' of run '{runId}' is '{Short(known)}' already and cannot become '{Short(value)}'. Log another parameter or start another run.");

    private static string Short(string text) => text.Length <= 250 ? text : text[..250] + "...";
}
