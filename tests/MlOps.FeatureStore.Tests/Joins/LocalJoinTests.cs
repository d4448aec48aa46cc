using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MlOps.Testing;

namespace MlOps.FeatureStore.Tests;

public class LocalJoinTests : PointInTimeEngineTests, IDisposable
{
    private readonly InMemoryDatasetStore _store = new(batchSize: 7);
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly EventReader _events;

    public LocalJoinTests()
    {
        _events = new(_store, [], _services, NullLogger<EventReader>.Instance);
        Engine = new LocalJoin(_events, new(_store, [], Options.Create(LocalOptions)), Options.Create(LocalOptions));
    }

    private protected override IPointInTimeEngine Engine { get; }

    private protected virtual LocalJoinOptions LocalOptions { get; } = new();

    public void Dispose()
    {
        _events.Dispose();
        _services.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected override async Task<FeatureSource> PutAsync(RecordBatch events, FeatureView view) => FeatureSource.Of(await _store.WriteAsync("events", new("rows", "test"), Tables.AsAsync(events)));
}

/// <summary>The same, with so little memory that every join works in parts.</summary>
public sealed class SpillingLocalJoinTests : LocalJoinTests
{
    private static readonly string Folder = Directory.CreateTempSubdirectory("mlops-spill-tests-").FullName;

    private protected override LocalJoinOptions LocalOptions { get; } = new() { MemoryBudget = 1024, TemporaryFolder = Folder };
}
