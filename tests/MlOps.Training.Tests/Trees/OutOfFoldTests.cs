using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Training.Tests.Trees;

/// <summary>Predictions by trees that did not learn from the row.</summary>
public class OutOfFoldTests
{
    private readonly LightGbmTreeLearner _learner = new();

    [Fact]
    public void Nothing_is_learned_by_heart()
    {
        var (columns, _) = LightGbmTreeLearnerTests.Noise(2000, 5, seed: 1);
        float[] target = [.. Enumerable.Range(0, 2000).Select(i => (float)(i % 2))];
        var answers = _learner.PredictOutOfFold(TreeTask.Binary, columns, target, cancellationToken: TestContext.Current.CancellationToken);
        var truth = Array.ConvertAll(target, t => (double)t);
        BinaryPerformance.Of(answers, truth, truth).RocAuc.Should().BeApproximately(0.5, 0.05, "the columns tell nothing");
    }

    [Fact]
    public void Every_row_has_an_answer()
    {
        var (x, y) = LightGbmTreeLearnerTests.Step(503);
        var models = 0;
        var answers = _learner.PredictOutOfFold(TreeTask.Regression, [new("x", x)], y, folds: 4, learned: _ => models++, cancellationToken: TestContext.Current.CancellationToken);
        answers.Zip(y).Count(a => Math.Abs(a.First - a.Second) < 0.5).Should().BeGreaterThan(490);
        models.Should().Be(4);
    }

    [Fact]
    public void Each_fold_has_its_part_of_a_rare_class()
    {
        // Five positives of a thousand and five folds: a fold without any would teach its model that there are none.
        var (columns, _) = LightGbmTreeLearnerTests.Noise(1000, 1, seed: 2);
        var target = new float[1000];
        for (var i = 0; i < 5; i++) target[i * 200] = 1;
        var counting = new CountingLearner();
        counting.PredictOutOfFold(TreeTask.Binary, columns, target, cancellationToken: TestContext.Current.CancellationToken);
        counting.Positives.Should().Equal(4, 4, 4, 4, 4);
    }

    [Fact]
    public void The_seed_decides_which_rows_make_a_fold()
    {
        var (columns, target) = LightGbmTreeLearnerTests.Noise(400, 3, seed: 3);
        double[] Of(int seed) => _learner.PredictOutOfFold(TreeTask.Regression, columns, target, options: new() { Seed = seed, Trees = 5 }, cancellationToken: TestContext.Current.CancellationToken);
        Of(1).Should().Equal(Of(1)).And.NotEqual(Of(2));
    }

    [Fact]
    public void Fewer_rows_than_folds_are_refused() =>
        _learner.Invoking(l => l.PredictOutOfFold(TreeTask.Regression, [new("x", new float[4])], new float[4])).Should().Throw<ArgumentException>().WithMessage("*4 rows*5 folds*");

    [Fact]
    public void Columns_of_another_length_are_refused() =>
        _learner.Invoking(l => l.PredictOutOfFold(TreeTask.Regression, [new("x", new float[9])], new float[10])).Should().Throw<ArgumentException>().WithMessage("*'x' has 9 values*");

    private sealed class CountingLearner : ITreeLearner
    {
        public List<int> Positives { get; } = [];

        public ITreeModel Fit(TreeTask task, IReadOnlyList<TreeColumn> columns, ReadOnlyMemory<float> target, TreeOptions? options = null, CancellationToken cancellationToken = default)
        {
            Positives.Add(target.ToArray().Count(t => t != 0));
            return new Zero();
        }

        private sealed class Zero : ITreeModel
        {
            public IReadOnlyList<double> Gains => [0];

            public void Predict(IReadOnlyList<TreeColumn> columns, Span<double> results) => results.Clear();

            public void Dispose()
            {
            }
        }
    }
}
