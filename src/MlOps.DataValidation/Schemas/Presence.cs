namespace MlOps.DataValidation;

/// <summary>How many rows must have a value in a column. A column of which anything is required must exist.</summary>
/// <param name="MinFraction">The smallest share of the rows, 0 to 1.</param>
/// <param name="MinCount">The smallest number of rows.</param>
public sealed record Presence(double MinFraction, long MinCount)
{
    /// <summary>Gets the presence of a column that may be absent altogether.</summary>
    public static Presence Optional { get; } = new(0, 0);

    /// <summary>Gets the presence of a column that has a value in every row.</summary>
    public static Presence Required { get; } = new(1, 1);

    /// <summary>Gets the presence of a column that must exist and have a value somewhere.</summary>
    public static Presence Somewhere { get; } = new(0, 1);

    /// <summary>Gets a value indicating whether the column must exist.</summary>
    public bool IsRequired => MinFraction > 0 || MinCount > 0;

    /// <summary>Gives the presence of a column that must exist and may lack a share of its values.</summary>
    /// <param name="share">The largest share of rows without a value, 0 to 1.</param>
    /// <returns>The presence.</returns>
    public static Presence AllowMissing(double share) => new(1 - share, 1);
}
