using CsCheck;
using MlOps.Core;
using MlOps.Peers;
using static MlOps.FeatureStore.Tests.WindowFixture;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

/// <summary>Windows in a warehouse.</summary>
public abstract class SqlWindowTests : IAsyncDisposable
{
    private const string ChrononFile = "featurestore/chronon_cases.json";

    private static readonly Column[] RowColumns = [new("id", ColumnType.Int64), new("time", ColumnType.Timestamp)];

    public static IEnumerable<TheoryDataRow<string>> Cases => Oracles.Cases(ChrononFile, c => !c.TryGetProperty("mutations", out _));

    private protected abstract TestWarehouse Warehouse { get; }

    public async ValueTask DisposeAsync()
    {
        await Warehouse.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory, MemberData(nameof(Cases)), Trait(Oracles.Category, Oracles.Peer)]
    public async Task Windows_are_those_of_Chronon(string name)
    {
        var one = ChrononCase.Read(Oracles.Case(ChrononFile, name));
        foreach (var query in one.Queries)
        {
            var fixture = ChrononTests.FixtureOf(one, one.EventsFor(query));
            ChrononCase.Check(query, (await JoinAsync(fixture, [(query.Key, query.Time)], ColumnType.String))[0]);
        }
    }

    [Fact]
    public Task Every_aggregation_is_that_of_the_plain_definition() => WindowSamples.Histories(reversals: false, created: false).SampleAsync(h => AgreesAsync(h, createdBeforeRow: false), iter: 40, threads: 1);

    [Fact]
    public Task So_it_is_with_created_times() => WindowSamples.Histories(reversals: false, created: true).SampleAsync(h => AgreesAsync(h, createdBeforeRow: true), iter: 20, threads: 1);

    [Fact]
    public async Task Events_created_after_the_row_are_counted()
    {
        var fixture = new WindowFixture([new("value", ColumnType.Int64)], [Feature(AggregationKind.Sum, ColumnType.Int64)], created: true);
        fixture.Add(1L, 0, 1L, created: 0).Add(1L, 1, 1L, created: 10 * Minute).Add(2L, 0, 1L, created: 0);
        var leakage = new LeakageCounter();
        await JoinAsync(fixture, [(1L, 5 * Minute), (2L, 5 * Minute), (3L, 5 * Minute)], ColumnType.Int64, leakage: leakage);
        leakage.ToReport().Should().Equal(new FeatureLeakage("flights", 2, 1));
    }

    [Fact]
    public async Task Events_before_the_beginning_of_all_windows_are_not_counted()
    {
        var fixture = new WindowFixture([new("value", ColumnType.Int64)], [Feature(AggregationKind.Sum, ColumnType.Int64)], created: true);
        fixture.Add(1L, (2 * Minute) - Second, 1L, created: 90 * Minute);
        var leakage = new LeakageCounter();
        await JoinAsync(fixture, [(1L, (62 * Minute) + (30 * Second))], ColumnType.Int64, leakage: leakage);
        leakage.ToReport().Should().Equal(new FeatureLeakage("flights", 0, 0));
    }

    [Fact]
    public async Task A_sum_that_does_not_fit_is_an_error()
    {
        var fixture = Of(ColumnType.Int64, Feature(AggregationKind.Sum, ColumnType.Int64));
        fixture.Add(1L, 0, long.MaxValue).Add(1L, 1, 1L);
        await fixture.Awaiting(f => JoinAsync(f, [(1L, 2)], ColumnType.Int64)).Should().ThrowAsync<DataException>();
    }

    [Fact]
    public async Task An_aggregation_of_another_type_than_the_feature_is_refused()
    {
        var fixture = Of(ColumnType.Int64, Feature(AggregationKind.Sum, ColumnType.Float64));
        fixture.Add(1L, 0, 1L);
        await fixture.Awaiting(f => JoinAsync(f, [(1L, 2)], ColumnType.Int64)).Should().ThrowAsync<DataException>().WithMessage("*Sum*Float64*Int64*");
    }

    [Fact]
    public void Events_that_take_others_back_are_left_to_the_local_engine()
    {
        var view = new WindowFixture([new("value", ColumnType.Int64)], [Feature(AggregationKind.Sum, ColumnType.Int64)], reversals: true).View;
        Warehouse.Engine.CanJoin(view with { Source = FeatureSource.Sql("warehouse", "t") }, EntityRows.Of(Tables.AsAsync())).Should().BeFalse();
    }

    private async Task AgreesAsync(WindowHistory history, bool createdBeforeRow)
    {
        // What overflows a double when it is squared is an error in SQL.
        history = history with { Events = [.. history.Events.Select(e => e with { Values = [.. e.Values.Select(v => v is { IsMissing: false, Type: ColumnType.Float64 } && Math.Abs(v.ToDouble()) is > 1e200 and < double.PositiveInfinity ? 7.0 : v)] })] };
        var found = await JoinAsync(history.ToFixture(), history.Rows, ColumnType.Int64, createdBeforeRow);
        for (var row = 0; row < history.Rows.Length; row++)
        {
            for (var f = 0; f < history.Features.Count; f++)
            {
                var expected = PlainWindow.Of(history, history.Features[f], history.Rows[row], createdBeforeRow);
                IsSame(history.Features[f], found[row][f], expected).Should().BeTrue($"that is {history.Features[f].Name} of {history.Rows[row]}: {found[row][f].ToObject()} instead of {expected.ToObject()}");
            }
        }
    }

    // Floating-point numbers are added up in another order, and quantiles are not rounded to 13 binary digits; next to infinity the engines interpolate each in its own way.
    private static bool IsSame(Feature feature, FeatureValue found, FeatureValue expected) => (feature.Aggregation!.Kind, found.IsMissing || expected.IsMissing) switch
    {
        (AggregationKind.Sum or AggregationKind.Mean or AggregationKind.Variance, false) when feature.Type == ColumnType.Float64 => IsClose(found.ToDouble(), expected.ToDouble(), feature.Aggregation.Kind == AggregationKind.Variance ? 1e3 : 1e-3),
        (AggregationKind.Quantile, false) => !double.IsFinite(expected.ToDouble()) || !double.IsFinite(found.ToDouble()) || Math.Abs(found.ToDouble() - expected.ToDouble()) <= 1e6 / 4096,
        (_, false) when feature.Type == ColumnType.Float64 => found.ToDouble().Equals(expected.ToDouble()), // whatever the bits of NaN
        _ => found == expected,
    };

    private static bool IsClose(double found, double expected, double margin) => double.IsFinite(expected) ? Math.Abs(found - expected) <= margin + (Math.Abs(expected) * 1e-9) : double.IsNaN(expected) == double.IsNaN(found);

    private async Task<FeatureValue[][]> JoinAsync(WindowFixture fixture, IEnumerable<(FeatureValue Id, long Time)> rows, ColumnType key, bool createdBeforeRow = false, LeakageCounter? leakage = null)
    {
        var columns = fixture.Schema.Select(c => c with { Name = c.Name switch { EventColumns.EventTime => "at", EventColumns.CreatedTime => "created", EventColumns.IsReversal => "is_before", var name => name } }).ToList();
        var view = fixture.View with { Source = FeatureSource.Sql("warehouse", await Warehouse.PutAsync(Tables.Batch(columns, [.. fixture.Events]))) };
        var batch = Tables.Batch([RowColumns[0] with { Type = key }, RowColumns[1]], [.. rows.Select(r => new[] { r.Id, FeatureValue.FromBits(ColumnType.Timestamp, r.Time) })]);
        var joined = await Tables.RowsAsync(Warehouse.Engine.JoinAsync(new(EntityRows.Of(Tables.AsAsync(batch)), "time", [new(view, ["id"], view.Features, 0)], createdBeforeRow, leakage ?? new()), TestContext.Current.CancellationToken));
        return [.. joined.Select(r => r[2..])];
    }
}

public sealed class DuckDbWindowTests : SqlWindowTests
{
    private protected override TestWarehouse Warehouse { get; } = new DuckDbTestWarehouse();
}

public sealed class PostgresWindowTests(PostgresFixture server) : SqlWindowTests
{
    private readonly Lazy<PostgresTestWarehouse> _warehouse = new(() => PostgresTestWarehouse.Create(server));

    private protected override TestWarehouse Warehouse => _warehouse.Value;
}
