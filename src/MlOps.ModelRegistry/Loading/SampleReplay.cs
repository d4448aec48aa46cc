using System.Globalization;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Lets a loaded model predict the sample rows of its bundle again, and compares.</summary>
internal static class SampleReplay
{
    /// <summary>Finds out whether a model predicts what it predicted when it was packaged.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="model">The model that was loaded from it.</param>
    /// <param name="tolerance">By how much a fraction may differ, as a share of the largest one of the same output.</param>
    /// <returns>What is wrong, as the end of a sentence; null when nothing is.</returns>
    public static string? FindFault(BundleContent bundle, ILoadedModel model, double tolerance)
    {
        if (!bundle.Parts.TryGetValue(BundleFile.SamplesPart, out var part)) return $"it lacks the part {BundleFile.SamplesPart}, so nothing shows that it predicts here as it did when it was packaged";
        try
        {
            var samples = BundleSamples.Read(part);
            if (samples.Outputs.Count == 0 || samples.Outputs.Any(output => output.Rows == 0)) return "its samples hold no predictions";
            var predicted = model.Predict(samples.Inputs);
            if (predicted.Count != samples.Outputs.Count) return $"it gives {predicted.Count} outputs for its samples, where {samples.Outputs.Count} are recorded";
            return samples.Outputs.Zip(predicted, (expected, actual) => FindFault(expected, actual, tolerance)).FirstOrDefault(fault => fault is not null);
        }
        catch (Exception e) when (e is JsonException or ModelInputException)
        {
            return $"its own samples are refused: {e.Message}";
        }
    }

    private static string? FindFault(Tensor expected, Tensor actual, double tolerance)
    {
        if ((expected.Name, expected.Type, expected.Rows, expected.Width) != (actual.Name, actual.Type, actual.Rows, actual.Width))
            return $"output '{actual.Name}' is {Describe(actual)}, recorded is '{expected.Name}', {Describe(expected)}";
        var scale = tolerance * Enumerable.Range(0, expected.Rows * expected.Width).Select(i => Math.Abs(Number(expected, i))).Where(double.IsFinite).DefaultIfEmpty().Max();
        for (var i = 0; i < expected.Rows * expected.Width; i++)
        {
            if (!IsSame(expected, actual, i, scale))
                return string.Create(CultureInfo.InvariantCulture, $"output '{expected.Name}' of sample row {(i / expected.Width) + 1} is {actual.GetValue(i) ?? "missing"}, recorded is {expected.GetValue(i) ?? "missing"}");
        }

        return null;
    }

    // In JSON a fraction that is not finite is a missing one.
    private static bool IsSame(Tensor expected, Tensor actual, int index, double within) => expected.Type is TensorType.Float32 or TensorType.Float64
        ? (Number(expected, index), Number(actual, index)) is var (e, a) && (double.IsFinite(e) && double.IsFinite(a) ? e == a || Math.Abs(e - a) <= within : !double.IsFinite(e) && !double.IsFinite(a))
        : Equals(expected.GetValue(index), actual.GetValue(index));

    private static double Number(Tensor tensor, int index) => tensor switch
    {
        Tensor<float> floats => floats.Values[index],
        Tensor<double> doubles => doubles.Values[index],
        _ => 0,
    };

    private static string Describe(Tensor tensor) => string.Create(CultureInfo.InvariantCulture, $"{TensorJson.DatatypeOf(tensor.Type)} of {tensor.Rows} rows and width {tensor.Width}");
}
