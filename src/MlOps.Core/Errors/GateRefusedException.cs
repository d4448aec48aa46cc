namespace MlOps.Core;

/// <summary>A gate objects to a change in the registry; nothing was changed.</summary>
public sealed class GateRefusedException : MlOpsException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="what">What was to be done, as "Version 3 of model 'm' does not become champion".</param>
    /// <param name="reasons">A sentence for each objection.</param>
    public GateRefusedException(string what, IReadOnlyList<string> reasons)
        : base($"{what}: {string.Join(' ', reasons ?? throw new ArgumentNullException(nameof(reasons)))}") => Reasons = reasons;

    /// <summary>Gets a sentence for each objection.</summary>
    public IReadOnlyList<string> Reasons { get; }
}
