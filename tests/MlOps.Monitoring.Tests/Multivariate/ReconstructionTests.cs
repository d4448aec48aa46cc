namespace MlOps.Monitoring.Tests;

/// <summary>Whether columns still go together.</summary>
public class ReconstructionTests
{
    private static readonly MultivariateOptions Only = new() { Classifier = false };

    [Fact]
    public async Task Columns_that_no_longer_go_together_are_found_though_each_is_as_it_was()
    {
        var random = new Random(1);
        using var watched = await Watched.TrainAsync(random.Mixed(10_000, 6), Only);
        var report = await watched.CompareAsync(random.Mixed(1000, 6, mix: 0));
        var drift = report.Reconstruction!;
        drift.Status.Should().Be(DriftStatus.Drifted);
        drift.Current.Lower.Should().BeGreaterThan(drift.Reference.Upper);
        drift.Sentence.Should().StartWith("Columns do not go together as in training: the reconstruction error is ");
        report.Summary.Should().Be("Drift of rows as wholes, in how columns go together.");
        var alarm = report.Alarms.Should().ContainSingle().Which;
        (alarm.Cause, alarm.Kind, alarm.Statistic).Should().Be(("multivariate/rows up", AlarmKind.Drift, "roc_auc"));
        alarm.PValue.Should().BeLessThan(0.001);
    }

    [Fact]
    public async Task Columns_that_go_together_more_than_before_are_found()
    {
        var random = new Random(2);
        using var watched = await Watched.TrainAsync(random.Mixed(10_000, 6, mix: 0.5), Only);
        (await watched.CompareAsync(random.Mixed(1000, 6, mix: 0.95))).Alarms.Single().Direction.Should().Be("down");
    }

    [Fact]
    public async Task A_window_like_the_training_data_has_no_drift()
    {
        var random = new Random(3);
        using var watched = await Watched.TrainAsync(random.Mixed(10_000, 6, categories: 2), Only);
        var report = await watched.CompareAsync(random.Mixed(5000, 6, categories: 2));
        report.Reconstruction!.Status.Should().Be(DriftStatus.Stable);
        report.Reconstruction.RocAuc.Should().BeApproximately(0.5, 0.02);
        report.Summary.Should().Be("No drift of rows as wholes.");
        report.Alarms.Should().BeEmpty();
    }

    [Fact]
    public async Task A_category_that_goes_with_other_numbers_than_before_is_found()
    {
        var random = new Random(4);
        using var watched = await Watched.TrainAsync(random.Mixed(10_000, 2, categories: 3, mix: 0.95), Only);
        (await watched.CompareAsync(random.Mixed(3000, 2, categories: 3, mix: 0))).Reconstruction!.Status.Should().Be(DriftStatus.Drifted);
    }

    [Fact]
    public async Task The_chunk_in_which_it_happened_is_named()
    {
        var random = new Random(5);
        using var watched = await Watched.TrainAsync(random.Mixed(10_000, 6), Only, new() { ChunkRows = 500 });
        var report = await watched.CompareAsync(random.Mixed(1000, 6), random.Mixed(500, 6, mix: 0), random.Mixed(500, 6));
        report.Reconstruction!.Chunks.Select(c => c.Status).Should().Equal(DriftStatus.Stable, DriftStatus.Stable, DriftStatus.Drifted, DriftStatus.Stable);
        report.Alarms.Where(a => a.Chunk is not null).Select(a => a.Chunk!.Number).Should().Equal(2);
        report.Reconstruction.Current.Rows.Should().Be(2000);
    }

    [Fact]
    public async Task A_chunk_with_few_rows_is_not_judged()
    {
        var random = new Random(6);
        using var watched = await Watched.TrainAsync(random.Mixed(2000, 3), Only, new() { ChunkRows = 300 });
        var report = await watched.CompareAsync(random.Mixed(350, 3));
        report.Reconstruction!.Chunks.Select(c => c.Status).Should().Equal(DriftStatus.Stable, DriftStatus.NotCompared);
    }

    [Fact]
    public async Task A_missing_or_infinite_number_is_taken_as_the_mean()
    {
        var random = new Random(7);
        using var watched = await Watched.TrainAsync(random.Mixed(4000, 4), Only);
        var row = new Table().Add("x0", Enumerable.Repeat((double?)null, 200)).Add("x1", Enumerable.Repeat(double.PositiveInfinity, 200)).Add("x2", Enumerable.Repeat(double.NaN, 200)).Add("x3", Enumerable.Repeat(0.0, 200));
        var drift = (await watched.CompareAsync(row)).Reconstruction!;
        drift.Current.Mean.Should().BeLessThan(0.1, "a row of means is what the components know best");
        drift.Current.StandardError.Should().Be(0);
    }

    [Fact]
    public async Task A_column_that_vanished_is_missing_everywhere_and_harms_nothing()
    {
        var random = new Random(8);
        using var watched = await Watched.TrainAsync(random.Mixed(4000, 4), Only);
        var report = await watched.CompareAsync(random.Mixed(500, 3));
        report.Reconstruction!.Status.Should().NotBe(DriftStatus.NotCompared);
    }

    [Theory]
    [InlineData(1000, 3, 99, "Not compared: 99 rows in the window, 100 are needed.")]
    [InlineData(1000, 1, 500, "Not compared: two columns at least are needed.")]
    [InlineData(150, 3, 500, "Not compared: 200 training rows are needed.")]
    public async Task Where_nothing_can_be_said_it_says_why(int referenceRows, int columns, int rows, string sentence)
    {
        var random = new Random(9);
        using var watched = await Watched.TrainAsync(random.Mixed(referenceRows, columns), Only);
        var drift = (await watched.CompareAsync(random.Mixed(rows, columns))).Reconstruction!;
        (drift.Status, drift.Sentence).Should().Be((DriftStatus.NotCompared, sentence));
    }

    [Fact]
    public async Task Columns_that_never_varied_cannot_go_together()
    {
        var constant = new Table().Add("x0", Enumerable.Repeat(1.0, 1000)).Add("x1", Enumerable.Repeat(2.0, 1000));
        using var watched = await Watched.TrainAsync(constant, Only);
        (await watched.CompareAsync(constant)).Reconstruction!.Sentence.Should().Be("Not compared: in the training data fewer than two columns vary.");
    }

    [Fact]
    public async Task A_window_without_predictions_says_so()
    {
        using var watched = await Watched.TrainAsync(new Random(10).Mixed(1000, 3));
        var report = await watched.CompareAsync();
        report.Reconstruction!.Sentence.Should().Be("No predictions in the window.");
        report.Classifier!.Sentence.Should().Be("No predictions in the window.");
        report.Alarms.Should().BeEmpty();
    }
}
