namespace MlOps.Monitoring.Tests;

/// <summary>Whether embeddings and texts have moved.</summary>
public class VectorAndTextTests
{
    private static readonly MultivariateOptions Texts = Of(o => o.TextColumns.Add("review"));
    private static readonly string[] Words = "the of room was good bad staff very clean breakfast bed noise street great we stayed nice view small large".Split(' ');

    [Fact]
    public async Task Embeddings_whose_numbers_no_longer_go_together_are_found()
    {
        var random = new Random(1);
        using var watched = await Watched.TrainAsync(Vectors(random, 3000, 0.9), new() { Reconstruction = false, Classifier = false });
        var report = await watched.CompareAsync(Vectors(random, 1500, 0.2));
        var drift = report.Vectors.Should().ContainSingle().Which;
        (drift.Vector, drift.Width, drift.Status).Should().Be(("embedding", 16, DriftStatus.Drifted));
        report.Alarms.Single().Cause.Should().Be("multivariate/embedding");
        report.Alarms.Single().PValue.Should().BeLessThan(0.001);
    }

    [Fact]
    public async Task Embeddings_like_those_of_training_have_not_moved()
    {
        var random = new Random(2);
        using var watched = await Watched.TrainAsync(Vectors(random, 3000, 0.5));
        var report = await watched.CompareAsync(Vectors(random, 1000, 0.5));
        report.Vectors.Single().Status.Should().Be(DriftStatus.Stable);
        report.Alarms.Should().BeEmpty();
        report.Classifier!.Sentence.Should().Be("Not compared: there is no column that can be.", "the vector is judged as a whole");
    }

    [Fact]
    public async Task Vectors_that_lack_a_number_are_left_out()
    {
        var random = new Random(3);
        using var watched = await Watched.TrainAsync(Vectors(random, 1000, 0.5));
        var report = await watched.CompareAsync(Vectors(random, 500, 0.5, missing: 450));
        report.Vectors.Single().Sentence.Should().Be("Not compared: 50 rows of the window have the whole vector, 100 are needed.");
    }

    [Fact]
    public async Task Few_columns_with_numbers_in_their_names_are_columns()
    {
        var random = new Random(4);
        var table = new Table().Add("lag.0", Enumerable.Range(0, 1000).Select(_ => random.Gauss())).Add("lag.1", Enumerable.Range(0, 1000).Select(_ => random.Gauss()));
        using var watched = await Watched.TrainAsync(table);
        var report = await watched.CompareAsync(table);
        report.Vectors.Should().BeEmpty();
        report.Reconstruction!.Columns.Should().Be(2);
    }

    [Fact]
    public async Task Texts_of_another_subject_are_told_and_a_word_is_named()
    {
        var random = new Random(5);
        using var watched = await Watched.TrainAsync(Reviews(random, 2000, null), Texts);
        var report = await watched.CompareAsync(Reviews(random, 1000, "airport"));
        var drift = report.Texts.Should().ContainSingle().Which;
        drift.Status.Should().Be(DriftStatus.Drifted);
        drift.Contributors[0].Name.Should().Be("airport");
        (drift.Contributors[0].Reference, drift.Contributors[0].Current).Should().Be((0, drift.Contributors[0].Current));
        drift.Contributors[0].Current.Should().BeGreaterThan(0.5);
        drift.Sentence.Should().Contain("They go by airport");
        report.Alarms.Single().Subject.Should().Be("review");
    }

    [Fact]
    public async Task Texts_like_those_of_training_are_not_told()
    {
        var random = new Random(6);
        using var watched = await Watched.TrainAsync(Reviews(random, 2000, null), Texts);
        var report = await watched.CompareAsync(Reviews(random, 1000, null));
        report.Texts.Single().Status.Should().Be(DriftStatus.Stable);
    }

    [Fact]
    public async Task A_column_of_texts_that_vanished_cannot_be_compared()
    {
        var random = new Random(7);
        using var watched = await Watched.TrainAsync(Reviews(random, 500, null), Texts);
        var report = await watched.CompareAsync(new Table().Add("x", Enumerable.Repeat(1.0, 200)));
        report.Texts.Single().Sentence.Should().Be("Not compared: 0 rows of the window have it, 100 are needed.");
    }

    [Fact]
    public void Words_are_counted_without_case_and_marks()
    {
        var columns = TextFeatures.Of(["A bad, BAD bed.", "a Bad bad bed", "", "…!?"], 64);
        for (var f = 0; f < 64; f++) columns[f].Values.Span[0].Should().Be(columns[f].Values.Span[1]);
        columns[..64].Sum(c => c.Values.Span[0]).Should().Be(4 + 3, "four words and three pairs");
        columns[..64].Sum(c => c.Values.Span[2] + c.Values.Span[3]).Should().Be(0);
        columns[64].Values.ToArray().Should().Equal(4, 4, 0, 0);
        columns[65].Values.ToArray().Should().Equal(15, 13, 0, 3);
    }

    [Fact]
    public void An_enormous_text_is_read_at_its_beginning() =>
        TextFeatures.Of([string.Concat(Enumerable.Repeat("word ", 1_000_000))], 16)[16].Values.Span[0].Should().Be(800);

    private static MultivariateOptions Of(Action<MultivariateOptions> configure)
    {
        var options = new MultivariateOptions { Reconstruction = false, Classifier = false };
        configure(options);
        return options;
    }

    private static Table Vectors(Random random, int rows, double mix, int missing = 0)
    {
        var table = new Table();
        var before = new double[rows];
        for (var c = 0; c < 16; c++)
        {
            var values = new double[rows];
            for (var row = 0; row < rows; row++) values[row] = c == 0 ? random.Gauss() : (mix * before[row]) + (Math.Sqrt(1 - (mix * mix)) * random.Gauss());
            table.Add($"embedding.{c}", values.Select((v, row) => c == 7 && row < missing ? (double?)null : v));
            before = values;
        }

        return table;
    }

    private static Table Reviews(Random random, int rows, string? extra) => new Table().Add("review", Enumerable.Range(0, rows).Select(_ =>
    {
        var words = Enumerable.Range(0, random.Next(5, 15)).Select(_ => Words[random.Next(Words.Length)]);
        return (string?)string.Join(' ', extra is not null && random.NextDouble() < 0.7 ? words.Append(extra) : words);
    }));
}
