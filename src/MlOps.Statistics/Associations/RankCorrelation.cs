namespace MlOps.Statistics;

/// <summary>Spearman's test that two columns rise and fall together, whatever the curve between them: Pearson's correlation of their ranks.</summary>
/// <remarks>
/// It needs all values at once, for a rank is known only when all others are; it neither merges nor belongs to a profile. Equal values share the mean of their ranks (Kendall, Rank Correlation Methods, 3.3).
/// Rows where either number is missing or NaN are left out; infinities are the smallest and largest numbers.
/// </remarks>
public static class RankCorrelation
{
    /// <summary>Measures two columns.</summary>
    /// <param name="x">The numbers of the first column.</param>
    /// <param name="y">The numbers of the second column, as many.</param>
    /// <param name="validityX">Which rows of the first column have a value.</param>
    /// <param name="validityY">Which rows of the second column have a value.</param>
    /// <returns>
    /// The coefficient from -1 to 1, NaN with fewer than two rows or when a column does not vary; and the chance of one at least this far from 0 for independent columns, by Student's t with two degrees of freedom less than
    /// rows, which is right to the second digit from about ten rows on; NaN with fewer than three rows.
    /// </returns>
    /// <exception cref="ArgumentException">The columns differ in length, or a bitmap is too short.</exception>
    public static TestResult Spearman(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Validity validityX = default, Validity validityY = default)
    {
        if (x.Length != y.Length) throw new ArgumentException($"The columns have {x.Length} and {y.Length} rows; they must have as many.", nameof(y));
        validityX.Check(x.Length);
        validityY.Check(y.Length);
        var (xs, ys) = (new List<double>(x.Length), new List<double>(x.Length));
        for (var row = 0; row < x.Length; row++)
        {
            if (!validityX[row] || !validityY[row] || double.IsNaN(x[row]) || double.IsNaN(y[row])) continue;
            xs.Add(x[row]);
            ys.Add(y[row]);
        }

        var ranks = new Correlation();
        ranks.Add(Ranks([.. xs]), Ranks([.. ys]));
        return new(ranks.Pearson, PValue(ranks.Pearson, xs.Count));
    }

    private static double PValue(double coefficient, int rows)
    {
        if (rows < 3 || double.IsNaN(coefficient)) return double.NaN;
        var degrees = rows - 2.0;
        return SpecialFunctions.IncompleteBeta(degrees / 2, 0.5, 1 - (coefficient * coefficient)); // df / (df + t²), with t² = df r² / (1 - r²)
    }

    // From 0.5 on, for the numbers themselves do not matter.
    private static double[] Ranks(double[] values)
    {
        var rows = new int[values.Length];
        for (var i = 0; i < rows.Length; i++) rows[i] = i;
        Array.Sort(values, rows);
        var ranks = new double[values.Length];
        for (int start = 0, end; start < rows.Length; start = end)
        {
            for (end = start + 1; end < rows.Length && values[end] == values[start];) end++;
            for (var i = start; i < end; i++) ranks[rows[i]] = (start + end) / 2.0;
        }

        return ranks;
    }
}
