using MlOps.Core;

namespace MlOps.DuckDb.Tests;

public sealed class JsonLinesTests : IDisposable
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
    public async Task Members_and_types_are_found_in_the_whole_file()
    {
        var file = Json(string.Concat(Enumerable.Repeat("""{"n":1,"x":2,"t":"12:30:00","day":"2001-02-03","digits":"7","mixed":true}""" + "\r\n", 20_000))
            + "\n" + """{"x":2.5,"late":false,"n":null,"t":"a\"\u00e9\n","mixed":"so"}""");

        DatasetSchema.FromArrow(await _engine.ReadAsync(file, cancellationToken: Token).ReadSchema()).Should().Equal(
            new Column("n", ColumnType.Int64), new Column("x", ColumnType.Float64), new Column("t", ColumnType.String), new Column("day", ColumnType.Date),
            new Column("digits", ColumnType.String), new Column("mixed", ColumnType.String), new Column("late", ColumnType.Boolean));
        var rows = await _engine.ReadAsync(file, cancellationToken: Token).ReadAll();
        rows.Should().HaveCount(20_001);
        rows[0].Should().Equal(1L, 2.0, "12:30:00", 11_356, "7", "true", null);
        rows[^1].Should().Equal(null, 2.5, "a\"é\n", null, null, "so", false);
    }

    [Fact]
    public async Task Declared_members_are_read_and_others_left_out()
    {
        var file = Json("""{"list":[1,{"a":2}],"price":1.25,"x":"NaN","bytes":"AAH/"}""" + "\n{}\n") with
        {
            Schema = new([new("x", ColumnType.Float64), new("price", ColumnType.Decimal), new("bytes", ColumnType.Binary)]),
        };

        var rows = await _engine.ReadAsync(file, ["price", "x", "bytes"], Token).ReadAll();

        rows[0].Take(2).Should().Equal(Int128.Parse("1250000000000000000"), double.NaN);
        rows[1].Should().OnlyContain(v => v == null);
    }

    [Theory]
    [InlineData("""{"a":"x"}""", "a")]
    [InlineData("""{"a":1.5}""", "a")]
    [InlineData("""{"a":"1"}""", "a")]
    [InlineData("""{"a":[1]}""", "a")]
    [InlineData("""{"a":{"b":1}}""", "a")]
    [InlineData("""{"a":1,"a":2}""", "a")]
    [InlineData("""{"a":1""", null)]
    [InlineData("""{"a":1} {"a":2}""", null)]
    [InlineData("""[1]""", null)]
    [InlineData("""nonsense""", null)]
    public async Task A_bad_line_is_named(string line, string? column)
    {
        var file = Json("{\"a\":1}\n\n" + line + "\n{\"a\":2}\n") with { Schema = new([new("a", ColumnType.Int64)]) };

        var read = () => _engine.ReadAsync(file, cancellationToken: Token).ReadAll();

        var error = (await read.Should().ThrowAsync<DataException>()).Which;
        (error.DataSource, error.Row, error.Column).Should().Be((file.Path, 2L, column));
    }

    [Fact]
    public async Task A_nested_member_is_refused_when_nothing_is_declared()
    {
        var read = () => _engine.ReadAsync(Json("{\"a\":1,\"list\":[1]}\n"), cancellationToken: Token).ReadAll();

        (await read.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("list");
    }

    [Fact]
    public async Task Blank_lines_alone_have_no_columns()
    {
        var read = () => _engine.ReadAsync(Json("\n\n"), cancellationToken: Token).ReadAll();
        await read.Should().ThrowAsync<DataException>();

        var declared = Json("\n\n") with { Schema = new([new("a", ColumnType.Int64)]) };
        (await _engine.ReadAsync(declared, cancellationToken: Token).ReadAll()).Should().BeEmpty();
        (await _engine.ReadAsync(declared, cancellationToken: Token).ReadSchema()).FieldsList.Should().ContainSingle();
    }

    [Fact]
    public async Task A_line_may_be_longer_than_the_buffer()
    {
        var text = new string('é', 500_000);

        (await _engine.ReadAsync(Json("{\"a\":\"x\"}\n{\"a\":\"" + text + "\"}"), cancellationToken: Token).ReadAll())[1][0].Should().Be(text);
    }

    private JsonLinesFile Json(string text) => new(_folder.Write("a.jsonl", text));
}
