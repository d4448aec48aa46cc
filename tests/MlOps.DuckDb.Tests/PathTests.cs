using MlOps.Core;

namespace MlOps.DuckDb.Tests;

public sealed class PathTests : IDisposable
{
    private static readonly DatasetSchema Numbers = new([new("n", ColumnType.Int64)]);

    private readonly TempFolder _folder = new();
    private readonly DuckDbEngine _engine = Rows.Engine();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("data[1]")]
    [InlineData("a*b")]
    [InlineData("what?")]
    [InlineData("it's \"quoted\"")]
    [InlineData("{a,b}")]
    [InlineData("~")]
    [InlineData("month=5")]
    [InlineData("größe 100%20")]
    public async Task A_file_is_the_one_that_is_named_whatever_its_name(string name)
    {
        if (OperatingSystem.IsWindows() && name.AsSpan().ContainsAny("*?\"")) return; // no names of files there
        Directory.CreateDirectory(_folder[name]);
        var (csv, json, parquet) = (Path.Combine(_folder[name], name + ".csv"), Path.Combine(_folder[name], name + ".jsonl"), Path.Combine(_folder[name], name + ".parquet"));
        await File.WriteAllTextAsync(csv, "n\n7\n", Token);
        await File.WriteAllTextAsync(json, "{\"n\":7}\n", Token);
        await _engine.WriteParquetAsync(parquet, Numbers, Rows.Batches(Numbers, [[7L]], 1), Token);

        foreach (var file in (DataFile[])[new CsvFile(csv), new JsonLinesFile(json), new ParquetFile(parquet)])
            (await _engine.ReadAsync(file, cancellationToken: Token).ReadAll()).Should().ContainSingle().Which.Should().Equal(7L);
        (await _engine.QueryAsync("SELECT n FROM t", new Dictionary<string, string> { ["t"] = parquet }, cancellationToken: Token).ReadAll()).Should().ContainSingle().Which.Should().Equal(7L);
    }

    [Fact]
    public async Task A_pattern_of_names_is_no_name()
    {
        await _engine.WriteParquetAsync(_folder["a1.parquet"], Numbers, Rows.Batches(Numbers, [[7L]], 1), Token);

        var read = () => _engine.ReadAsync(new ParquetFile(_folder["a*.parquet"]), cancellationToken: Token).ReadAll();

        (await read.Should().ThrowAsync<DataException>()).Which.DataSource.Should().Be(_folder["a*.parquet"]);
    }
}
