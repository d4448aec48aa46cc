namespace MlOps.Statistics;

/// <summary>Which differences a test looks for.</summary>
public enum Alternative
{
    /// <summary>Differences in either direction.</summary>
    TwoSided,

    /// <summary>The first sample tends to be smaller than the second.</summary>
    Less,

    /// <summary>The first sample tends to be larger than the second.</summary>
    Greater,
}
