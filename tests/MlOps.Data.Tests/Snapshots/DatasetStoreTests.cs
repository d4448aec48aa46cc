using Apache.Arrow;
using Apache.Arrow.Types;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data.Tests.Snapshots;

public sealed class DatasetStoreTests : IDisposable
{
    private static readonly DatasetOrigin Origin = new("test", "here");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlops-data-");
    private readonly ServiceProvider _services;
    private readonly IDatasetStore _store;

    public DatasetStoreTests()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore(options => options.Folder = _folder.FullName).UseDuckDb().UseFileArtifacts().AddData();
        _services = services.BuildServiceProvider();
        _store = _services.GetRequiredService<IDatasetStore>();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _services.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_fingerprint_does_not_depend_on_the_batches()
    {
        var whole = await _store.WriteAsync("all", Origin, Rows(0, 1000, 1000), cancellationToken: Token);
        foreach (var size in new[] { 1, 7, 8, 64, 999 })
            (await _store.WriteAsync("all", Origin, Rows(0, 1000, size), cancellationToken: Token)).Should().BeEquivalentTo(whole, o => o.Excluding(d => d.CreatedAt), "batches of {0} hold the same rows", size);
    }

    [Fact]
    public async Task The_fingerprint_depends_on_values_order_names_types_and_what_is_missing()
    {
        var fingerprints = new List<string>();
        foreach (var array in new IArrowArray[] { Longs(1, 2, null), Longs(2, 1, null), Longs(1, 2, 0), Longs(1, null, 2), Longs(1, 2), new DoubleArray.Builder().Append(1).Append(2).AppendNull().Build() })
            fingerprints.Add((await _store.WriteAsync("x", Origin, One("x", array), cancellationToken: Token)).Fingerprint);
        fingerprints.Add((await _store.WriteAsync("x", Origin, One("y", Longs(1, 2, null)), cancellationToken: Token)).Fingerprint);
        fingerprints.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Narrow_types_are_widened_and_give_the_fingerprint_of_the_wide_ones()
    {
        var wide = await _store.WriteAsync("x", Origin, One("x", Longs(1, 200, null)), cancellationToken: Token);
        foreach (var array in new IArrowArray[]
                 {
                     new Int16Array.Builder().Append(1).Append(200).AppendNull().Build(), new Int32Array.Builder().Append(1).Append(200).AppendNull().Build(),
                     new UInt8Array.Builder().Append(1).Append(200).AppendNull().Build(), new UInt64Array.Builder().Append(1).Append(200).AppendNull().Build(),
                 })
        {
            var dataset = await _store.WriteAsync("x", Origin, One("x", array), cancellationToken: Token);
            dataset.Schema.Should().Equal(new Core.Column("x", ColumnType.Int64));
            dataset.Fingerprint.Should().Be(wide.Fingerprint);
        }
    }

    [Fact]
    public async Task Every_type_survives_the_file()
    {
        var rows = new[]
        {
            new Everything(true, -5, double.NegativeInfinity, 12345678901234567890.123456789012345678m, "Zürich 🛫", new(1969, 7, 20), new(1815, 6, 18, 11, 35, 0, TimeSpan.Zero), [0, 255]),
            new Everything(false, long.MaxValue, double.NaN, -0.000000000000000001m, "", DateOnly.MinValue, new(9999, 12, 31, 23, 59, 59, 999, TimeSpan.Zero), []),
            new Everything(null, null, null, null, null, null, null, null),
        };
        var dataset = await _store.WriteAsync("all", Origin, Batches(Everything.ToBatch(rows)), cancellationToken: Token);
        (await _store.ReadRowsAsync<Everything>(dataset, Token).ToListAsync(Token)).Should().BeEquivalentTo(rows, o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task A_dataset_without_rows_keeps_its_columns()
    {
        var dataset = await _store.WriteAsync("none", Origin, One("x", Longs()), cancellationToken: Token);
        dataset.RowCount.Should().Be(0);
        var batches = await _store.ReadAsync(dataset, cancellationToken: Token).Select(b => (b.Length, b.ColumnCount)).ToListAsync(Token);
        batches.Should().Equal((0, 1));
    }

    [Fact]
    public async Task Columns_are_read_in_the_wanted_order()
    {
        var dataset = await _store.WriteAsync("all", Origin, Rows(0, 10, 10), cancellationToken: Token);
        await foreach (var batch in _store.ReadAsync(dataset, ["text", "number"], Token)) batch.Schema.FieldsList.Select(f => f.Name).Should().Equal("text", "number");
    }

    [Fact]
    public async Task A_locked_dataset_is_not_read()
    {
        var dataset = (await _store.WriteAsync("all", Origin, Rows(0, 10, 10), cancellationToken: Token)).Lock();
        var read = async () => await _store.ReadAsync(dataset, cancellationToken: Token).CountAsync(Token);
        await read.Should().ThrowAsync<HoldoutLockedException>();
    }

    [Fact]
    public async Task A_snapshot_above_its_limit_leaves_nothing()
    {
        var write = () => _store.WriteAsync("all", Origin, Rows(0, 10_000, 1000), maxBytes: 100, Token);
        (await write.Should().ThrowAsync<DataTooLargeException>()).Which.Message.Should().Contain("100 bytes");
        _folder.EnumerateFiles("*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public async Task A_source_that_fails_in_the_middle_leaves_nothing()
    {
        var write = () => _store.WriteAsync("all", Origin, Rows(0, 2000, 1000).Select((batch, i) => i == 1 ? throw new DataException("gone") : batch), cancellationToken: Token);
        await write.Should().ThrowAsync<DataException>().WithMessage("gone");
        _folder.EnumerateFiles("*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public async Task Batches_of_two_schemas_are_refused_with_the_row()
    {
        var write = () => _store.WriteAsync("x", Origin, One("x", Longs(1, 2)).Concat(One("y", Longs(3))), cancellationToken: Token);
        (await write.Should().ThrowAsync<DataException>()).Which.Row.Should().Be(3);
    }

    [Fact]
    public async Task An_integer_beyond_64_bits_is_refused_with_row_and_column()
    {
        var write = () => _store.WriteAsync("x", Origin, One("x", new UInt64Array.Builder().Append(1).Append(ulong.MaxValue).Build()), cancellationToken: Token);
        var error = (await write.Should().ThrowAsync<DataException>()).Which;
        (error.Column, error.Row).Should().Be(("x", 2));
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    [InlineData(2_932_897)]
    [InlineData(-719_163)]
    public async Task A_day_that_no_calendar_has_is_refused_with_row_and_column(int day)
    {
        var days = new Date32Array(new ArrowBuffer.Builder<int>().Append(0).Append(day).Build(), ArrowBuffer.Empty, 2, 0, 0);
        var error = (await FluentActions.Awaiting(() => _store.WriteAsync("x", Origin, One("x", days), cancellationToken: Token)).Should().ThrowAsync<DataException>()).Which;
        (error.Column, error.Row).Should().Be(("x", 2));
    }

    [Fact]
    public async Task A_list_is_refused_with_the_column()
    {
        var list = new ListArray.Builder(Int64Type.Default);
        list.Append();
        var write = () => _store.WriteAsync("x", Origin, One("tags", list.Build()), cancellationToken: Token);
        (await write.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("tags");
    }

    [Fact]
    public async Task A_damaged_file_is_not_read()
    {
        var dataset = await _store.WriteAsync("all", Origin, Rows(0, 1000, 1000), cancellationToken: Token);
        var file = _folder.EnumerateFiles(dataset.Artifact.Digest, SearchOption.AllDirectories).Single();
        file.IsReadOnly = false;
        var bytes = await File.ReadAllBytesAsync(file.FullName, Token);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file.FullName, bytes, Token);
        var read = async () => await _store.ReadAsync(dataset, cancellationToken: Token).CountAsync(Token);
        await read.Should().ThrowAsync<ArtifactCorruptException>();
    }

    [Fact]
    public async Task A_missing_value_in_a_member_that_cannot_hold_it_names_the_row()
    {
        var dataset = await _store.WriteAsync("x", Origin, One("x", Longs(1, null)), cancellationToken: Token);
        var read = async () => await _store.ReadRowsAsync<Strict>(dataset, Token).CountAsync(Token);
        var error = (await read.Should().ThrowAsync<DataException>()).Which;
        (error.Column, error.Row).Should().Be(("x", 2));
    }

    [Fact]
    public async Task A_member_without_a_column_is_refused()
    {
        var dataset = await _store.WriteAsync("x", Origin, One("y", Longs(1)), cancellationToken: Token);
        var read = async () => await _store.ReadRowsAsync<Strict>(dataset, Token).CountAsync(Token);
        await read.Should().ThrowAsync<DataException>().WithMessage("Strict.X has no column*");
    }

    [Fact]
    public async Task A_value_that_does_not_fit_the_member_names_the_row()
    {
        var dataset = await _store.WriteAsync("x", Origin, One("x", Longs(1, 5_000_000_000)), cancellationToken: Token);
        var read = async () => await _store.ReadRowsAsync<Narrow>(dataset, Token).CountAsync(Token);
        (await read.Should().ThrowAsync<DataException>()).Which.Row.Should().Be(2);
    }

    private static Int64Array Longs(params long?[] values)
    {
        var builder = new Int64Array.Builder();
        foreach (var value in values) builder.Append(value);
        return builder.Build();
    }

    private static IAsyncEnumerable<RecordBatch> One(string name, IArrowArray array) =>
        Batches(new RecordBatch(new Schema([new Field(name, array.Data.DataType, true)], null), [array], array.Length));

    private static async IAsyncEnumerable<RecordBatch> Batches(params RecordBatch[] batches)
    {
        await Task.CompletedTask;
        foreach (var batch in batches) yield return batch;
    }

    private static async IAsyncEnumerable<RecordBatch> Rows(int from, int count, int batchSize)
    {
        await Task.CompletedTask;
        for (var start = from; start < from + count; start += batchSize)
        {
            var (numbers, texts, flags, shares) = (new Int64Array.Builder(), new StringArray.Builder(), new BooleanArray.Builder(), new DoubleArray.Builder());
            var length = Math.Min(batchSize, from + count - start);
            for (var i = start; i < start + length; i++)
            {
                numbers.Append(i % 11 == 0 ? null : i);
                if (i % 7 == 0) texts.AppendNull();
                else texts.Append($"text {i % 13}");
                if (i % 5 == 0) flags.AppendNull();
                else flags.Append(i % 2 == 0);
                shares.Append(i % 3 == 0 ? double.NaN : i / 10.0);
            }

            var schema = new Schema([new("number", Int64Type.Default, true), new("text", StringType.Default, true), new("flag", BooleanType.Default, true), new("share", DoubleType.Default, true)], null);
            yield return new(schema, [numbers.Build(), texts.Build(), flags.Build(), shares.Build()], length);
        }
    }

    private sealed record Strict(long X);

    private sealed record Narrow(int X);

    private sealed record Everything(bool? Flag, long? Number, double? Share, decimal? Amount, string? Text, DateOnly? Day, DateTimeOffset? Moment, byte[]? Bytes)
    {
        public static RecordBatch ToBatch(IReadOnlyList<Everything> rows)
        {
            var (flags, numbers, shares, texts, days, moments, bytes) = (new BooleanArray.Builder(), new Int64Array.Builder(), new DoubleArray.Builder(), new StringArray.Builder(),
                new Date32Array.Builder(), new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, "UTC")), new BinaryArray.Builder());
            var amounts = new Decimal128Array.Builder(new Decimal128Type(38, 18));
            foreach (var row in rows)
            {
                if (row.Flag is { } flag) flags.Append(flag); else flags.AppendNull();
                numbers.Append(row.Number);
                shares.Append(row.Share);
                if (row.Amount is { } amount) amounts.Append(amount); else amounts.AppendNull();
                if (row.Text is null) texts.AppendNull(); else texts.Append(row.Text);
                if (row.Day is { } day) days.Append(day); else days.AppendNull();
                if (row.Moment is { } moment) moments.Append(moment); else moments.AppendNull();
                if (row.Bytes is null) bytes.AppendNull(); else bytes.Append(row.Bytes.AsSpan());
            }

            IArrowArray[] arrays = [flags.Build(), numbers.Build(), shares.Build(), amounts.Build(), texts.Build(), days.Build(), moments.Build(), bytes.Build()];
            string[] names = ["flag", "number", "share", "amount", "text", "day", "moment", "bytes"];
            return new(new Schema(names.Zip(arrays, (n, a) => new Field(n, a.Data.DataType, true)), null), arrays, rows.Count);
        }
    }
}
