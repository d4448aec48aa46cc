namespace MlOps.Serving.Tests;

public sealed class PredictionIdTests
{
    private static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_identifier_is_a_uuid_of_version_7_with_its_time()
    {
        var id = Guid.ParseExact(PredictionIds.Create(Noon), "N");
        id.Version.Should().Be(7);
        id.Variant.Should().BeInRange(8, 11);
        id.ToString("N")[..12].Should().Be(Guid.CreateVersion7(Noon).ToString("N")[..12]);
    }

    [Fact]
    public void Later_identifiers_sort_after_earlier_ones()
    {
        var ids = Enumerable.Range(0, 1000).Select(i => PredictionIds.Create(Noon.AddMilliseconds(i)));
        ids.Should().BeInAscendingOrder(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Identifiers_are_unique_on_all_threads_beyond_what_is_fetched_at_once()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 2000).Select(_ => PredictionIds.Create(Noon)).ToArray())));
        ids.SelectMany(i => i).Should().OnlyHaveUniqueItems();
    }
}
