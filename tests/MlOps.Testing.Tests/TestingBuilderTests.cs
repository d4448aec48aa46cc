using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Testing.Tests;

public sealed class TestingBuilderTests
{
    [Fact]
    public void A_host_in_a_test_keeps_everything_in_memory()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().UseInMemoryStores().UseInMemoryStores();
        using var provider = services.BuildServiceProvider();
        provider.GetServices<IMetadataStore>().Should().ContainSingle().Which.Should().BeOfType<InMemoryMetadataStore>();
        provider.GetRequiredService<ICheckpointStore>().Should().BeOfType<InMemoryCheckpointStore>();
        provider.GetRequiredService<IModelRegistry>().Should().BeOfType<InMemoryModelRegistry>();
        provider.GetRequiredService<IArtifactStore>().Should().BeSameAs(provider.GetRequiredService<IArtifactStore>()).And.BeOfType<InMemoryArtifactStore>();
    }
}
