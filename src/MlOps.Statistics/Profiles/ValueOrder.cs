namespace MlOps.Statistics;

/// <summary>In which order the values of a column come, missing values and NaN left out.</summary>
public enum ValueOrder
{
    /// <summary>Not known: there are no values, or raw values are kept out of the profile.</summary>
    Unknown,

    /// <summary>Some values are followed by larger ones and some by smaller ones.</summary>
    Unordered,

    /// <summary>All values are the same.</summary>
    Constant,

    /// <summary>No value is followed by a smaller one.</summary>
    Ascending,

    /// <summary>Every value is followed by a larger one.</summary>
    StrictlyAscending,

    /// <summary>No value is followed by a larger one.</summary>
    Descending,

    /// <summary>Every value is followed by a smaller one.</summary>
    StrictlyDescending,
}
