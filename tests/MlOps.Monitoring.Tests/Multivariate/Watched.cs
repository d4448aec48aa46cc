using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>A model that was trained on a table, and windows that are compared with it as wholes.</summary>
internal sealed class Watched : IDisposable
{
    private readonly World _world = new();
    private readonly MonitoringMetrics _metrics = new();
    private readonly MultivariateCheck _check;
    private readonly MonitorOptions _options;

    private Watched(MonitorOptions options, MultivariateOptions multivariate, ITreeLearner? learner)
    {
        var services = new ServiceCollection();
        if (learner is not null) services.AddSingleton(learner);
        multivariate.Enabled = true;
        _options = options;
        _check = new(_world.Datasets, _world.KeepsAll, new Fixed(multivariate), _metrics, services.BuildServiceProvider());
    }

    /// <summary>Trains a model.</summary>
    public static async Task<Watched> TrainAsync(Table training, MultivariateOptions? multivariate = null, MonitorOptions? options = null, ITreeLearner? learner = null)
    {
        var watched = new Watched(options ?? new(), multivariate ?? new(), learner ?? Learners.Trees);
        await watched._world.TrainAsync(training);
        return watched;
    }

    public static async Task<Watched> TrainWithoutLearnerAsync(Table training)
    {
        var watched = new Watched(new(), new(), null);
        await watched._world.TrainAsync(training);
        return watched;
    }

    /// <summary>Compares a window.</summary>
    public async Task<MultivariateReport> CompareAsync(params Table[] batches)
    {
        _world.Log.Batches.Clear();
        _world.Log.Batches.AddRange(batches.Select(b => b.ToBatch()));
        var runner = new MonitorRunner(_world.Registry, _world.Log, [_check], NullLogger<MonitorRunner>.Instance);
        var report = await runner.CheckAsync("flight-delay", _options, World.May, World.May.AddDays(7), TestContext.Current.CancellationToken);
        report.Sections.OfType<FailedSection>().Should().BeEmpty();
        return report.Section<MultivariateReport>()!;
    }

    public void Dispose()
    {
        _check.Dispose();
        _metrics.Dispose();
    }

    private sealed class Fixed(MultivariateOptions options) : IOptionsMonitor<MultivariateOptions>
    {
        public MultivariateOptions CurrentValue => options;

        public MultivariateOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<MultivariateOptions, string?> listener) => null;
    }
}

/// <summary>Draws tables whose columns correlate.</summary>
internal static class Draws
{
    public static double Gauss(this Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Normal numbers x0, x1, …, each mixed with the one before; and categories c0, … that follow a number. Every column alone is the same whatever the mix.</summary>
    public static Table Mixed(this Random random, int rows, int numbers, int categories = 0, double mix = 0.8)
    {
        var (values, texts) = (new double[numbers][], new string?[categories][]);
        for (var c = 0; c < numbers; c++) values[c] = new double[rows];
        for (var c = 0; c < categories; c++) texts[c] = new string?[rows];
        for (var row = 0; row < rows; row++)
        {
            for (var c = 0; c < numbers; c++) values[c][row] = c == 0 ? random.Gauss() : (mix * values[c - 1][row]) + (Math.Sqrt(1 - (mix * mix)) * random.Gauss());
            for (var c = 0; c < categories; c++)
            {
                var own = (mix * values[c % numbers][row]) + (Math.Sqrt(1 - (mix * mix)) * random.Gauss());
                texts[c][row] = own < -1 ? "low" : own < 0 ? "less" : own < 1.5 ? "more" : "high";
            }
        }

        var table = new Table();
        for (var c = 0; c < numbers; c++) table.Add($"x{c}", values[c]);
        for (var c = 0; c < categories; c++) table.Add($"c{c}", texts[c]);
        return table;
    }
}
