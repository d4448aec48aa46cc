namespace MlOps.Data;

/// <summary>What becomes of a left row without a counterpart.</summary>
public enum JoinKind
{
    /// <summary>It is dropped.</summary>
    Inner,

    /// <summary>It stays, and the columns of the right side are missing there.</summary>
    Left,
}
