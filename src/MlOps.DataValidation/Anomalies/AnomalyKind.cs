namespace MlOps.DataValidation;

/// <summary>What is wrong with data, or with the schema that it is held to.</summary>
public enum AnomalyKind
{
    /// <summary>The data has a column that the schema does not know, or does not expect in this environment.</summary>
    NewColumn,

    /// <summary>The data lacks a column that the schema requires.</summary>
    MissingColumn,

    /// <summary>The values are of another type than the schema says.</summary>
    UnexpectedType,

    /// <summary>The column is there, but no row has a value in it.</summary>
    NeverPresent,

    /// <summary>Fewer rows have a value than the schema requires.</summary>
    TooFewPresent,

    /// <summary>A smaller share of the rows has a value than the schema requires.</summary>
    TooSmallSharePresent,

    /// <summary>A list has fewer values than the schema allows.</summary>
    ListTooShort,

    /// <summary>A list has more values than the schema allows.</summary>
    ListTooLong,

    /// <summary>The values are lists where none are expected, or are nested more or less deeply than expected.</summary>
    NestingMismatch,

    /// <summary>The schema fixes a shape, and the values are missing in places, differ in length, or have another shape.</summary>
    ShapeMismatch,

    /// <summary>There are fewer different values than the schema allows.</summary>
    TooFewDistinct,

    /// <summary>There are more different values than the schema allows.</summary>
    TooManyDistinct,

    /// <summary>The schema limits the number of different values of a column whose different values are not counted.</summary>
    DistinctNotCounted,

    /// <summary>A value comes more than once in a column that the schema calls unique.</summary>
    DuplicateValues,

    /// <summary>An integer that stands for true or false is smaller than 0.</summary>
    BooleanTooSmall,

    /// <summary>An integer that stands for true or false is larger than 1.</summary>
    BooleanTooBig,

    /// <summary>A binary fraction that stands for true or false is neither 0 nor 1.</summary>
    BooleanUnexpectedNumber,

    /// <summary>A text that stands for true or false is neither of the two that the schema names.</summary>
    BooleanUnexpectedText,

    /// <summary>The schema does not say which texts stand for true and false, or says it of numbers.</summary>
    BooleanInvalidConfiguration,

    /// <summary>An integer is smaller than the schema allows.</summary>
    IntegerTooSmall,

    /// <summary>An integer is larger than the schema allows.</summary>
    IntegerTooBig,

    /// <summary>A text that should read as an integer does not.</summary>
    TextNotInteger,

    /// <summary>A number is smaller than the schema allows.</summary>
    NumberTooSmall,

    /// <summary>A number is larger than the schema allows.</summary>
    NumberTooBig,

    /// <summary>A text that should read as a number does not.</summary>
    TextNotNumber,

    /// <summary>There are NaN values where the schema allows none.</summary>
    HasNaN,

    /// <summary>There are infinite values where the schema allows none.</summary>
    HasInfinity,

    /// <summary>There are more values outside of the domain than the schema allows.</summary>
    UnexpectedValues,

    /// <summary>A text is not valid UTF-8.</summary>
    InvalidUtf8,

    /// <summary>A day or time is earlier than the schema allows.</summary>
    TooEarly,

    /// <summary>A day or time is later than the schema allows.</summary>
    TooLate,

    /// <summary>The dataset has fewer rows than the schema allows.</summary>
    TooFewRows,

    /// <summary>The dataset has more rows than the schema allows.</summary>
    TooManyRows,

    /// <summary>The dataset has too few rows compared with another one.</summary>
    RowsFell,

    /// <summary>The dataset has too many rows compared with another one.</summary>
    RowsGrew,

    /// <summary>The largest difference between the shares of one value is above the threshold.</summary>
    LInfinityHigh,

    /// <summary>The Jensen-Shannon divergence is above the threshold.</summary>
    JensenShannonHigh,

    /// <summary>The largest difference between the counts of one value, divided by all counts, is above the threshold.</summary>
    NormalizedDifferenceHigh,

    /// <summary>The dataset to compare with has no such column.</summary>
    ControlMissing,

    /// <summary>The schema asks for something that the profile does not tell, because raw values were kept out of it.</summary>
    NotMeasured,

    /// <summary>The column could not be validated; the other columns were.</summary>
    NotValidated,

    /// <summary>A column of the schema has no name.</summary>
    MissingName,

    /// <summary>A column of the schema has no type.</summary>
    MissingType,

    /// <summary>The schema says something impossible of a column.</summary>
    InvalidSchema,

    /// <summary>The schema describes the values of a column in an impossible way.</summary>
    InvalidDomain,

    /// <summary>What the schema says of the values does not fit their type.</summary>
    DomainInvalidForType,
}
