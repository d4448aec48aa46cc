namespace MlOps.DataValidation;

/// <summary>How the values of a column are held.</summary>
internal enum CellKind
{
    /// <summary>Nothing but missing values.</summary>
    Nothing,

    /// <summary>0 or 1 in 64 bits.</summary>
    Boolean,

    /// <summary>64 bits.</summary>
    Integer,

    /// <summary>Microseconds since 1970 of a day's start.</summary>
    Date,

    /// <summary>Microseconds since 1970, UTC.</summary>
    Moment,

    /// <summary>IEEE 754, 64 bits.</summary>
    Number,

    /// <summary>28 digits.</summary>
    Decimal,

    /// <summary>UTF-16.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Binary,

    /// <summary>A type whose values are not looked into, such as a list; only whether they are missing is known.</summary>
    Other,
}

internal static class CellKinds
{
    /// <summary>Says whether the values are held in 64 bits.</summary>
    public static bool IsIntegral(this CellKind kind) => kind is CellKind.Boolean or CellKind.Integer or CellKind.Date or CellKind.Moment;

    public static bool IsNumeric(this CellKind kind) => kind is CellKind.Boolean or CellKind.Integer or CellKind.Number or CellKind.Decimal;

    public static bool IsTime(this CellKind kind) => kind is CellKind.Date or CellKind.Moment;

    public static string Words(this CellKind kind) => kind switch
    {
        CellKind.Nothing => "no type, as all values are missing",
        CellKind.Boolean => "true or false",
        CellKind.Integer => "integers",
        CellKind.Date => "dates",
        CellKind.Moment => "moments",
        CellKind.Number => "numbers",
        CellKind.Decimal => "decimals",
        CellKind.Text => "text",
        CellKind.Binary => "bytes",
        _ => "values of another type",
    };
}
