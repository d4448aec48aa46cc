using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data.Tests;

public sealed class FileSourceTests : IDisposable
{
    private readonly Reading _reading = new();

    public void Dispose() => _reading.Dispose();

    [Fact]
    public async Task Csv_is_read_as_it_is_written()
    {
        var path = _reading.File("rides.csv", "fare;city\n1.5;Oslo\nNA;\n");

        var (schema, rows, _) = await _reading.ReadAsync(Source.Csv(path, csv => csv with { Delimiter = ';', NullTexts = ["NA", ""] }));

        schema.Should().Equal(new Column("fare", ColumnType.Float64), new Column("city", ColumnType.String));
        rows.Should().BeEquivalentTo(new object?[][] { [1.5, "Oslo"], [null, null] }, o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task Json_lines_are_read_with_the_schema_that_is_declared()
    {
        var path = _reading.File("rides.jsonl", "{\"id\":1,\"city\":\"Oslo\"}\n{\"id\":2}\n");

        var (schema, rows, _) = await _reading.ReadAsync(Source.JsonLines(path, new([new("id", ColumnType.Float64), new("city", ColumnType.String)])));

        schema["id"].Type.Should().Be(ColumnType.Float64);
        rows.Should().BeEquivalentTo(new object?[][] { [1.0, "Oslo"], [2.0, null] }, o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task Parquet_is_read_with_its_types()
    {
        var rows = Table.Of(("id", ColumnType.Int64, [1L, null]), ("day", ColumnType.Date, [new DateOnly(2001, 1, 31), null]));
        var path = _reading.PathOf("rides.parquet");
        await _reading.Services.GetRequiredService<IColumnarEngine>().WriteParquetAsync(path, DatasetSchema.FromArrow(rows.Schema), Table.Stream(rows), Reading.Token);

        var read = await _reading.ReadAsync(Source.Parquet(path));

        read.Rows.Should().BeEquivalentTo(new object?[][] { [1L, new DateOnly(2001, 1, 31)], [null, null] }, o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task The_version_is_that_of_the_content_and_of_the_way_it_is_read()
    {
        var path = _reading.File("a.csv", "x\n1\n");
        var version = await VersionAsync(Source.Csv(path));

        (await VersionAsync(Source.Csv(_reading.File("b.csv", "x\n1\n")))).Should().Be(version, "the name of a file is not its content");
        (await VersionAsync(Source.Csv(path, csv => csv with { HasHeader = false }))).Should().NotBe(version);
        (await VersionAsync(Source.Csv(path, csv => csv with { NullTexts = ["NA"] }))).Should().NotBe(version);
        _reading.File("a.csv", "x\n2\n");
        (await VersionAsync(Source.Csv(path))).Should().NotBe(version);
    }

    [Fact]
    public async Task The_estimate_is_the_length_of_the_file()
    {
        var source = Source.Csv(_reading.File("a.csv", "x\n1\n"));

        (await source.EstimateBytesAsync(_reading.Services, Reading.Token)).Should().Be(4);
        source.Origin.Should().Be(new DatasetOrigin("csv", _reading.PathOf("a.csv")));
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        var source = Source.Parquet(_reading.PathOf("nowhere.parquet"));

        (await FluentActions.Awaiting(() => VersionAsync(source)).Should().ThrowAsync<DataException>()).Which.DataSource.Should().EndWith("nowhere.parquet");
        (await FluentActions.Awaiting(() => _reading.ReadAsync(source)).Should().ThrowAsync<DataException>()).Which.Message.Should().Contain("nowhere.parquet");
        (await source.EstimateBytesAsync(_reading.Services, Reading.Token)).Should().BeNull();
    }

    [Fact]
    public async Task A_file_that_is_written_to_while_it_is_read_is_refused()
    {
        var path = _reading.File("a.csv", "x\n1\n");
        var read = async () =>
        {
            await foreach (var _ in Source.Csv(path).ReadAsync(_reading.Services, Reading.Token)) await File.AppendAllTextAsync(path, "2\n", Reading.Token);
        };

        var error = (await read.Should().ThrowAsync<DataException>()).Which;

        error.DataSource.Should().Be(path);
        error.IsTransient.Should().BeFalse("the key of the stage was made of what the file held before");
    }

    [Fact]
    public async Task An_empty_file_is_named() =>
        (await FluentActions.Awaiting(() => _reading.ReadAsync(Source.Csv(_reading.File("empty.csv", "")))).Should().ThrowAsync<DataException>())
        .Which.Message.Should().Contain("empty.csv");

    private async Task<string?> VersionAsync(IDataSource source) => await source.GetVersionAsync(_reading.Services, Reading.Token);
}
