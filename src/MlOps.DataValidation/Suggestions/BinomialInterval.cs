namespace MlOps.DataValidation;

/// <summary>The lower bound of the 95 % confidence interval of a share, rounded down to whole percent.</summary>
internal static class BinomialInterval
{
    private const double Z = 1.959963984540054;

    /// <summary>By Wilson's score (Wilson 1927), which is right also near 0 and 1 and for few rows.</summary>
    /// <param name="share">The share that was seen.</param>
    /// <param name="rows">Among how many.</param>
    public static double WilsonLower(double share, long rows)
    {
        var spread = Z * Z / rows;
        return Down((share + (spread / 2) - (Z * Math.Sqrt((share * (1 - share) / rows) + (spread / (4 * rows))))) / (1 + spread));
    }

    /// <summary>By the normal approximation (Wald), as the peer had it at first.</summary>
    /// <param name="share">The share that was seen.</param>
    /// <param name="rows">Among how many.</param>
    public static double WaldLower(double share, long rows) => Down(share - (Z * Math.Sqrt(share * (1 - share) / rows)));

    // In decimals: 0.29 is 29 % and not 28.999999999999996 %.
    private static double Down(double share) => (double)(decimal.Floor((decimal)Math.Clamp(share, 0, 1) * 100) / 100);
}
