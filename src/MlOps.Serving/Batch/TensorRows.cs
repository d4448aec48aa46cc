using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Picks rows of tensors.</summary>
internal static class TensorRows
{
    /// <summary>Gives some rows of tensors that have as many, in the order in which they are named; the tensors themselves when these are all.</summary>
    public static IReadOnlyList<Tensor> Pick(IReadOnlyList<Tensor> tensors, ReadOnlySpan<int> rows)
    {
        if (tensors.Count == 0 || tensors[0].Rows == rows.Length) return tensors;
        var picked = new Tensor[tensors.Count];
        for (var i = 0; i < picked.Length; i++)
        {
            picked[i] = tensors[i] switch
            {
                Tensor<bool> t => Tensor.Of(t.Name, Pick(t.Values, t.Width, rows), t.Missing is null ? null : Pick(t.Missing, t.Width, rows)),
                Tensor<long> t => Tensor.Of(t.Name, Pick(t.Values, t.Width, rows), t.Missing is null ? null : Pick(t.Missing, t.Width, rows)),
                Tensor<float> t => Tensor.Of(t.Name, Pick(t.Values, t.Width, rows), t.Width),
                Tensor<double> t => Tensor.Of(t.Name, Pick(t.Values, t.Width, rows), t.Width),
                var other => Tensor.Of(other.Name, Pick(((Tensor<string?>)other).Values, other.Width, rows), other.Width),
            };
        }

        return picked;
    }

    private static T[] Pick<T>(T[] values, int width, ReadOnlySpan<int> rows)
    {
        var picked = new T[rows.Length * width];
        for (var i = 0; i < rows.Length; i++) values.AsSpan(rows[i] * width, width).CopyTo(picked.AsSpan(i * width));
        return picked;
    }
}
