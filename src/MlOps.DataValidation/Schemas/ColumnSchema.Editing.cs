using MlOps.Statistics;

namespace MlOps.DataValidation;

public sealed partial record ColumnSchema
{
    /// <summary>Requires a value in every row.</summary>
    /// <returns>The changed schema.</returns>
    public ColumnSchema Required() => this with { Presence = Presence.Required };

    /// <summary>Lets the column be absent altogether.</summary>
    /// <returns>The changed schema.</returns>
    public ColumnSchema Optional() => this with { Presence = Presence.Optional };

    /// <summary>Requires the column, but not all of its values.</summary>
    /// <param name="share">The largest share of rows without a value, 0 to 1.</param>
    /// <returns>The changed schema.</returns>
    public ColumnSchema AllowMissing(double share) => this with { Presence = Presence.AllowMissing(share) };

    /// <summary>Allows the numbers from one to another, both included.</summary>
    /// <param name="min">The smallest; null for no limit.</param>
    /// <param name="max">The largest; null for no limit.</param>
    /// <returns>The changed schema.</returns>
    public ColumnSchema Between(double? min, double? max) => this with { Range = new(min, max) };

    /// <summary>Allows the days or moments from one to another, both included.</summary>
    /// <param name="earliest">The earliest, in UTC; null for no limit.</param>
    /// <param name="latest">The latest, in UTC; null for no limit.</param>
    /// <returns>The changed schema.</returns>
    public ColumnSchema Between(DateTime? earliest, DateTime? latest) => this with { Times = new(earliest, latest) };

    /// <summary>Allows some texts only.</summary>
    /// <param name="values">The texts.</param>
    /// <returns>The changed schema.</returns>
    public ColumnSchema OneOf(params IReadOnlyList<string> values) => this with { Domain = values };

    /// <summary>Lets some values lie outside of the domain.</summary>
    /// <param name="minDomainMass">The share of the values that must lie in it, 0 to 1.</param>
    /// <returns>The changed schema.</returns>
    public ColumnSchema Mostly(double minDomainMass) => this with { MinDomainMass = minDomainMass };

    /// <summary>Allows neither NaN nor infinities.</summary>
    /// <returns>The changed schema.</returns>
    public ColumnSchema Finite() => this with { AllowsNaN = false, AllowsInfinity = false };

    /// <summary>Allows no value twice.</summary>
    /// <returns>The changed schema.</returns>
    public ColumnSchema Unique() => this with { IsUnique = true };

    /// <summary>Takes integers as names rather than quantities.</summary>
    /// <returns>The changed schema.</returns>
    public ColumnSchema Categorical() => this with { IsCategorical = true };

    /// <summary>Expects texts that read as values of another type.</summary>
    /// <param name="type">Integer, Real, or, for integers and reals too, Boolean.</param>
    /// <returns>The changed schema.</returns>
    public ColumnSchema ReadAs(ValueKind type) => this with { ReadsAs = type };

    /// <summary>Expects two texts that stand for true and false.</summary>
    /// <param name="trueText">The text for true.</param>
    /// <param name="falseText">The text for false.</param>
    /// <returns>The changed schema.</returns>
    public ColumnSchema ReadAsBoolean(string trueText, string falseText) => this with { ReadsAs = ValueKind.Boolean, TrueText = trueText, FalseText = falseText };

    /// <summary>Expects lists of values.</summary>
    /// <param name="min">The fewest values of a list.</param>
    /// <param name="max">The most values of a list; null for no limit.</param>
    /// <returns>The changed schema.</returns>
    public ColumnSchema ListOf(long min = 0, long? max = null) => this with { Lists = [new CountRange(min, max)] };

    /// <summary>Does not expect the column in some environments.</summary>
    /// <param name="environments">The environments, for instance serving.</param>
    /// <returns>The changed schema.</returns>
    public ColumnSchema NotIn(params IReadOnlyList<string> environments) => this with { NotInEnvironments = environments };

    /// <summary>Expects the column in some environments beyond the default ones.</summary>
    /// <param name="environments">The environments.</param>
    /// <returns>The changed schema.</returns>
    public ColumnSchema In(params IReadOnlyList<string> environments) => this with { InEnvironments = environments };

    /// <summary>Compares the column with the previous span of the data.</summary>
    /// <param name="lInfinity">The threshold of <see cref="Comparator.LInfinity"/>.</param>
    /// <param name="jensenShannon">The threshold of <see cref="Comparator.JensenShannon"/>.</param>
    /// <param name="normalizedDifference">The threshold of <see cref="Comparator.NormalizedDifference"/>.</param>
    /// <returns>The changed schema.</returns>
    public ColumnSchema WatchDrift(double? lInfinity = null, double? jensenShannon = null, double? normalizedDifference = null) =>
        this with { Drift = new() { LInfinity = lInfinity, JensenShannon = jensenShannon, NormalizedDifference = normalizedDifference } };

    /// <summary>Compares the column with the same column in serving.</summary>
    /// <param name="lInfinity">The threshold of <see cref="Comparator.LInfinity"/>.</param>
    /// <param name="jensenShannon">The threshold of <see cref="Comparator.JensenShannon"/>.</param>
    /// <param name="normalizedDifference">The threshold of <see cref="Comparator.NormalizedDifference"/>.</param>
    /// <returns>The changed schema.</returns>
    public ColumnSchema WatchSkew(double? lInfinity = null, double? jensenShannon = null, double? normalizedDifference = null) =>
        this with { Skew = new() { LInfinity = lInfinity, JensenShannon = jensenShannon, NormalizedDifference = normalizedDifference } };
}
