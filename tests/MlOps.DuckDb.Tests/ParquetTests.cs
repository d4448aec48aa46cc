using System.Security.Cryptography;
using Apache.Arrow;
using CsCheck;
using MlOps.Core;

namespace MlOps.DuckDb.Tests;

public sealed class ParquetTests : IDisposable
{
    private static readonly DatasetSchema Numbers = new([new("n", ColumnType.Int64), new("text", ColumnType.String)]);
    private readonly TempFolder _folder = new();
    private readonly DuckDbEngine _engine = Rows.Engine();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_column_type_comes_back_as_it_was_written()
    {
        var rows = await _engine.WriteParquetAsync(_folder["a.parquet"], Rows.Schema, Rows.Batches(Rows.Schema, Rows.Ugly, 3), Token);

        rows.Should().Be(Rows.Ugly.Length);
        var read = _engine.ReadAsync(new ParquetFile(_folder["a.parquet"]), cancellationToken: Token);
        DatasetSchema.FromArrow(await read.ReadSchema()).Should().Equal(Rows.Schema);
        (await read.ReadAll()).Should().BeEquivalentTo(Rows.Ugly, o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task A_table_without_rows_keeps_its_columns()
    {
        await _engine.WriteParquetAsync(_folder["a.parquet"], Rows.Schema, Rows.Batches(Rows.Schema, [], 1), Token);

        var batches = new List<RecordBatch>();
        await foreach (var batch in _engine.ReadAsync(new ParquetFile(_folder["a.parquet"]), cancellationToken: Token)) batches.Add(batch);
        batches.Should().ContainSingle().Which.Length.Should().Be(0);
        DatasetSchema.FromArrow(batches[0].Schema).Should().Equal(Rows.Schema);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4_096)]
    [InlineData(300_000)]
    public async Task The_sizes_of_the_batches_do_not_change_the_file(int size)
    {
        var rows = Enumerable.Range(0, size == 1 ? 5_000 : 260_000).Select(i => new object?[] { i % 7 == 0 ? null : (long)i, i % 3 == 0 ? null : "t" + i % 1000 }).ToArray();
        await _engine.WriteParquetAsync(_folder["a.parquet"], Numbers, Rows.Batches(Numbers, rows, 10_000), Token);
        await _engine.WriteParquetAsync(_folder["b.parquet"], Numbers, Rows.Batches(Numbers, rows, size), Token);

        Hash("b.parquet").Should().Be(Hash("a.parquet"));
        (await _engine.ReadAsync(new ParquetFile(_folder["b.parquet"]), cancellationToken: Token).ReadAll()).Should().HaveCount(rows.Length)
            .And.Subject.Select(r => r[0]).Should().Equal(rows.Select(r => r[0]), "rows come in their order");
    }

    [Fact]
    public async Task Much_text_is_cut_into_groups_at_the_same_rows_whatever_the_batches()
    {
        var rows = Enumerable.Range(0, 190).Select(i => new object?[] { (long)i, new string((char)('a' + i % 26), 400_000) }).ToArray();
        await _engine.WriteParquetAsync(_folder["a.parquet"], Numbers, Rows.Batches(Numbers, rows, 190), Token);
        await _engine.WriteParquetAsync(_folder["b.parquet"], Numbers, Rows.Batches(Numbers, rows, 11), Token);

        Hash("b.parquet").Should().Be(Hash("a.parquet"));
        var read = await _engine.ReadAsync(new ParquetFile(_folder["a.parquet"]), cancellationToken: Token).ReadAll();
        read.Select(r => (string)r[1]!).Should().Equal(rows.Select(r => (string)r[1]!));
    }

    [Fact]
    public void Any_text_comes_back() =>
        Gen.String[Gen.Char.Where(c => !char.IsSurrogate(c)), 0, 20].Array[0, 200].Sample(texts =>
        {
            var rows = texts.Select((t, i) => new object?[] { (long)i, i % 5 == 0 ? t + "🐎" : t }).ToArray();
            var file = _folder[Path.GetRandomFileName()];
            _engine.WriteParquetAsync(file, Numbers, Rows.Batches(Numbers, rows, 17), Token).GetAwaiter().GetResult();
            var read = _engine.ReadAsync(new ParquetFile(file), ["text"], Token).ReadAll().GetAwaiter().GetResult();
            return read.Select(r => r[0]).SequenceEqual(rows.Select(r => r[1]));
        }, iter: 20, threads: 1);

    [Fact]
    public async Task A_text_beyond_the_basic_plane_is_found_by_its_value()
    {
        object?[][] rows = [[1L, "ｆｕｌｌ"], [2L, "🐎"], [3L, "a"]];
        await _engine.WriteParquetAsync(_folder["a.parquet"], Numbers, Rows.Batches(Numbers, rows, 3), Token);

        foreach (var row in rows)
        {
            var found = await _engine.QueryAsync("SELECT n FROM t WHERE text = $text", Tables("a.parquet"), new Dictionary<string, object?> { ["text"] = row[1] }, Token).ReadAll();
            found.Should().ContainSingle().Which[0].Should().Be(row[0]);
        }
    }

    [Fact]
    public async Task Moments_days_and_fractions_are_found_by_their_value()
    {
        await _engine.WriteParquetAsync(_folder["a.parquet"], Rows.Schema, Rows.Batches(Rows.Schema, Rows.Ugly, 3), Token);

        async Task<object?> Count(string where, object value) => (await _engine.QueryAsync(
            $"SELECT count(*) FROM t WHERE {where}", Tables("a.parquet"), new Dictionary<string, object?> { ["p"] = value }, Token).ReadAll()).Single()[0];

        (await Count("\"at\" = $p", DateTimeOffset.UnixEpoch.AddMicroseconds(-1))).Should().Be(1L);
        (await Count("\"at\" < $p", DateTime.UnixEpoch)).Should().Be(2L);
        (await Count("day = $p", new DateOnly(1969, 12, 31))).Should().Be(1L);
        (await Count("price = $p", 1.25m)).Should().Be(1L);
        (await Count("n = $p", long.MinValue)).Should().Be(1L);
        (await Count("x > $p", 1e300)).Should().Be(2L, "NaN is the greatest of all for the engine");
        (await Count("isnan(x) = $p", true)).Should().Be(1L);
        (await Count("bytes = $p", new byte[] { 0, 1, 255 })).Should().Be(1L);
    }

    [Fact]
    public async Task Names_may_hold_anything_and_differ_in_case_only()
    {
        var schema = new DatasetSchema([new("a.b", ColumnType.String), new("x", ColumnType.Int64), new("X", ColumnType.Int64), new("o'\"k ☃", ColumnType.Int64)]);
        await _engine.WriteParquetAsync(_folder["it's [1] *.parquet"], schema, Rows.Batches(schema, [["t", 1L, 2L, 3L]], 1), Token);

        var file = new ParquetFile(_folder["it's [1] *.parquet"]);
        DatasetSchema.FromArrow(await _engine.ReadAsync(file, cancellationToken: Token).ReadSchema()).Should().Equal(schema);
        (await _engine.ReadAsync(file, ["X", "o'\"k ☃", "x", "a.b"], Token).ReadAll()).Single().Should().Equal(2L, 3L, 1L, "t");
    }

    [Fact]
    public async Task A_column_that_is_not_there_is_named()
    {
        await _engine.WriteParquetAsync(_folder["a.parquet"], Numbers, Rows.Batches(Numbers, [[1L, "a"]], 1), Token);

        var read = () => _engine.ReadAsync(new ParquetFile(_folder["a.parquet"]), ["N"], Token).ReadAll();

        (await read.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("N");
    }

    [Fact]
    public async Task A_missing_an_empty_a_foreign_and_a_cut_file_are_named()
    {
        await _engine.WriteParquetAsync(_folder["a.parquet"], Numbers, Rows.Batches(Numbers, [[1L, "a"]], 1), Token);
        var bytes = await File.ReadAllBytesAsync(_folder["a.parquet"], Token);
        await File.WriteAllBytesAsync(_folder["cut.parquet"], bytes[..^20], Token);
        _folder.Write("empty.parquet", "");
        _folder.Write("foreign.parquet", "this is text and longer than a footer");

        foreach (var name in new[] { "missing.parquet", "empty.parquet", "foreign.parquet", "cut.parquet" })
        {
            var read = () => _engine.ReadAsync(new ParquetFile(_folder[name]), cancellationToken: Token).ReadAll();
            var error = (await read.Should().ThrowAsync<DataException>()).Which;
            error.DataSource.Should().Be(_folder[name]);
            error.Message.Should().Contain(name).And.NotContain("LINE 1");
        }
    }

    [Fact]
    public async Task A_failure_while_writing_leaves_nothing()
    {
        async IAsyncEnumerable<RecordBatch> Failing()
        {
            await foreach (var batch in Rows.Batches(Numbers, [[1L, "a"]], 1)) yield return batch;
            throw new InvalidOperationException("the source broke");
        }

        var write = () => _engine.WriteParquetAsync(_folder["a.parquet"], Numbers, Failing(), Token);

        await write.Should().ThrowAsync<InvalidOperationException>();
        Directory.GetFiles(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_write_that_is_cancelled_leaves_nothing()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);

        async IAsyncEnumerable<RecordBatch> Endless()
        {
            while (true)
            {
                await foreach (var batch in Rows.Batches(Numbers, [[1L, "a"]], 1)) yield return batch;
                await source.CancelAsync();
            }
        }

        var write = () => _engine.WriteParquetAsync(_folder["a.parquet"], Numbers, Endless(), source.Token);

        await write.Should().ThrowAsync<OperationCanceledException>();
        Directory.GetFiles(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_that_is_there_already_is_not_overwritten()
    {
        _folder.Write("a.parquet", "before");

        var write = () => _engine.WriteParquetAsync(_folder["a.parquet"], Numbers, Rows.Batches(Numbers, [[1L, "a"]], 1), Token);

        await write.Should().ThrowAsync<DataException>();
        (await File.ReadAllTextAsync(_folder["a.parquet"], Token)).Should().Be("before");
    }

    [Fact]
    public async Task A_full_disk_is_a_clear_error()
    {
        var write = () => ParquetTable.WriteAsync(_folder["a.parquet"], new FullStream(), Numbers, Rows.Batches(Numbers, [[1L, "a"]], 1), Token);

        var error = (await write.Should().ThrowAsync<DataException>()).Which;
        error.Message.Should().Contain("a.parquet").And.Contain("Free space");
        error.IsTransient.Should().BeFalse();
    }

    [Fact]
    public async Task An_error_of_the_source_is_not_taken_for_a_full_disk()
    {
        async IAsyncEnumerable<RecordBatch> Broken()
        {
            await foreach (var batch in Rows.Batches(Numbers, [[1L, "a"]], 1)) yield return batch;
            throw new IOException("the network is gone");
        }

        var write = () => _engine.WriteParquetAsync(_folder["a.parquet"], Numbers, Broken(), Token);

        await write.Should().ThrowAsync<IOException>();
        Directory.GetFiles(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_a_clear_error()
    {
        var write = () => _engine.WriteParquetAsync(Path.Combine(_folder["no"], "a.parquet"), Numbers, Rows.Batches(Numbers, [[1L, "a"]], 1), Token);

        (await write.Should().ThrowAsync<DataException>()).Which.DataSource.Should().EndWith("a.parquet");
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused_with_their_row()
    {
        var bytes = new BytesBuffer();
        bytes.Add("fine"u8);
        bytes.Add([0xC3, 0x28]);
        var schema = new DatasetSchema([new("t", ColumnType.String)]);
        var batch = new RecordBatch(schema.ToArrow(), [ArrowArrayFactory.BuildArray(bytes.Take(DatasetSchema.ToArrow(ColumnType.String)))], 2);

        var write = () => _engine.WriteParquetAsync(_folder["a.parquet"], schema, new[] { batch }.ToAsyncEnumerable(), Token);

        var error = (await write.Should().ThrowAsync<DataException>()).Which;
        (error.Row, error.Column).Should().Be((2L, "t"));
        Directory.GetFiles(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_batch_of_other_columns_is_refused()
    {
        var write = () => _engine.WriteParquetAsync(_folder["a.parquet"], Rows.Schema, Rows.Batches(Numbers, [[1L, "a"]], 1), Token);

        await write.Should().ThrowAsync<DataException>();
        Directory.GetFiles(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_batch_may_be_kept_while_reading_goes_on()
    {
        var rows = Enumerable.Range(0, 50_000).Select(i => new object?[] { (long)i, "t" + i }).ToArray();
        await _engine.WriteParquetAsync(_folder["a.parquet"], Numbers, Rows.Batches(Numbers, rows, 1_000), Token);

        var kept = new List<RecordBatch>();
        await foreach (var batch in _engine.ReadAsync(new ParquetFile(_folder["a.parquet"]), cancellationToken: Token)) kept.Add(batch);

        kept.SelectMany(b => Enumerable.Range(0, b.Length).Select(i => Rows.Value(b.Column(0), i))).Should().Equal(rows.Select(r => r[0]));
    }

    private Dictionary<string, string> Tables(string file) => new() { ["t"] = _folder[file] };

    private string Hash(string name) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(_folder[name])));

    /// <summary>A disk on which nothing has room.</summary>
    private sealed class FullStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw Full();

        public override void Write(ReadOnlySpan<byte> buffer) => throw Full();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => throw Full();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw Full();

        private static IOException Full() => new("No space left on device.");
    }
}
