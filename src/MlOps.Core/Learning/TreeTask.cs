namespace MlOps.Core;

/// <summary>What trees learn to tell.</summary>
public enum TreeTask
{
    /// <summary>A number: the mean of the target where the columns are alike.</summary>
    Regression,

    /// <summary>The probability that the target is 1 and not 0.</summary>
    Binary,
}
