namespace MlOps.Monitoring.Tests;

/// <summary>Comparisons of rows as wholes on data that have not changed: how many alarm.</summary>
public class MultivariateFalseAlarmTests
{
    private const int Repetitions = 200;

    // Nothing but the chances holds the level: the effects have no minimum.
    [Theory]
    [InlineData(400, 100, 5)]
    [InlineData(400, 400, 5)]
    [InlineData(2000, 120, 10)]
    [InlineData(300, 2000, 3)]
    public async Task Reconstruction_errors_hold_their_level(int referenceRows, int rows, int columns)
    {
        var alarms = await CountAsync(referenceRows, rows, columns, new() { Classifier = false, RocAucThreshold = 0.5 }, seed: 1);
        alarms.Should().BeLessThanOrEqualTo((int)(Repetitions * 0.05) + 9, "that is three standard deviations above the level");
    }

    // The naive variance of the area would alarm in more than a tenth.
    [Theory]
    [InlineData(200, 200, 5)]
    [InlineData(400, 100, 5)]
    public async Task Trees_hold_their_level(int referenceRows, int rows, int columns)
    {
        var alarms = await CountAsync(referenceRows, rows, columns, new() { Reconstruction = false, RocAucThreshold = 0.5 }, seed: 2);
        alarms.Should().BeLessThanOrEqualTo((int)(Repetitions * 0.05) + 9, "that is three standard deviations above the level");
    }

    [Fact]
    public async Task Chunks_and_the_window_share_one_level()
    {
        var alarms = await CountAsync(600, 1000, 4, new() { Classifier = false, RocAucThreshold = 0.5 }, seed: 3, new() { ChunkRows = 100 });
        alarms.Should().BeLessThanOrEqualTo((int)(Repetitions * 0.05) + 9, "that is three standard deviations above the level");
    }

    [Fact]
    public async Task Trees_that_judge_every_chunk_share_it_too()
    {
        var alarms = await CountAsync(400, 600, 3, new() { Reconstruction = false, RocAucThreshold = 0.5, ChunkSampleRows = 100 }, seed: 5, new() { ChunkRows = 200 });
        alarms.Should().BeLessThanOrEqualTo((int)(Repetitions * 0.05) + 9, "that is three standard deviations above the level");
    }

    [Theory]
    [InlineData(1000, 100)]
    [InlineData(1000, 1000)]
    public async Task By_default_nothing_alarms(int referenceRows, int rows)
    {
        var random = new Random(4);
        for (var i = 0; i < 15; i++)
        {
            using var watched = await Watched.TrainAsync(random.Mixed(referenceRows, 6, categories: 2));
            (await watched.CompareAsync(random.Mixed(rows, 6, categories: 2))).Alarms.Should().BeEmpty();
        }
    }

    // Heavy-tailed numbers and categories: the errors are far from normal.
    private static async Task<int> CountAsync(int referenceRows, int rows, int columns, MultivariateOptions multivariate, int seed, MonitorOptions? options = null)
    {
        var (random, alarms) = (new Random(seed), 0);
        options ??= new();
        options.Significance = 0.05;
        for (var i = 0; i < Repetitions; i++)
        {
            using var watched = await Watched.TrainAsync(Draw(random, referenceRows, columns), multivariate, options);
            if ((await watched.CompareAsync(Draw(random, rows, columns))).Alarms.Count > 0) alarms++;
        }

        return alarms;
    }

    private static Table Draw(Random random, int rows, int columns)
    {
        var table = new Table();
        for (var c = 0; c < columns; c++)
        {
            if (c % 3 == 2) table.Add($"c{c}", Enumerable.Range(0, rows).Select(_ => (string?)$"v{(int)(20 * Math.Pow(random.NextDouble(), 2))}"));
            else table.Add($"c{c}", Enumerable.Range(0, rows).Select(_ => Math.Exp((c % 2 == 0 ? 1.5 : 0.5) * random.Gauss())));
        }

        return table;
    }
}
