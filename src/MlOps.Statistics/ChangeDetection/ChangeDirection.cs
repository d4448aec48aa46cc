namespace MlOps.Statistics;

/// <summary>Which changes a detector looks for.</summary>
public enum ChangeDirection
{
    /// <summary>Values that rise or fall.</summary>
    Both,

    /// <summary>Values that rise.</summary>
    Up,

    /// <summary>Values that fall.</summary>
    Down,
}
