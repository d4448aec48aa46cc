using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Checks in a test of the host, and without a host, that features have the values that they should: given these events, at these moments, this is expected. The values are computed as for a training set.</summary>
/// <example><code>
/// await FeatureTest.CheckAsync(
///     new FlightFeatures(), "airport_delays",
///     events: [new Landing("JFK", At("09:00"), 10), new Landing("JFK", At("09:30"), 20)],
///     expected: [new { airport = "JFK", at = At("10:00"), delay_mean_1h = 15.0 }]);
/// </code></example>
public static class FeatureTest
{
    /// <summary>Checks features of one view, or of a computed view or a service that reads one view.</summary>
    /// <typeparam name="TEvent">A record, or an anonymous type, whose properties are named as the columns of the view's source, or so in camel case.</typeparam>
    /// <typeparam name="TExpected">A record, or an anonymous type: join keys, a time, columns of the request, and the features that are checked with their expected values.</typeparam>
    /// <param name="definition">The definition. Its sources are not read.</param>
    /// <param name="of">The view, the computed view or the service, as name or name@version.</param>
    /// <param name="events">The events.</param>
    /// <param name="expected">The expected values, row by row; null expects a missing value.</param>
    /// <param name="timeColumn">The property that holds the time of a row; null takes event_timestamp, or the only moment that is no key and no feature.</param>
    /// <param name="tolerance">How far a number may be off, as a share of the expected one, or absolutely when that is below 1.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>When all values are as expected.</returns>
    /// <exception cref="FeatureTestException">Some are not; the message lists them.</exception>
    /// <exception cref="ArgumentException">A property of an expected row names no feature, key, time or column of the request, or nothing is expected.</exception>
    /// <exception cref="FeatureDefinitionException">The definition has errors.</exception>
    public static Task CheckAsync<TEvent, TExpected>(
        FeatureDefinition definition, string of, IEnumerable<TEvent> events, IEnumerable<TExpected> expected, string? timeColumn = null, double tolerance = 1e-9, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var definitions = FeatureDefinitions.Of(definition);
        var read = GoldenQuestion.Resolve(definitions, of).Views.Select(v => v.View.Name).Distinct(StringComparer.Ordinal).ToList();
        if (read.Count != 1) throw new ArgumentException($"'{of}' reads the views {string.Join(", ", read)}. Give the events of each with FeatureEvents.Of(view, …).", nameof(events));
        return CheckAsync(definitions, of, [FeatureEvents.Of(read[0], events)], expected, timeColumn, tolerance, cancellationToken);
    }

    /// <summary>Checks features of several views at once, as of a service.</summary>
    /// <typeparam name="TExpected">A record, or an anonymous type: join keys, a time, columns of the request, and the features that are checked with their expected values.</typeparam>
    /// <param name="definitions">The definitions. Their sources are not read.</param>
    /// <param name="of">The view, the computed view or the service, as name or name@version.</param>
    /// <param name="events">The events of each view that is read.</param>
    /// <param name="expected">The expected values, row by row; null expects a missing value.</param>
    /// <param name="timeColumn">The property that holds the time of a row; null takes event_timestamp, or the only moment that is no key and no feature.</param>
    /// <param name="tolerance">How far a number may be off, as a share of the expected one, or absolutely when that is below 1.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>When all values are as expected.</returns>
    /// <exception cref="FeatureTestException">Some are not; the message lists them.</exception>
    /// <exception cref="ArgumentException">A property of an expected row names no feature, key, time or column of the request, a view has no events, or nothing is expected.</exception>
    public static async Task CheckAsync<TExpected>(
        FeatureDefinitions definitions, string of, IReadOnlyList<FeatureEvents> events, IEnumerable<TExpected> expected, string? timeColumn = null, double tolerance = 1e-9, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        var rowsOfTest = expected.ToList();
        if (rowsOfTest.Count == 0) throw new ArgumentException("No row is expected, so nothing would be checked.", nameof(expected));
        var question = GoldenQuestion.Ask(definitions, of, known => ObjectRows.ToBatch(rowsOfTest, known), timeColumn);
        var datasets = new GoldenDatasets();
        var given = events.ToDictionary(e => e.View, StringComparer.Ordinal);
        foreach (var view in question.Views.Where(v => !given.ContainsKey(v))) throw new ArgumentException($"'{of}' reads view '{view}', which has no events here. Give FeatureEvents.Of(\"{view}\", …); there may be none.", nameof(events));
        var replaced = new FeatureDefinitions(
            definitions.Entities,
            [.. definitions.Views.Select(v => given.TryGetValue(v.Name, out var rows) ? v with { Source = FeatureSource.Of(datasets.Add(v.Name, rows.ToBatch(v))) } : v)],
            definitions.ComputedViews,
            definitions.Services);

        var services = new ServiceCollection();
        services.AddSingleton(replaced).AddSingleton<IDatasetStore>(datasets).AddMlOpsCore();
        services.AddFeatureCatalog().AddTrainingSets().AddWindows();
        var provider = services.BuildServiceProvider();
        await using (provider.ConfigureAwait(false))
        {
            var query = question.Query with { Rows = EntityRows.Of(datasets.Add("expected", question.Rows)) };
            var differences = new List<string>();
            await foreach (var batch in provider.GetRequiredService<ITrainingSets>().ReadAsync(query, cancellationToken).ConfigureAwait(false)) question.Compare(batch, tolerance, differences);
            if (differences.Count > 0) throw new FeatureTestException(differences);
        }
    }
}
