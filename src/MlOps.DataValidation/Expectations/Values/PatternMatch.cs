namespace MlOps.DataValidation;

/// <summary>How many of several patterns a text must fit.</summary>
public enum PatternMatch
{
    /// <summary>One at least.</summary>
    Any,

    /// <summary>Every one.</summary>
    All,

    /// <summary>Not one.</summary>
    None,
}
