namespace MlOps.Training;

/// <summary>What is asked of a metric.</summary>
public enum GateKind
{
    /// <summary>It is not below the bound.</summary>
    AtLeast,

    /// <summary>It is not above the bound.</summary>
    AtMost,

    /// <summary>It is better than the baseline's by at least the bound, and never merely equal.</summary>
    BetterThanBaseline,

    /// <summary>It is not worse than that of the version with the alias by more than the bound.</summary>
    NoWorseThan,
}

/// <summary>One standard that a model is held to.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Metric">The metric; null for the one that the model was tuned by.</param>
/// <param name="Bound">The bound or margin, in the units of the metric.</param>
/// <param name="Alias">The alias of the version that it is compared with; null for none.</param>
public sealed record Gate(GateKind Kind, string? Metric, double Bound, string? Alias = null);
