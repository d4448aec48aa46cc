namespace MlOps.Statistics;

/// <summary>What a detector says after a value.</summary>
public enum ChangeSignal
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A change may be coming.</summary>
    Warning,

    /// <summary>The values have changed. The detector begins anew with the next value.</summary>
    Drift,
}
