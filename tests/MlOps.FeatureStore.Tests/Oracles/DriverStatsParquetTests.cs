using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Data;
using MlOps.Peers;

namespace MlOps.FeatureStore.Tests;

/// <summary>Feast's example data as it ships it, from its Parquet file through snapshots to a training set.</summary>
public sealed class DriverStatsParquetTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact, Trait(Oracles.Category, Oracles.Peer)]
    public async Task The_drivers_of_Feast_get_what_its_SQL_gives()
    {
        var expected = Tables.Rows(DriverStats.Read("driver_stats_expected_ttl1d.csv", DriverStats.Expected)).ToList();
        var view = DriverStats.ViewOf(FeatureSource.Of(Source.Parquet(DriverStats.PathOf("driver_stats.parquet"))));
        await using var services = new ServiceCollection().AddLogging().AddSingleton(new FeatureDefinitions([.. view.Entities], [view]))
            .AddMlOpsCore().AddData().UseDuckDb().UseInMemoryStores().AddFeatureStore().Services.BuildServiceProvider();

        var made = await services.GetRequiredService<ITrainingSets>().CreateAsync(
            new() { Rows = EntityRows.Of(Tables.AsAsync(DriverStats.Read("driver_stats_entities.csv", DriverStats.Rows))), Features = ["driver_stats:conv_rate", "driver_stats:acc_rate", "driver_stats:avg_daily_trips"] }, Cancel);

        var rows = await Tables.RowsAsync(services.GetRequiredService<IDatasetStore>().ReadAsync(made.Rows, cancellationToken: Cancel));
        rows.Select(r => (r[0], r[5])).Should().Equal(expected.Select(r => (r[0], r[5])));
        rows.Select(r => ((float)r[3].ToDouble(), (float)r[4].ToDouble())).Should().Equal(expected.Select(r => ((float)r[3].ToDouble(), (float)r[4].ToDouble()))); // the file holds floats
    }

    [Fact, Trait(Oracles.Category, Oracles.Peer)]
    public async Task They_are_materialized_as_its_SQL_says()
    {
        var expected = DriverStats.Materialized().ToList();
        var view = DriverStats.ViewOf(FeatureSource.Of(Source.Parquet(DriverStats.PathOf("driver_stats.parquet")))) with { TimeToLive = null };
        await using var services = new ServiceCollection().AddLogging().AddSingleton(new FeatureDefinitions([.. view.Entities], [view]))
            .AddMlOpsCore().AddData().UseDuckDb().UseInMemoryStores().AddFeatureStore().Services.BuildServiceProvider();
        var found = await DriverStats.MaterializeAsync(view, services.GetRequiredService<IEventReader>(), new(2022, 3, 31, 0, 0, 0, TimeSpan.Zero), new(2022, 4, 5, 17, 0, 0, TimeSpan.Zero));
        found.Select(r => (r[0], r[1], r[4])).Should().Equal(expected.Select(r => (r[0], r[1], r[4])));
        found.Select(r => ((float)r[2].ToDouble(), (float)r[3].ToDouble())).Should().Equal(expected.Select(r => ((float)r[2].ToDouble(), (float)r[3].ToDouble()))); // the file holds floats
    }
}
