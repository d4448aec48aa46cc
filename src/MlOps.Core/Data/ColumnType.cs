namespace MlOps.Core;

/// <summary>The types that a column of a dataset can have.</summary>
/// <remarks>
/// Sources of other types are widened when they are acquired, so that the same rows are the same dataset whatever source they came
/// from: every integer becomes <see cref="Int64"/>, every binary fraction <see cref="Float64"/>, every time is UTC in microseconds
/// (a time without an offset is taken as UTC), GUIDs and enumerations become <see cref="String"/>.
/// </remarks>
public enum ColumnType
{
    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A signed integer of 64 bits.</summary>
    Int64,

    /// <summary>A binary fraction of 64 bits (IEEE 754).</summary>
    Float64,

    /// <summary>A decimal fraction of 38 digits, 18 of them after the point.</summary>
    Decimal,

    /// <summary>Text in UTF-8.</summary>
    String,

    /// <summary>A day without a time.</summary>
    Date,

    /// <summary>A moment in UTC, to the microsecond.</summary>
    Timestamp,

    /// <summary>Bytes.</summary>
    Binary,
}
