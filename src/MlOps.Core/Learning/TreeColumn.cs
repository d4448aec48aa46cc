namespace MlOps.Core;

/// <summary>One column that trees learn from or predict by.</summary>
/// <param name="Name">The name, which no other column has.</param>
/// <param name="Values">One number a row. NaN is a missing value, which the trees learn from as from any other; an infinity is the largest or the smallest number.</param>
/// <param name="IsCategory">Whether the numbers are codes of categories, which have no order: whole numbers from 0 to <see cref="MaxCategory"/>, or NaN.</param>
public sealed record TreeColumn(string Name, ReadOnlyMemory<float> Values, bool IsCategory = false)
{
    /// <summary>The largest code of a category. The codes are best the numbers from 0 on without gaps, the most frequent category first.</summary>
    public const int MaxCategory = 999_999;
}
