using System.Globalization;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Families of distributions with a formula.</summary>
public enum DistributionFamily
{
    /// <summary>Normal: mean and standard deviation.</summary>
    Normal,

    /// <summary>Uniform: least and largest value.</summary>
    Uniform,

    /// <summary>Beta: alpha, beta, location 0 and scale 1.</summary>
    Beta,

    /// <summary>Gamma: shape, location 0 and scale 1.</summary>
    Gamma,

    /// <summary>Chi-square: degrees of freedom, location 0 and scale 1.</summary>
    ChiSquare,

    /// <summary>Exponential: location 0 and scale 1.</summary>
    Exponential,
}

/// <summary>A distribution with a formula.</summary>
/// <param name="Family">The family.</param>
/// <param name="Parameters">Its parameters in the order that <see cref="DistributionFamily"/> lists; those that are listed with a number may be left out at the end.</param>
public sealed record Distribution(DistributionFamily Family, params IReadOnlyList<double> Parameters)
{
    /// <summary>Gets the parameters.</summary>
    public IReadOnlyList<double> Parameters { get; init; } = Check(Family, Parameters);

    /// <inheritdoc/>
    public override string ToString() => $"{Family}({string.Join(", ", Parameters.Select(p => p.ToString(CultureInfo.InvariantCulture)))})";

    /// <summary>The chance of a value that is not above x.</summary>
    internal double Below(double x)
    {
        var shapes = Shapes(Family);
        var (location, scale) = Family switch
        {
            DistributionFamily.Normal => (Parameters[0], Parameters[1]),
            DistributionFamily.Uniform => (Parameters[0], Parameters[1] - Parameters[0]),
            _ => (Parameters.Count > shapes ? Parameters[shapes] : 0, Parameters.Count > shapes + 1 ? Parameters[shapes + 1] : 1),
        };
        var z = (x - location) / scale;
        return Family switch
        {
            DistributionFamily.Normal => Normal.UpperTail(-z),
            DistributionFamily.Uniform => Math.Clamp(z, 0, 1),
            DistributionFamily.Beta => Beta.LowerTail(z, Parameters[0], Parameters[1]),
            DistributionFamily.Gamma => 1 - ChiSquare.UpperTail(2 * z, 2 * Parameters[0]),
            DistributionFamily.ChiSquare => 1 - ChiSquare.UpperTail(z, Parameters[0]),
            _ => z <= 0 ? 0 : -Math.Exp(-z) + 1,
        };
    }

    private static int Shapes(DistributionFamily family) => family switch
    {
        DistributionFamily.Beta => 2,
        DistributionFamily.Gamma or DistributionFamily.ChiSquare => 1,
        _ => 0,
    };

    private static IReadOnlyList<double> Check(DistributionFamily family, IReadOnlyList<double> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var (least, most) = family is DistributionFamily.Normal or DistributionFamily.Uniform ? (2, 2) : (Shapes(family), Shapes(family) + 2);
        if (parameters.Count < least || parameters.Count > most) throw new ArgumentException($"A {family} distribution has {least} to {most} parameters and not {parameters.Count}.", nameof(parameters));
        if (parameters.Any(p => !double.IsFinite(p))) throw new ArgumentException("A parameter is not finite.", nameof(parameters));
        if (family == DistributionFamily.Uniform ? parameters[1] <= parameters[0] : family == DistributionFamily.Normal ? parameters[1] <= 0 : parameters.Take(Shapes(family)).Any(p => p <= 0))
            throw new ArgumentException($"The parameters of a {family} distribution must be above 0, and a range must not be empty.", nameof(parameters));
        return parameters.Count == Shapes(family) + 2 && parameters[^1] <= 0 && family is not (DistributionFamily.Normal or DistributionFamily.Uniform)
            ? throw new ArgumentException("A scale is above 0.", nameof(parameters))
            : parameters;
    }
}
