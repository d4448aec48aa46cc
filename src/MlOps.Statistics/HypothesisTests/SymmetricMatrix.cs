namespace MlOps.Statistics;

/// <summary>What tests need of small symmetric matrices.</summary>
internal static class SymmetricMatrix
{
    /// <summary>The form v' M+ v with the pseudo-inverse M+, and the rank of M: by Jacobi's rotations to the eigenvalues (Golub and Van Loan, Matrix Computations, 8.5).</summary>
    public static (double Value, int Rank) InverseForm(double[,] matrix, double[] vector)
    {
        var size = vector.Length;
        var m = (double[,])matrix.Clone();
        var v = (double[])vector.Clone();
        for (var sweep = 0; sweep < 60; sweep++)
        {
            var rotated = false;
            for (var p = 0; p < size; p++)
            {
                for (var q = p + 1; q < size; q++) rotated |= Rotate(m, v, p, q);
            }

            if (!rotated) break;
        }

        var largest = 0.0;
        for (var i = 0; i < size; i++) largest = Math.Max(largest, Math.Abs(m[i, i]));
        var (value, rank) = (0.0, 0);
        for (var i = 0; i < size; i++)
        {
            if (Math.Abs(m[i, i]) <= largest * 1e-15 * size || largest == 0) continue;
            value += v[i] * v[i] / m[i, i];
            rank++;
        }

        return (value, rank);
    }

    private static bool Rotate(double[,] m, double[] v, int p, int q)
    {
        if (Math.Abs(m[p, q]) <= 1e-300 || Math.Abs(m[p, q]) < 1e-18 * Math.Sqrt(Math.Abs(m[p, p] * m[q, q]))) return false;
        var theta = (m[q, q] - m[p, p]) / (2 * m[p, q]);
        var t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        var c = 1 / Math.Sqrt((t * t) + 1);
        var s = t * c;
        for (var k = 0; k < v.Length; k++) (m[k, p], m[k, q]) = ((c * m[k, p]) - (s * m[k, q]), (s * m[k, p]) + (c * m[k, q]));
        for (var k = 0; k < v.Length; k++) (m[p, k], m[q, k]) = ((c * m[p, k]) - (s * m[q, k]), (s * m[p, k]) + (c * m[q, k]));
        (v[p], v[q]) = ((c * v[p]) - (s * v[q]), (s * v[p]) + (c * v[q]));
        return true;
    }
}
