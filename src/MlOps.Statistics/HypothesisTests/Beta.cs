namespace MlOps.Statistics;

/// <summary>The beta distribution.</summary>
public static class Beta
{
    /// <summary>Gives the chance of a value that is not above this one.</summary>
    /// <param name="value">The value. Not above 0 gives 0, from 1 on it gives 1, NaN gives NaN.</param>
    /// <param name="alpha">The first shape, above 0.</param>
    /// <param name="beta">The second shape, above 0.</param>
    /// <returns>A chance from 0 to 1, to about 13 digits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A shape is not above 0.</exception>
    /// <remarks>The regularised incomplete beta function; Abramowitz and Stegun 26.5.</remarks>
    public static double LowerTail(double value, double alpha, double beta)
    {
        if (!(alpha > 0)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "A shape is above 0.");
        if (!(beta > 0)) throw new ArgumentOutOfRangeException(nameof(beta), beta, "A shape is above 0.");
        return SpecialFunctions.IncompleteBeta(alpha, beta, value);
    }
}
