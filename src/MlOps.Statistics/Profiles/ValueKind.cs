namespace MlOps.Statistics;

/// <summary>What the values of a column are.</summary>
public enum ValueKind
{
    /// <summary>Not known yet: nothing but missing values was seen.</summary>
    Unknown = 0,

    /// <summary>True or false.</summary>
    Boolean = 1,

    /// <summary>Whole numbers of up to 64 bits.</summary>
    Integer = 2,

    /// <summary>Floating-point numbers.</summary>
    Real = 3,

    /// <summary>Decimal numbers of up to 28 digits.</summary>
    Decimal = 4,

    /// <summary>Text in UTF-8.</summary>
    Text = 5,

    /// <summary>Bytes that are not text.</summary>
    Binary = 6,

    /// <summary>Days of the calendar.</summary>
    Date = 7,

    /// <summary>Points in time.</summary>
    Timestamp = 8,

    /// <summary>Spans of time, and times of the day as the time since midnight.</summary>
    Duration = 9,

    /// <summary>Lists of values.</summary>
    List = 10,
}
