using MlOps.Core;

namespace MlOps.Serving;

/// <summary>How many rows two versions say the same of.</summary>
/// <param name="Agreeing">The rows of which they do.</param>
/// <param name="Differing">The rows of which they do not.</param>
/// <remarks>
/// Where both give truth values, integers or texts under one name, as classes, these must be the same; scores beside them may differ. Of versions that have only fractions in common, the first of these must lie within
/// the tolerance, relative to the larger one, element by element. What is missing agrees with what is missing. Nothing is counted when they have no output in common.
/// </remarks>
internal readonly record struct Agreement(int Agreeing, int Differing)
{
    public static Agreement Of(IReadOnlyList<Tensor> answered, IReadOnlyList<Tensor> shadow, double tolerance)
    {
        List<(Tensor Answer, Tensor Shadow)> common = [];
        foreach (var answer in answered)
        {
            if (shadow.FirstOrDefault(s => s.Name == answer.Name && s.Type == answer.Type && s.Width == answer.Width && s.Rows == answer.Rows) is { } other) common.Add((answer, other));
        }

        var classes = common.FindAll(c => c.Answer.Type is TensorType.Bool or TensorType.Int64 or TensorType.String);
        var compared = classes.Count > 0 ? classes : common.Take(1).ToList();
        if (compared.Count == 0) return default;
        var (rows, agreeing) = (compared[0].Answer.Rows, 0);
        for (var row = 0; row < rows; row++)
        {
            if (compared.TrueForAll(c => IsSame(c.Answer, c.Shadow, row, tolerance))) agreeing++;
        }

        return new(agreeing, rows - agreeing);
    }

    private static bool IsSame(Tensor answer, Tensor shadow, int row, double tolerance)
    {
        for (var at = row * answer.Width; at < (row + 1) * answer.Width; at++)
        {
            var isMissing = answer.IsMissing(at);
            if (isMissing != shadow.IsMissing(at)) return false;
            if (!isMissing && !IsSameValue(answer, shadow, at, tolerance)) return false;
        }

        return true;
    }

    private static bool IsSameValue(Tensor answer, Tensor shadow, int at, double tolerance) => (answer, shadow) switch
    {
        (Tensor<bool> a, Tensor<bool> s) => a.Values[at] == s.Values[at],
        (Tensor<long> a, Tensor<long> s) => a.Values[at] == s.Values[at],
        (Tensor<float> a, Tensor<float> s) => IsClose(a.Values[at], s.Values[at], tolerance),
        (Tensor<double> a, Tensor<double> s) => IsClose(a.Values[at], s.Values[at], tolerance),
        (Tensor<string?> a, Tensor<string?> s) => a.Values[at] == s.Values[at],
        _ => false,
    };

    private static bool IsClose(double answer, double shadow, double tolerance) =>
        answer == shadow || (double.IsFinite(answer) && double.IsFinite(shadow) && Math.Abs(answer - shadow) <= tolerance * Math.Max(Math.Abs(answer), Math.Abs(shadow)));
}
