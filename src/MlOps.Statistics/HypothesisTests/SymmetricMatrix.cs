namespace MlOps.Statistics;

/// <summary>What tests need of small symmetric matrices, by Jacobi's rotations (Golub and Van Loan, Matrix Computations, 8.5).</summary>
internal static class SymmetricMatrix
{
    private const int MaxSweeps = 60;

    /// <summary>The form v' M+ v with the pseudo-inverse M+, and the rank of M.</summary>
    public static (double Value, int Rank) InverseForm(double[,] matrix, double[] vector)
    {
        var size = vector.Length;
        var v = (double[])vector.Clone();
        var values = Diagonalise(matrix, size, (p, q, c, s) => (v[p], v[q]) = ((c * v[p]) - (s * v[q]), (s * v[p]) + (c * v[q])));
        var largest = 0.0;
        foreach (var eigenvalue in values) largest = Math.Max(largest, Math.Abs(eigenvalue));
        var (value, rank) = (0.0, 0);
        for (var i = 0; i < size; i++)
        {
            if (Math.Abs(values[i]) <= largest * 1e-15 * size || largest == 0) continue;
            value += v[i] * v[i] / values[i];
            rank++;
        }

        return (value, rank);
    }

    /// <summary>The eigenvalues, the largest first, and the eigenvector of each, of length 1.</summary>
    public static (double[] Values, double[][] Vectors) Eigen(double[,] matrix)
    {
        var size = matrix.GetLength(0);
        var vectors = new double[size][];
        for (var i = 0; i < size; i++)
        {
            vectors[i] = new double[size];
            vectors[i][i] = 1;
        }

        var values = Diagonalise(matrix, size, (p, q, c, s) =>
        {
            var (first, second) = (vectors[p], vectors[q]);
            for (var k = 0; k < size; k++) (first[k], second[k]) = ((c * first[k]) - (s * second[k]), (s * first[k]) + (c * second[k]));
        });
        Array.Sort(values, vectors, Comparer<double>.Create((a, b) => b.CompareTo(a)));
        return (values, vectors);
    }

    // Turns pairs of axes until nothing is left beside the diagonal, and tells of each turn.
    private static double[] Diagonalise(double[,] matrix, int size, Action<int, int, double, double> turned)
    {
        var m = (double[,])matrix.Clone();
        for (var sweep = 0; sweep < MaxSweeps; sweep++)
        {
            var rotated = false;
            for (var p = 0; p < size; p++)
            {
                for (var q = p + 1; q < size; q++)
                {
                    if (!Rotate(m, size, p, q, out var c, out var s)) continue;
                    turned(p, q, c, s);
                    rotated = true;
                }
            }

            if (!rotated) break;
        }

        var diagonal = new double[size];
        for (var i = 0; i < size; i++) diagonal[i] = m[i, i];
        return diagonal;
    }

    private static bool Rotate(double[,] m, int size, int p, int q, out double c, out double s)
    {
        (c, s) = (1, 0);
        if (Math.Abs(m[p, q]) <= 1e-300 || Math.Abs(m[p, q]) < 1e-18 * Math.Sqrt(Math.Abs(m[p, p] * m[q, q]))) return false;
        var theta = (m[q, q] - m[p, p]) / (2 * m[p, q]);
        var t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        c = 1 / Math.Sqrt((t * t) + 1);
        s = t * c;
        for (var k = 0; k < size; k++) (m[k, p], m[k, q]) = ((c * m[k, p]) - (s * m[k, q]), (s * m[k, p]) + (c * m[k, q]));
        for (var k = 0; k < size; k++) (m[p, k], m[q, k]) = ((c * m[p, k]) - (s * m[q, k]), (s * m[p, k]) + (c * m[q, k]));
        return true;
    }
}
