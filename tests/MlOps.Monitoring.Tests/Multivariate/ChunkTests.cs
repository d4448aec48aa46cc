namespace MlOps.Monitoring.Tests;

/// <summary>Chunks of a window, each judged as a whole.</summary>
public class ChunkTests
{
    private static readonly MonitorOptions Cut = new() { ChunkRows = 500 };

    [Fact]
    public async Task Trees_say_in_which_chunk_rows_are_others()
    {
        var random = new Random(1);
        using var watched = await Watched.TrainAsync(random.Mixed(3000, 4), new() { Reconstruction = false }, Cut);
        var report = await watched.CompareAsync(random.Mixed(1500, 4), random.Mixed(500, 4, mix: -0.8), random.Mixed(500, 4));
        report.Classifier!.Chunks.Select(c => c.Status).Should().Equal(DriftStatus.Stable, DriftStatus.Stable, DriftStatus.Stable, DriftStatus.Drifted, DriftStatus.Stable);
        var alarm = report.Alarms.Should().ContainSingle(a => a.Chunk != null).Which;
        (alarm.Chunk!.Number, alarm.Subject, alarm.Statistic).Should().Be((3, "all columns", "roc_auc"));
        alarm.Contributors.Should().NotBeEmpty();
        report.Summary.Should().StartWith("Drift of rows as wholes, in all columns");
    }

    [Fact]
    public async Task Embeddings_that_moved_for_one_chunk_are_found()
    {
        var random = new Random(2);
        using var watched = await Watched.TrainAsync(Vectors(random, 3000, 0), new() { Reconstruction = false, Classifier = false }, Cut);
        var report = await watched.CompareAsync(Vectors(random, 1000, 0), Vectors(random, 500, 0.7));
        report.Vectors.Single().Chunks.Select(c => c.Status).Should().Equal(DriftStatus.Stable, DriftStatus.Stable, DriftStatus.Drifted);
        report.Alarms.Where(a => a.Chunk is not null).Select(a => (a.Chunk!.Number, a.Subject, a.Statistic)).Should().Equal((2, "embedding", "mmd2"));
    }

    [Fact]
    public async Task Texts_of_another_subject_are_told_in_their_chunk()
    {
        var random = new Random(3);
        var multivariate = new MultivariateOptions { Reconstruction = false, Classifier = false };
        multivariate.TextColumns.Add("review");
        using var watched = await Watched.TrainAsync(Reviews(random, 3000, "room"), multivariate, Cut);
        var report = await watched.CompareAsync(Reviews(random, 1000, "room"), Reviews(random, 500, "airport"));
        report.Texts.Single().Chunks.Select(c => c.Status).Should().Equal(DriftStatus.Stable, DriftStatus.Stable, DriftStatus.Drifted);
        report.Alarms.Single(a => a.Chunk is not null).Sentence.Should().Contain("airport");
    }

    [Fact]
    public async Task A_chunk_with_few_rows_is_not_judged()
    {
        var random = new Random(4);
        using var watched = await Watched.TrainAsync(random.Mixed(1000, 3), options: Cut);
        var report = await watched.CompareAsync(random.Mixed(520, 3));
        report.Classifier!.Chunks.Select(c => c.Status).Should().Equal(DriftStatus.Stable, DriftStatus.NotCompared);
        report.Classifier.Chunks[1].PValue.Should().Be(double.NaN);
        report.Reconstruction!.Chunks.Select(c => c.Status).Should().Equal(DriftStatus.Stable, DriftStatus.NotCompared);
    }

    [Fact]
    public async Task Without_samples_of_chunks_only_the_errors_of_rows_judge_them()
    {
        var random = new Random(5);
        using var watched = await Watched.TrainAsync(random.Mixed(1000, 3), new() { ChunkSampleRows = 0 }, Cut);
        var report = await watched.CompareAsync(random.Mixed(1000, 3));
        report.Classifier!.Chunks.Should().BeEmpty();
        report.Reconstruction!.Chunks.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_window_that_is_not_cut_has_no_chunks()
    {
        var random = new Random(6);
        using var watched = await Watched.TrainAsync(random.Mixed(1000, 3));
        (await watched.CompareAsync(random.Mixed(1000, 3))).Classifier!.Chunks.Should().BeEmpty();
    }

    private static Table Vectors(Random random, int rows, double shift)
    {
        var table = new Table();
        for (var c = 0; c < 16; c++) table.Add($"embedding.{c}", Enumerable.Range(0, rows).Select(_ => random.Gauss() + shift));
        return table;
    }

    private static Table Reviews(Random random, int rows, string subject) =>
        new Table().Add("review", Enumerable.Range(0, rows).Select(_ => (string?)$"the {(random.NextDouble() < 0.7 ? subject : "place")} was {(random.NextDouble() < 0.5 ? "good" : "bad")}"));
}
