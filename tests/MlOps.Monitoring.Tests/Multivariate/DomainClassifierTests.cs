namespace MlOps.Monitoring.Tests;

/// <summary>Whether trees tell rows of the window from rows of the training data.</summary>
public class DomainClassifierTests
{
    private static readonly MultivariateOptions Only = new() { Reconstruction = false };

    [Fact]
    public async Task Columns_that_no_longer_go_together_are_told_and_named()
    {
        var random = new Random(1);
        using var watched = await Watched.TrainAsync(random.Mixed(5000, 2).Add("noise", Enumerable.Range(0, 5000).Select(_ => random.Gauss())), Only);
        var report = await watched.CompareAsync(random.Mixed(2000, 2, mix: -0.8).Add("noise", Enumerable.Range(0, 2000).Select(_ => random.Gauss())));
        var drift = report.Classifier!;
        drift.Status.Should().Be(DriftStatus.Drifted);
        drift.RocAuc.Should().BeGreaterThan(0.8);
        drift.Contributors.Take(2).Select(c => c.Name).Should().BeEquivalentTo("x0", "x1");
        drift.Sentence.Should().MatchRegex("^Trees tell rows of the window from rows of training: ROC AUC 0\\.\\d{3}, where 0\\.500 is to be expected, give or take 0\\.\\d{3}\\. They go by x[01] \\(\\d+ %\\), x[01]");
        report.Alarms.Single().Cause.Should().Be("multivariate/all columns");
        report.Alarms.Single().Contributors.Should().Equal(drift.Contributors);
    }

    [Fact]
    public async Task A_window_like_the_training_data_is_not_told()
    {
        var random = new Random(2);
        using var watched = await Watched.TrainAsync(random.Mixed(5000, 5, categories: 2), Only);
        var report = await watched.CompareAsync(random.Mixed(1000, 5, categories: 2));
        report.Classifier!.Status.Should().Be(DriftStatus.Stable);
        report.Classifier.RocAuc.Should().BeInRange(0.45, 0.55);
        report.Classifier.Sentence.Should().StartWith("Trees do not tell rows of the window from rows of training");
    }

    [Fact]
    public async Task A_category_that_was_never_seen_is_told()
    {
        var random = new Random(3);
        using var watched = await Watched.TrainAsync(random.Mixed(3000, 2, categories: 1), Only);
        var window = new Table().Add("x0", Numbers(random)).Add("x1", Numbers(random)).Add("c0", Enumerable.Range(0, 1000).Select(i => i % 3 == 0 ? "new" : "more"));
        (await watched.CompareAsync(window)).Classifier!.Contributors[0].Name.Should().Be("c0");
    }

    [Fact]
    public async Task A_host_without_anything_that_learns_trees_is_told_what_to_add()
    {
        var random = new Random(4);
        using var watched = await Watched.TrainWithoutLearnerAsync(random.Mixed(1000, 3));
        var report = await watched.CompareAsync(random.Mixed(500, 3));
        report.Classifier!.Status.Should().Be(DriftStatus.NotCompared);
        report.Classifier.Sentence.Should().Be("Not compared: the host has nothing that learns trees. Add training (AddTraining), or set Classifier to false.");
        report.Reconstruction!.Status.Should().Be(DriftStatus.Stable, "that needs no trees");
        report.Alarms.Should().BeEmpty();
    }

    [Fact]
    public async Task A_large_window_is_judged_by_a_sample()
    {
        var random = new Random(5);
        using var watched = await Watched.TrainAsync(random.Mixed(5000, 3), new() { SampleRows = 500 });
        var report = await watched.CompareAsync(random.Mixed(3000, 3), random.Mixed(3000, 3));
        (report.Classifier!.ReferenceRows, report.Classifier.Rows, report.Rows).Should().Be((500, 500, 6000));
        report.Reconstruction!.Current.Rows.Should().Be(6000, "the error is that of every row");
    }

    [Fact]
    public async Task The_same_window_gives_the_same_figures()
    {
        var random = new Random(6);
        using var watched = await Watched.TrainAsync(random.Mixed(3000, 3));
        var window = random.Mixed(1000, 3);
        var first = await watched.CompareAsync(window);
        var second = await watched.CompareAsync(window);
        second.Classifier!.RocAuc.Should().Be(first.Classifier!.RocAuc);
        second.Reconstruction!.RocAuc.Should().Be(first.Reconstruction!.RocAuc);
    }

    [Fact]
    public async Task Columns_that_the_monitor_ignores_are_not_looked_at()
    {
        var random = new Random(7);
        using var watched = await Watched.TrainAsync(random.Mixed(3000, 2), Only, new() { IgnoredColumns = { "x1" } });
        var report = await watched.CompareAsync(random.Mixed(1000, 2, mix: -0.8));
        report.Classifier!.Status.Should().Be(DriftStatus.Stable);
    }

    private static IEnumerable<double> Numbers(Random random) => Enumerable.Range(0, 1000).Select(_ => random.Gauss());
}
