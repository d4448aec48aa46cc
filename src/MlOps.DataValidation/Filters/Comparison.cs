namespace MlOps.DataValidation;

/// <summary>How two values are compared.</summary>
public enum Comparison
{
    /// <summary>They are the same.</summary>
    Equal,

    /// <summary>They differ.</summary>
    NotEqual,

    /// <summary>The first is below the second.</summary>
    Less,

    /// <summary>The first is below or the same.</summary>
    LessOrEqual,

    /// <summary>The first is above the second.</summary>
    Greater,

    /// <summary>The first is above or the same.</summary>
    GreaterOrEqual,
}

internal static class Comparisons
{
    public static Comparison? Find(string symbol) => symbol switch
    {
        "=" or "==" => Comparison.Equal,
        "!=" or "<>" => Comparison.NotEqual,
        "<" => Comparison.Less,
        "<=" => Comparison.LessOrEqual,
        ">" => Comparison.Greater,
        ">=" => Comparison.GreaterOrEqual,
        _ => null,
    };

    /// <summary>The comparison with its sides exchanged.</summary>
    public static Comparison Turned(this Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        _ => comparison,
    };

    public static string Symbol(this Comparison comparison) => comparison switch
    {
        Comparison.Equal => "=",
        Comparison.NotEqual => "!=",
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Greater => ">",
        _ => ">=",
    };

    public static string Words(this Comparison comparison) => comparison switch
    {
        Comparison.Equal => "equal to",
        Comparison.NotEqual => "different from",
        Comparison.Less => "less than",
        Comparison.LessOrEqual => "at most",
        Comparison.Greater => "greater than",
        _ => "at least",
    };

    /// <summary>Says whether values in this order meet the comparison; null is no order, as of NaN.</summary>
    public static bool Holds(this Comparison comparison, int? order) => comparison switch
    {
        Comparison.Equal => order == 0,
        Comparison.NotEqual => order != 0,
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    };
}
