using MlOps.Statistics;

namespace MlOps.DataValidation.Tests;

public class TypeSchemaTests
{
    [Fact]
    public async Task A_schema_of_a_type_and_the_profile_of_its_records_agree_on_the_types()
    {
        var row = new Everything(true, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, "t", 'c', Guid.Empty, [1], new(2026, 1, 1), DateTime.UnixEpoch, DateTimeOffset.UnixEpoch, TimeSpan.Zero, DayOfWeek.Friday, (Half)1);
        var profile = await new Profiler().ProfileRowsAsync(new[] { row }.ToAsyncEnumerable(), TestContext.Current.CancellationToken);

        DataSchema.FromType<Everything>().Columns.Select(c => (c.Name, c.Type)).Should().Equal(profile.Columns.Select(c => (c, profile[c].Kind)));
    }

    [Fact]
    public async Task A_number_beyond_the_largest_long_is_a_decimal_everywhere()
    {
        var schema = new DataSchema(DataSchema.FromType<Big>().Columns.Single().Between(1, 1.9e19));
        Big[] rows = [new(ulong.MaxValue), new(0)];

        schema["Id"].Type.Should().Be(ValueKind.Decimal);
        rows.Select(r => schema.ForRecords<Big>().Passes(r)).Should().Equal(true, false);
        schema.FindAnomalies(await new Profiler().ProfileRowsAsync(rows.ToAsyncEnumerable(), TestContext.Current.CancellationToken)).Anomalies.Should().ContainSingle().Which.Kind.Should().Be(AnomalyKind.NumberTooSmall);
    }

    private sealed record Big(ulong Id);

    private sealed record Everything(
        bool A, sbyte B, byte C, short D, ushort E, int F, uint G, long H, ulong I, float J, double K, decimal L, string M, char N, Guid O, byte[] P, DateOnly Q, DateTime S, DateTimeOffset T, TimeSpan U, DayOfWeek V, Half W);
}
