using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Training.Tests.Trees;

/// <summary>Boosted trees over plain columns of numbers.</summary>
public class LightGbmTreeLearnerTests
{
    private readonly LightGbmTreeLearner _learner = new();

    [Fact]
    public void A_step_is_learned()
    {
        var (x, y) = Step(1000);
        using var model = _learner.Fit(TreeTask.Regression, [new("x", x)], y, cancellationToken: TestContext.Current.CancellationToken);
        var answers = Predict(model, new TreeColumn("x", new float[] { 0.1f, 0.9f }));
        answers[0].Should().BeApproximately(0, 0.01);
        answers[1].Should().BeApproximately(1, 0.01);
    }

    [Fact]
    public void A_binary_answer_is_a_probability()
    {
        var (x, y) = Step(1000);
        using var model = _learner.Fit(TreeTask.Binary, [new("x", x)], y, cancellationToken: TestContext.Current.CancellationToken);
        var answers = Predict(model, new TreeColumn("x", x));
        answers.Should().OnlyContain(p => p > 0 && p < 1);
        answers[0].Should().BeLessThan(0.01);
        answers[^1].Should().BeGreaterThan(0.99);
    }

    [Fact]
    public void The_same_rows_and_seed_give_the_same_model_to_the_last_bit()
    {
        var (columns, target) = Noise(3000, 6, seed: 1);
        using var first = _learner.Fit(TreeTask.Regression, columns, target, new() { Seed = 5 }, TestContext.Current.CancellationToken);
        using var second = _learner.Fit(TreeTask.Regression, columns, target, new() { Seed = 5 }, TestContext.Current.CancellationToken);
        Predict(first, columns).Should().Equal(Predict(second, columns));
    }

    [Fact]
    public void Models_can_be_learned_and_asked_by_several_threads_at_once()
    {
        var (columns, target) = Noise(2000, 4, seed: 2);
        using var alone = _learner.Fit(TreeTask.Regression, columns, target, new() { Trees = 20 }, TestContext.Current.CancellationToken);
        var expected = Predict(alone, columns);
        Parallel.For(0, 8, _ =>
        {
            using var model = _learner.Fit(TreeTask.Regression, columns, target, new() { Trees = 20 }, TestContext.Current.CancellationToken);
            Predict(model, columns).Should().Equal(expected);
            Predict(alone, columns).Should().Equal(expected);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void A_target_of_one_value_is_the_answer_for_every_row(int rows)
    {
        var (columns, _) = Noise(rows, 2, seed: 3);
        using var model = _learner.Fit(TreeTask.Regression, columns, Filled(rows, 7.5f), cancellationToken: TestContext.Current.CancellationToken);
        Predict(model, columns).Should().AllSatisfy(a => a.Should().BeApproximately(7.5, 1e-6));
        model.Gains.Should().Equal(0, 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void One_class_only_is_the_answer_for_every_row(float only)
    {
        var (columns, _) = Noise(500, 2, seed: 4);
        using var model = _learner.Fit(TreeTask.Binary, columns, Filled(500, only), cancellationToken: TestContext.Current.CancellationToken);
        Predict(model, columns).Should().AllSatisfy(a => a.Should().BeApproximately(only, 1e-6));
    }

    [Fact]
    public void A_column_without_any_value_tells_nothing_and_harms_nothing()
    {
        var (x, y) = Step(1000);
        TreeColumn[] columns = [new("x", x), new("empty", Filled(1000, float.NaN))];
        using var model = _learner.Fit(TreeTask.Regression, columns, y, cancellationToken: TestContext.Current.CancellationToken);
        model.Gains.Should().Equal(1, 0);
        Predict(model, columns)[^1].Should().BeApproximately(1, 0.01);
    }

    [Fact]
    public void Nothing_but_missing_values_gives_the_mean()
    {
        var (_, y) = Step(1000);
        TreeColumn[] columns = [new("empty", Filled(1000, float.NaN))];
        using var model = _learner.Fit(TreeTask.Regression, columns, y, cancellationToken: TestContext.Current.CancellationToken);
        Predict(model, columns).Should().AllSatisfy(a => a.Should().BeApproximately(0.5, 1e-6));
    }

    [Fact]
    public void A_missing_value_is_learned_from()
    {
        var (x, y) = (new float[1000], new float[1000]);
        for (var i = 0; i < x.Length; i++) (x[i], y[i]) = i % 4 == 0 ? (float.NaN, 1f) : (i, 0f);
        TreeColumn[] columns = [new("x", x)];
        using var model = _learner.Fit(TreeTask.Binary, columns, y, cancellationToken: TestContext.Current.CancellationToken);
        var answers = Predict(model, columns);
        answers[0].Should().BeGreaterThan(0.99);
        answers[1].Should().BeLessThan(0.01);
    }

    [Fact]
    public void Infinite_values_are_the_largest_and_the_smallest()
    {
        var (x, y) = Step(1000);
        (x[0], x[^1]) = (float.NegativeInfinity, float.PositiveInfinity);
        TreeColumn[] columns = [new("x", x)];
        using var model = _learner.Fit(TreeTask.Regression, columns, y, cancellationToken: TestContext.Current.CancellationToken);
        var answers = Predict(model, columns);
        answers[0].Should().BeApproximately(0, 0.01);
        answers[^1].Should().BeApproximately(1, 0.01);
    }

    [Fact]
    public void Codes_of_categories_have_no_order()
    {
        // Even codes are positive: 20 codes, which one split tells apart when they are categories, but not when they are numbers.
        var (codes, y) = (new float[4000], new float[4000]);
        for (var i = 0; i < codes.Length; i++) (codes[i], y[i]) = (i % 20, i % 2 == 0 ? 1 : 0);
        var options = new TreeOptions { Trees = 1, Leaves = 2, LearningRate = 1 };
        using var categories = _learner.Fit(TreeTask.Regression, [new("c", codes, IsCategory: true)], y, options, TestContext.Current.CancellationToken);
        using var numbers = _learner.Fit(TreeTask.Regression, [new("c", codes)], y, options, TestContext.Current.CancellationToken);
        var asCategories = Predict(categories, new TreeColumn("c", codes, IsCategory: true));
        asCategories[0].Should().BeApproximately(1, 0.2);
        asCategories[1].Should().BeApproximately(0, 0.2);
        Predict(numbers, new TreeColumn("c", codes))[0].Should().BeApproximately(0.5, 0.2);
    }

    [Fact]
    public void A_category_that_was_never_seen_has_an_answer()
    {
        var (codes, y) = (new float[4000], new float[4000]);
        for (var i = 0; i < codes.Length; i++) (codes[i], y[i]) = (i % 4, i % 2);
        using var model = _learner.Fit(TreeTask.Binary, [new("c", codes, IsCategory: true)], y, cancellationToken: TestContext.Current.CancellationToken);
        Predict(model, new TreeColumn("c", new float[] { 99, float.NaN }, IsCategory: true)).Should().OnlyContain(p => p >= 0 && p <= 1);
    }

    [Fact]
    public void The_column_that_tells_has_the_gain()
    {
        var (x, y) = Step(1000);
        var (noise, _) = Noise(1000, 1, seed: 5);
        using var model = _learner.Fit(TreeTask.Regression, [.. noise, new("x", x)], y, cancellationToken: TestContext.Current.CancellationToken);
        model.Gains[1].Should().BeGreaterThan(0.99);
        model.Gains.Sum().Should().BeApproximately(1, 1e-12);
    }

    [Fact]
    public void Learning_stops_between_two_trees()
    {
        var (columns, target) = Noise(1000, 2, seed: 6);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        _learner.Invoking(l => l.Fit(TreeTask.Regression, columns, target, cancellationToken: stop.Token)).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void A_disposed_model_answers_no_more()
    {
        var (columns, target) = Noise(100, 1, seed: 7);
        var model = _learner.Fit(TreeTask.Regression, columns, target, cancellationToken: TestContext.Current.CancellationToken);
        model.Dispose();
        model.Dispose();
        model.Invoking(m => m.Predict(columns, new double[100])).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Other_columns_than_those_learned_from_are_refused()
    {
        var (columns, target) = Noise(100, 2, seed: 8);
        using var model = _learner.Fit(TreeTask.Regression, columns, target, cancellationToken: TestContext.Current.CancellationToken);
        model.Invoking(m => m.Predict([columns[1], columns[0]], new double[100])).Should().Throw<ArgumentException>().WithMessage("*x1, x0*learned from x0, x1*");
        model.Invoking(m => m.Predict(columns, new double[99])).Should().Throw<ArgumentException>().WithMessage("*100 values for 99 results*");
    }

    public static TheoryData<TreeColumn[], float[], string> Wrong => new()
    {
        { [], [1], "*no columns*" },
        { [new("x", Array.Empty<float>())], [], "*no rows*" },
        { [new("x", new float[2])], [1], "*2 values, and the target 1*" },
        { [new("x", new float[1]), new("x", new float[1])], [1], "*Two columns have the name 'x'*" },
        { [new("x", new float[1])], [0.5f], "*must be 0 or 1*" },
        { [new("x", new float[1])], [float.NaN], "*must be 0 or 1*" },
        { [new("x", new[] { 0.5f }, IsCategory: true)], [1], "*category 0.5 in row 0*" },
        { [new("x", new[] { -1f }, IsCategory: true)], [1], "*category -1 in row 0*" },
        { [new("x", new[] { float.PositiveInfinity }, IsCategory: true)], [1], "*category*" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_be_learned_from_is_refused(TreeColumn[] columns, float[] target, string message) =>
        _learner.Invoking(l => l.Fit(TreeTask.Binary, columns, target)).Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void An_infinite_number_is_no_target() =>
        _learner.Invoking(l => l.Fit(TreeTask.Regression, [new("x", new float[1])], new[] { float.PositiveInfinity })).Should().Throw<ArgumentException>().WithMessage("*finite*");

    [Fact]
    public void A_host_with_training_has_a_learner()
    {
        var services = new ServiceCollection();
        new MlOpsBuilder(services).AddTraining();
        using var host = services.BuildServiceProvider();
        host.GetRequiredService<ITreeLearner>().Should().BeOfType<LightGbmTreeLearner>();
    }

    internal static (float[] X, float[] Y) Step(int rows)
    {
        var (x, y) = (new float[rows], new float[rows]);
        for (var i = 0; i < rows; i++) (x[i], y[i]) = ((float)i / rows, i < rows / 2 ? 0 : 1);
        return (x, y);
    }

    internal static (TreeColumn[] Columns, float[] Target) Noise(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        float[] Draw() => [.. Enumerable.Range(0, rows).Select(_ => (float)random.NextDouble())];
        return ([.. Enumerable.Range(0, columns).Select(c => new TreeColumn($"x{c}", Draw()))], Draw());
    }

    private static float[] Filled(int rows, float value)
    {
        var values = new float[rows];
        values.AsSpan().Fill(value);
        return values;
    }

    private static double[] Predict(ITreeModel model, params TreeColumn[] columns)
    {
        var results = new double[columns[0].Values.Length];
        model.Predict(columns, results);
        return results;
    }
}
