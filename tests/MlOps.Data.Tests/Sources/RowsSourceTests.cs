using MlOps.Core;

namespace MlOps.Data.Tests;

public sealed class RowsSourceTests : IDisposable
{
    private readonly Reading _reading = new();

    public enum Weather
    {
        Sunny,
        Rainy,
    }

    public void Dispose() => _reading.Dispose();

    [Fact]
    public async Task Every_type_has_its_column()
    {
        var id = new Guid("00112233-4455-6677-8899-aabbccddeeff");
        var row = new Everything(
            1, 2, 3, 4, 5, 6, 7, 8, 0.5f, 0.25, 1.5m, true, 'c', "text", id, Weather.Rainy, new(2001, 1, 31),
            new(2001, 1, 31, 12, 0, 0), new(2001, 1, 31, 14, 0, 0, TimeSpan.FromHours(2)), [1, 2]);

        var (schema, rows, _) = await _reading.ReadAsync(Source.Rows([row]));

        var noon = new DateTimeOffset(2001, 1, 31, 12, 0, 0, TimeSpan.Zero);
        schema.Select(c => c.Name).Should().Equal("i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "single", "double", "decimal", "flag", "letter", "text", "id", "weather", "day", "time", "moment", "bytes");
        schema.Select(c => c.Type).Distinct().Should().HaveCount(8);
        rows.Single().Should().BeEquivalentTo(
            new object?[]
            {
                1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 0.5, 0.25, 1.5m, true, "c", "text", "00112233-4455-6677-8899-aabbccddeeff", "Rainy", new DateOnly(2001, 1, 31), noon, noon, new byte[] { 1, 2 },
            },
            o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task Missing_values_are_missing_and_special_values_stay()
    {
        Maybe[] given = [new(null, null, null, null, null, null), new(1, double.NaN, 2m, "", Weather.Sunny, []), new(0, double.PositiveInfinity, 0, "å", null, null)];

        var (_, rows, _) = await _reading.ReadAsync(Source.Rows(given));

        rows[0].Should().OnlyContain(v => v == null);
        rows[1].Should().BeEquivalentTo(new object?[] { 1L, double.NaN, 2m, "", "Sunny", System.Array.Empty<byte>() }, o => o.WithStrictOrdering());
        rows[2].Should().Equal(0L, double.PositiveInfinity, 0m, "å", null, null);
    }

    [Fact]
    public async Task No_rows_are_one_empty_batch()
    {
        var (schema, rows, batches) = await _reading.ReadAsync(Source.Rows(System.Array.Empty<Maybe>()));

        (schema.Count, rows.Length, batches).Should().Be((6, 0, 1));
    }

    [Fact]
    public async Task Many_rows_keep_their_order_over_batches()
    {
        var (_, rows, batches) = await _reading.ReadAsync(Source.Rows(Enumerable.Range(0, 20_000).Select(i => new { Number = i, Text = i % 3 == 0 ? null : $"t{i}" })));

        batches.Should().Be(3);
        rows.Select(r => r[0]).Should().Equal(Enumerable.Range(0, 20_000).Select(i => (object)(long)i));
        rows.Select(r => r[1]).Should().Equal(Enumerable.Range(0, 20_000).Select(i => i % 3 == 0 ? null : $"t{i}"));
    }

    [Fact]
    public async Task Rows_that_fill_a_batch_are_not_followed_by_an_empty_one() =>
        (await _reading.ReadAsync(Source.Rows(Enumerable.Range(0, 8192).Select(i => new { Number = i })))).Batches.Should().Be(1);

    [Fact]
    public async Task Structures_and_inherited_properties_are_read_from_the_base_on()
    {
        (await _reading.ReadAsync(Source.Rows([new Point(1, 2)]))).Rows[0].Should().Equal(1L, 2L);
        (await _reading.ReadAsync(Source.Rows([new Derived(1, 2)]))).Schema.Select(c => c.Name).Should().Equal("first", "second");
    }

    [Fact]
    public async Task Records_may_come_one_by_one()
    {
        (await _reading.ReadAsync(Source.Rows(Slowly()))).Rows.Should().HaveCount(2);

        static async IAsyncEnumerable<Point> Slowly()
        {
            yield return new(1, 2);
            await Task.Yield();
            yield return new(3, 4);
        }
    }

    [Fact]
    public async Task A_value_that_no_column_holds_names_its_row_and_column()
    {
        var error = await ErrorAsync(Source.Rows([new { Big = 1ul }, new { Big = ulong.MaxValue }]));
        (error.Row, error.Column).Should().Be((2, "big"));
        error.DataSource.Should().NotBeNull();
        (await ErrorAsync(Source.Rows([new { Price = 1e-28m }]))).Column.Should().Be("price");
        (await ErrorAsync(Source.Rows([new { Price = decimal.MaxValue }]))).Column.Should().Be("price");
        (await ErrorAsync(Source.Rows([new { Name = "\ud800" }]))).Message.Should().Contain("Unicode");
        (await ErrorAsync(Source.Rows(new Maybe[] { null! }))).Row.Should().Be(1);
    }

    [Theory]
    [InlineData("99999999999999999999")]
    [InlineData("-0.000000000000000001")]
    [InlineData("12345678901.123456789012345678")]
    public async Task Decimals_keep_every_digit(string text)
    {
        var value = decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        (await _reading.ReadAsync(Source.Rows([new { Value = value }]))).Rows[0][0].Should().Be(value);
    }

    [Fact]
    public void A_type_that_has_no_columns_is_refused()
    {
        FluentActions.Invoking(() => Source.Rows([1, 2])).Should().Throw<ArgumentException>().WithMessage("*one value*");
        FluentActions.Invoking(() => Source.Rows([new { Tags = new List<string>() }])).Should().Throw<ArgumentException>().WithMessage("*Tags*");
        FluentActions.Invoking(() => Source.Rows([new object()])).Should().Throw<ArgumentException>().WithMessage("*no public readable property*");
    }

    [Fact]
    public async Task A_cancelled_reading_stops()
    {
        using var stop = new CancellationTokenSource();
        var source = Source.Rows(Enumerable.Range(0, int.MaxValue).Select(i => new { Number = i }));
        var read = async () =>
        {
            await foreach (var _ in source.ReadAsync(_reading.Services, stop.Token)) await stop.CancelAsync();
        };

        await read.Should().ThrowAsync<OperationCanceledException>();
    }

    private async Task<DataException> ErrorAsync(IDataSource source) =>
        (await FluentActions.Awaiting(() => _reading.ReadAsync(source)).Should().ThrowAsync<DataException>()).Which;

    private sealed record Everything(
        sbyte I8, byte U8, short I16, ushort U16, int I32, uint U32, long I64, ulong U64, float Single, double Double, decimal Decimal, bool Flag, char Letter, string Text, Guid Id,
        Weather Weather, DateOnly Day, DateTime Time, DateTimeOffset Moment, byte[] Bytes);

    private sealed record Maybe(int? Number, double? Fraction, decimal? Price, string? Text, Weather? Weather, byte[]? Bytes);

    private readonly record struct Point(int X, int Y);

    private record Base(int First);

    private sealed record Derived(int First, int Second) : Base(First);
}
