namespace MlOps.DataValidation;

/// <summary>What an expectation does with a row in which a column that it looks at is missing.</summary>
public enum NullPolicy
{
    /// <summary>A row in which any of the columns is missing is not judged; it counts as missing.</summary>
    Ignore,

    /// <summary>Only a row in which all of the columns are missing is not judged.</summary>
    IgnoreAll,

    /// <summary>Every row is judged: a missing value fails an expectation about one column, and is compared as a value of its own where several columns are compared.</summary>
    Judge,
}
