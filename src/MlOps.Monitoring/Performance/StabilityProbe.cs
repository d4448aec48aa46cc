using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Whether a version still predicts the samples of its bundle as it did, and how much it is moved by next to nothing.</summary>
/// <param name="SampleDifference">The largest relative difference; NaN when it was not tried.</param>
/// <param name="Perturbation">The largest relative change; NaN when it was not tried.</param>
/// <param name="IsReproduced">Whether the model loads and reproduces its samples; null when it was not tried.</param>
/// <param name="Problem">Why it does not.</param>
internal sealed record StabilityProbe(double SampleDifference, double Perturbation, bool? IsReproduced, string? Problem = null)
{
    private const double Jitter = 1e-6;
    private const double Tolerance = 1e-3;
    private const double Least = 1e-9;

    public static StabilityProbe None { get; } = new(double.NaN, double.NaN, null);

    /// <summary>Loads the model and lets it predict its samples.</summary>
    public static async Task<StabilityProbe> RunAsync(IModelLoader loader, ModelVersion version, bool perturb, CancellationToken cancellationToken)
    {
        try
        {
            using var model = await loader.LoadAsync(version, cancellationToken).ConfigureAwait(false);
            var content = await loader.ReadAsync(version, cancellationToken).ConfigureAwait(false);
            if (!content.Parts.TryGetValue(BundleFile.SamplesPart, out var bytes)) return None;
            var samples = BundleSamples.Read(bytes);
            if (samples.Inputs.Count == 0 || samples.Inputs[0].Rows == 0) return None;
            var outputs = model.Predict(samples.Inputs);
            var difference = Difference(samples.Outputs, outputs);
            var moved = perturb ? Difference(outputs, model.Predict([.. samples.Inputs.Select(Jittered)])) : double.NaN;
            return new(difference, moved, difference <= Tolerance);
        }
        catch (Exception e) when (e is MlOpsException or ModelInputException)
        {
            return new(double.NaN, double.NaN, false, e.Message);
        }
    }

    private static double Difference(IReadOnlyList<Tensor> first, IReadOnlyList<Tensor> second)
    {
        var largest = 0.0;
        foreach (var one in first)
        {
            if (second.FirstOrDefault(t => t.Name == one.Name) is not { } other || other.Rows != one.Rows || other.Width != one.Width) return double.PositiveInfinity;
            for (var i = 0; i < one.Rows * one.Width; i++)
            {
                var (a, b) = (one.GetValue(i), other.GetValue(i));
                if (a is float or double && b is float or double)
                {
                    var (x, y) = (Convert.ToDouble(a, null), Convert.ToDouble(b, null));
                    if (x != y) largest = Math.Max(largest, Math.Abs(x - y) / Math.Max(Least, Math.Max(Math.Abs(x), Math.Abs(y))));
                }
                else if (a is null != b is null && (a ?? b) is float or double)
                {
                    largest = double.PositiveInfinity;
                }
            }
        }

        return largest;
    }

    private static Tensor Jittered(Tensor tensor) => tensor switch
    {
        Tensor<double> d => Tensor.Of(d.Name, Array.ConvertAll(d.Values, v => v == 0 ? Jitter : v * (1 + Jitter)), d.Width),
        Tensor<float> f => Tensor.Of(f.Name, Array.ConvertAll(f.Values, v => v == 0 ? (float)Jitter : v * (float)(1 + Jitter)), f.Width),
        _ => tensor,
    };
}
