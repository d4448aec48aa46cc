using MlOps.Core;

namespace MlOps.Data.Tests;

public sealed class WhereTests
{
    [Fact]
    public async Task Rows_are_kept_by_a_predicate_over_a_record()
    {
        var lab = new Lab(2);
        var data = await lab.KeepAsync(("Miles", ColumnType.Int64, [100L, null, 700L, 900L, 50L]), ("id", ColumnType.String, ["a", "b", "c", "d", "e"]), ("x", ColumnType.Binary, [null, null, null, null, null]));
        var limit = 90;
        var kept = await lab.RunAsync(data, d => d.Where<Flight>(f => f.Miles > limit && f.Id != "c"));
        (await lab.ColumnAsync(kept, "id")).Should().Equal("a", "d");
        kept.Schema.Should().Equal(data.Schema);
        var lacking = () => lab.RunAsync(data, d => d.Where<Other>(o => o.Nowhere > 0));
        await lacking.Should().ThrowAsync<DataException>();
    }

    private sealed record Flight(string Id, double? Miles);

    private sealed record Other(long Nowhere);
}
