using CsCheck;
using MlOps.Core;
using static MlOps.FeatureStore.Tests.WindowFixture;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

/// <summary>Makes events and rows at random, with ties, missing values, few entities and special numbers.</summary>
internal static class WindowSamples
{
    public static readonly Column[] Columns =
    [
        new("number", ColumnType.Float64), new("integer", ColumnType.Int64), new("text", ColumnType.String), new("amount", ColumnType.Decimal), new("flag", ColumnType.Boolean), new("day", ColumnType.Date),
    ];

    /// <summary>Every aggregation of every column of which there is one, over changing windows.</summary>
    public static readonly Feature[] Features = [.. All()];

    private static readonly Gen<double> Number = Gen.Frequency(
        (8, Gen.Int[-4, 4].Select(i => i / 2.0)), (4, Gen.Double[-1e6, 1e6]), (1, OneOf(double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 1e300, 3e-320)));

    public static Gen<WindowHistory> Histories(bool reversals, bool created) => Gen.Select(Events(reversals, created).Array[0, 40], Rows().Array[0, 12], Gen.Int[0, Features.Length - 1].Array[1, 8])
        .Select((events, rows, features) => new WindowHistory([.. features.Distinct().Select(f => Features[f])], events, rows, created, reversals));

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public static Gen<long> Times() => Gen.Select(Gen.Int[-3, 90], OneOf(0L, 0L, -1L, 1L, 30 * Second)).Select((minute, more) => (minute * Minute) + more);

    private static Gen<(FeatureValue, long)> Rows() => Gen.Select(Gen.Long[1, 3], Times()).Select((id, time) => ((FeatureValue)id, time));

    private static Gen<WindowEvent> Events(bool reversals, bool created) => Gen.Select(Gen.Long[1, 2], Times(), Values(), Gen.Int[0, 5], Times())
        .Select((id, time, values, chance, known) => new WindowEvent(id, time, values, created && chance != 0 ? Math.Max(known, time) : null, reversals && chance >= 4));

    private static Gen<FeatureValue[]> Values() => Gen.Select(
        Maybe(Number.Select(n => (FeatureValue)n)), Maybe(Gen.Long[-3, 3].Select(i => (FeatureValue)i)), Maybe(OneOf("a", "b", "ü", "\uFFFD", "\U0001F6EB").Select(t => (FeatureValue)t)),
        Maybe(Gen.Int[-20, 20].Select(i => (FeatureValue)(i / 8m))), Maybe(Gen.Bool.Select(b => (FeatureValue)b)), Maybe(Gen.Int[0, 4].Select(d => (FeatureValue)new DateOnly(1970, 1, 1).AddDays(d - 2))))
        .Select((number, integer, text, amount, flag, day) => new[] { number, integer, text, amount, flag, day });

    private static Gen<FeatureValue> Maybe(Gen<FeatureValue> values) => Gen.Frequency((4, values), (1, Gen.Const(default(FeatureValue))));

    private static IEnumerable<Feature> All()
    {
        var number = 0;
        foreach (var kind in Enum.GetValues<AggregationKind>())
        {
            foreach (var column in Columns)
            {
                if (AggregationTypes.ResultOf(kind, column.Type) is not { } type) continue;
                TimeSpan? window = (number % 4) switch { 0 => TimeSpan.FromMinutes(60), 1 => TimeSpan.FromMinutes(7), 2 => null, _ => TimeSpan.FromSeconds(150) };
                yield return new($"{kind}_{column.Name}_{window?.TotalSeconds}", type)
                {
                    Column = column.Name,
                    Aggregation = new(kind, window) { Hop = TimeSpan.FromMinutes(number % 3 == 0 ? 1 : 5), IsTumbling = number % 5 == 4, K = (number % 3) + 1, Quantile = (number % 4) / 3.0 },
                };
                number++;
            }
        }

        yield return new("events", ColumnType.Int64) { Column = "", Aggregation = new(AggregationKind.Count, TimeSpan.FromHours(1)) };
    }
}

/// <summary>One event.</summary>
internal sealed record WindowEvent(long Id, long Time, FeatureValue[] Values, long? Created, bool IsReversal);

/// <summary>Events, rows, and the features that are asked for.</summary>
internal sealed record WindowHistory(IReadOnlyList<Feature> Features, WindowEvent[] Events, (FeatureValue Id, long Time)[] Rows, bool HasCreated, bool HasReversals)
{
    public WindowFixture ToFixture(long? memory = null)
    {
        var fixture = new WindowFixture(WindowSamples.Columns, Features, HasCreated, HasReversals) { BatchSize = 7, Options = new() { MemoryBudget = memory ?? 1 << 30 } };
        foreach (var e in Events) fixture.Add(e.Id, e.Time, e.Values, e.Created, e.IsReversal);
        return fixture;
    }
}
