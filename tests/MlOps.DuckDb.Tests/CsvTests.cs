using MlOps.Core;

namespace MlOps.DuckDb.Tests;

public sealed class CsvTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DuckDbEngine _engine = Rows.Engine();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Types_are_found_in_the_whole_file()
    {
        var lines = string.Concat(Enumerable.Range(0, 30_000).Select(i => $"{i},{i},true,{i}\n"));
        var file = Csv("n,late,flag,id,day,at,zip,none,big\n" + lines.Replace("\n", ",2001-02-03,2001-02-03,07001,,1\n", StringComparison.Ordinal)
            + "1,2.5,FALSE,x7,2001-02-04,2001-02-03T04:05:06.789+02:00,10115,,99999999999999999999\n");

        var schema = DatasetSchema.FromArrow(await _engine.ReadAsync(file, cancellationToken: Token).ReadSchema());

        schema.Select(c => c.Type).Should().Equal(
            ColumnType.Int64, ColumnType.Float64, ColumnType.Boolean, ColumnType.String, ColumnType.Date, ColumnType.Timestamp, ColumnType.String, ColumnType.String, ColumnType.String);
        var rows = await _engine.ReadAsync(file, cancellationToken: Token).ReadAll();
        rows.Select(r => r[0]).Take(30_000).Should().Equal(Enumerable.Range(0, 30_000).Select(i => (object)(long)i), "rows come in their order");
        rows[^1].Should().Equal(1L, 2.5, false, "x7", 11_357, new DateTime(2001, 2, 3, 2, 5, 6, 789).Subtract(DateTime.UnixEpoch).Ticks / 10, "10115", null, "99999999999999999999");
    }

    [Fact]
    public async Task Declared_types_are_read_by_name_in_the_declared_order()
    {
        var file = Csv("x,skipped,at,price,bytes,text,n\n1.5,?,2001-02-03 04:05,-0.000000000000000001,AAH/,\"a,\"\"b\"\"\nc\",007\n,,,,,,\n") with
        {
            Schema = new([new("n", ColumnType.Int64), new("text", ColumnType.String), new("price", ColumnType.Decimal), new("bytes", ColumnType.Binary), new("at", ColumnType.Timestamp)]),
        };

        var rows = await _engine.ReadAsync(file, cancellationToken: Token).ReadAll();

        rows[0].Take(3).Should().Equal(7L, "a,\"b\"\nc", -Int128.One);
        rows[0][3].Should().BeEquivalentTo(new byte[] { 0, 1, 255 });
        rows[0][4].Should().Be(new DateTime(2001, 2, 3, 4, 5, 0).Subtract(DateTime.UnixEpoch).Ticks / 10);
        rows[1].Should().OnlyContain(v => v == null);
    }

    [Theory]
    [InlineData("1.5", ColumnType.Int64)]
    [InlineData("0x10", ColumnType.Int64)]
    [InlineData("1_000", ColumnType.Int64)]
    [InlineData("9223372036854775808", ColumnType.Int64)]
    [InlineData("1e999", ColumnType.Float64)]
    [InlineData("abc", ColumnType.Float64)]
    [InlineData("0.0000000000000000001", ColumnType.Decimal)]
    [InlineData("100000000000000000000", ColumnType.Decimal)]
    [InlineData("yes", ColumnType.Boolean)]
    [InlineData("2001-02-30", ColumnType.Date)]
    [InlineData("03/02/2001", ColumnType.Date)]
    [InlineData("2001-02-03T25:00", ColumnType.Timestamp)]
    [InlineData("2001-02-03T04:05:06.1234567", ColumnType.Timestamp)]
    [InlineData("not base64!", ColumnType.Binary)]
    public async Task A_value_of_a_wrong_type_is_named_and_never_rounded(string text, ColumnType type)
    {
        var good = type switch
        {
            ColumnType.Boolean => "true",
            ColumnType.Date or ColumnType.Timestamp => "2001-02-03",
            ColumnType.Binary => "AA==",
            _ => "1",
        };
        var file = Csv("a,b\n" + string.Concat(Enumerable.Repeat($"x,{good}\n", 9_000)) + $"y,{text}\n") with { Schema = new([new("a", ColumnType.String), new("b", type)]) };

        var read = () => _engine.ReadAsync(file, cancellationToken: Token).ReadAll();

        var error = (await read.Should().ThrowAsync<DataException>()).Which;
        (error.DataSource, error.Row, error.Column).Should().Be((file.Path, 9_001L, "b"));
        error.Message.Should().NotContain(text);
    }

    [Theory]
    [InlineData("a,b\n1,2\n3\n4,5\n", 2)]
    [InlineData("a,b\n1,2\n3,4\n5,6,7\n", 3)]
    [InlineData("a,b\n1,\"2\n", 1)]
    public async Task A_ragged_row_is_named(string text, long row)
    {
        var read = () => _engine.ReadAsync(Csv(text), cancellationToken: Token).ReadAll();

        var error = (await read.Should().ThrowAsync<DataException>()).Which;
        error.DataSource.Should().Be(_folder["a.csv"]);
        error.Row.Should().Be(row);
    }

    [Fact]
    public async Task Another_delimiter_no_header_and_texts_for_missing_values()
    {
        var file = Csv("1;NA;x\n2;n/a;NA\n;3;y\n") with { Delimiter = ';', HasHeader = false, NullTexts = ["NA", "n/a", ""] };

        DatasetSchema.FromArrow(await _engine.ReadAsync(file, cancellationToken: Token).ReadSchema()).Should().Equal(
            new Column("column0", ColumnType.Int64), new Column("column1", ColumnType.Int64), new Column("column2", ColumnType.String));
        (await _engine.ReadAsync(file, ["column2", "column0"], Token).ReadAll()).Should().BeEquivalentTo(
            new object?[][] { ["x", 1L], [null, 2L], ["y", null] }, o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task Without_texts_for_missing_values_every_field_is_text()
    {
        var file = Csv("a,b\n,x\n") with { NullTexts = [] };

        (await _engine.ReadAsync(file, cancellationToken: Token).ReadAll()).Single().Should().Equal("", "x");
    }

    [Fact]
    public async Task A_single_column_may_have_missing_values()
    {
        var rows = await _engine.ReadAsync(Csv("a\n1\nNA\n3\n") with { NullTexts = ["NA"] }, cancellationToken: Token).ReadAll();

        rows.Select(r => r[0]).Should().Equal(1L, null, 3L);
    }

    [Fact]
    public async Task A_header_alone_is_a_table_without_rows()
    {
        var read = _engine.ReadAsync(Csv("a,b\n"), cancellationToken: Token);

        (await read.ReadAll()).Should().BeEmpty();
        DatasetSchema.FromArrow(await read.ReadSchema()).Select(c => c.Name).Should().Equal("a", "b");
    }

    [Fact]
    public async Task A_byte_order_mark_and_windows_line_ends_are_no_part_of_the_data()
    {
        var read = _engine.ReadAsync(Csv("\uFEFFa,b\r\n1,x\r\n2,y\r\n"), cancellationToken: Token);

        (await read.ReadSchema()).FieldsList.Select(f => f.Name).Should().Equal("a", "b");
        (await read.ReadAll()).Should().BeEquivalentTo(new object[][] { [1L, "x"], [2L, "y"] }, o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task A_missing_and_a_doubled_column_are_named()
    {
        var missing = () => _engine.ReadAsync(Csv("a,b\n1,2\n") with { Schema = new([new("c", ColumnType.Int64)]) }, cancellationToken: Token).ReadAll();
        (await missing.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("c");

        var doubled = () => _engine.ReadAsync(Csv("a,a\n1,2\n"), cancellationToken: Token).ReadAll();
        (await doubled.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("a");
    }

    [Fact]
    public async Task An_empty_file_and_bytes_that_are_no_text_are_named()
    {
        var empty = () => _engine.ReadAsync(Csv("\n\n"), cancellationToken: Token).ReadAll();
        (await empty.Should().ThrowAsync<DataException>()).Which.DataSource.Should().Be(_folder["a.csv"]);

        await File.WriteAllBytesAsync(_folder["a.csv"], [.. "a,b\n1,"u8, 0xC3, 0x28, .. "\n"u8], Token);
        var broken = () => _engine.ReadAsync(new CsvFile(_folder["a.csv"]), cancellationToken: Token).ReadAll();
        var error = (await broken.Should().ThrowAsync<DataException>()).Which;
        (error.DataSource, error.Row).Should().Be((_folder["a.csv"], 1L));
    }

    private CsvFile Csv(string text) => new(_folder.Write("a.csv", text));
}
