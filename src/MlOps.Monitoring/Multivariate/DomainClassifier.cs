using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Lets trees try to tell two samples apart, and says how well they do on rows that they did not learn from.</summary>
/// <remarks>Lopez-Paz and Oquab, Revisiting classifier two-sample tests, ICLR 2017, out of fold; for the error of the area see <see cref="SeparationTest.OutOfFold"/>.</remarks>
internal static class DomainClassifier
{
    /// <summary>Tries.</summary>
    /// <param name="learner">Learns the trees.</param>
    /// <param name="columns">The rows of the reference, then those of the window.</param>
    /// <param name="referenceRows">How many of them are the reference's.</param>
    /// <param name="options">The folds and the seed.</param>
    /// <param name="cancellationToken">Stops the learning.</param>
    /// <returns>How well they are told apart, and the share that each column has in it.</returns>
    public static (SeparationResult Separation, double[] Gains) Separate(ITreeLearner learner, IReadOnlyList<TreeColumn> columns, int referenceRows, MultivariateOptions options, CancellationToken cancellationToken)
    {
        var target = new float[columns[0].Values.Length];
        target.AsSpan(referenceRows).Fill(1);
        var gains = new double[columns.Count];
        var scores = learner.PredictOutOfFold(
            TreeTask.Binary,
            columns,
            target,
            options.Folds,
            new() { Seed = options.Seed },
            model =>
            {
                for (var i = 0; i < gains.Length; i++) gains[i] += model.Gains[i] / options.Folds;
            },
            cancellationToken);
        return (SeparationTest.Test(scores.AsSpan(0, referenceRows), scores.AsSpan(referenceRows), SeparationTest.OutOfFold, Alternative.Greater), gains);
    }
}
