namespace MlOps.Monitoring.Tests;

/// <summary>Reports on data that have not changed: how many alarm, and whether real changes are still found.</summary>
public class FalseAlarmTests
{
    private const int Repetitions = 200;

    // At the default level of 0.001 two or more of 200 reports alarm in one of sixty such tests; the seed makes the outcome the same every time.
    [Theory]
    [InlineData(1, 50, 2000, 10)]
    [InlineData(1, 100, 2000, 10)]
    [InlineData(1, 5000, 2000, 10)]
    [InlineData(1, 1000, 1000, 300)]
    [InlineData(20, 100, 1000, 10)]
    [InlineData(20, 200, 1000, 300)]
    public async Task Reports_on_unchanged_data_alarm_no_more_often_than_they_say(int columns, int rows, int referenceRows, int categories)
    {
        var alarms = await CountAlarmsAsync(columns, rows, referenceRows, categories, new MonitorOptions { MinRows = 50 }, seed: 1);
        alarms.Should().BeLessThanOrEqualTo(1);
    }

    // A looser level, with nothing but the p-values to hold it, so that alarms can be counted at all.
    [Theory]
    [InlineData(1, 60, 1000, 10)]
    [InlineData(20, 100, 1000, 30)]
    [InlineData(20, 200, 1000, 300)]
    public async Task The_p_values_alone_hold_a_looser_level(int columns, int rows, int referenceRows, int categories)
    {
        var options = new MonitorOptions { MinRows = 50, Significance = 0.05, PsiThreshold = 0, MissingShareChange = 0, UnseenShareIncrease = 0, LabelShareChange = 0 };
        var alarms = await CountAlarmsAsync(columns, rows, referenceRows, categories, options, seed: 2);
        alarms.Should().BeLessThan((int)(Repetitions * 0.05) + 9, "that is three standard deviations above the level");
    }

    [Theory]
    [InlineData(100, 1.609344)]
    [InlineData(1600, 1.3)]
    public async Task Numbers_in_another_unit_are_found_among_twenty_columns(int rows, double factor)
    {
        var random = new Random(3);
        var found = 0;
        for (var i = 0; i < 20; i++)
        {
            var reference = await ProfileAsync(Draw(random, 20, 5000, 10));
            var (columns, _) = Compare(reference, Draw(random, 20, rows, 10, factor), new());
            if (columns[0].IsDrifted) found++;
            columns.Skip(1).Should().OnlyContain(c => !c.IsDrifted);
        }

        found.Should().BeGreaterThan(rows == 100 ? 10 : 19);
    }

    private static async Task<int> CountAlarmsAsync(int columns, int rows, int referenceRows, int categories, MonitorOptions options, int seed)
    {
        var random = new Random(seed);
        var alarms = 0;
        for (var i = 0; i < Repetitions; i++)
        {
            var reference = await ProfileAsync(Draw(random, columns, referenceRows, categories));
            var (found, label) = Compare(reference, Draw(random, columns, rows, categories), options);
            if (found.Any(c => c.IsDrifted) || label is { IsDrifted: true }) alarms++;
        }

        return alarms;
    }

    private static (IReadOnlyList<ColumnDrift> Columns, LabelDrift? Label) Compare(Reference reference, Table window, MonitorOptions options)
    {
        var current = new CurrentProfile(reference);
        current.Add(new MonitorBatch(0, window.ToBatch()));
        var parts = DriftComparer.Compare(reference, reference.Profile, current, 1, options).Window;
        return (parts.Columns, parts.Label);
    }

    private static async Task<Reference> ProfileAsync(Table training)
    {
        var world = new World();
        var context = new MonitorContext("flight-delay", new(), await world.TrainAsync(training, label: "ground_truth"), World.May, World.May.AddDays(1));
        return await new ReferenceReader(world.Datasets).ReadAsync(context, TestContext.Current.CancellationToken);
    }

    // Every third column is a number with ties, every third a fraction with missing values, every third a category.
    private static Table Draw(Random random, int columns, int rows, int categories, double factor = 1)
    {
        var table = new Table();
        for (var c = 0; c < columns; c++)
        {
            switch (c % 3)
            {
                case 0 when categories > 100 && columns == 1:
                case 2:
                    table.Add($"c{c}", Enumerable.Range(0, rows).Select(_ => (string?)$"v{(int)(categories * Math.Pow(random.NextDouble(), 1 + (c % 2)))}"));
                    break;
                case 0:
                    table.Add($"c{c}", Enumerable.Range(0, rows).Select(_ => Math.Round(Math.Exp(6 + (0.7 * Gauss(random)))) * (c == 0 ? factor : 1)));
                    break;
                default:
                    table.Add($"c{c}", Enumerable.Range(0, rows).Select(_ => random.NextDouble() < 0.03 ? (double?)null : Gauss(random)));
                    break;
            }
        }

        return table.Add("ground_truth", Enumerable.Range(0, rows).Select(_ => random.NextDouble() < 0.2 ? 1.0 : 0));
    }

    private static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
