using System.Globalization;
using Apache.Arrow;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.Data.Tests.Snapshots;

public sealed class AcquireTests : IDisposable
{
    private static readonly DatasetSchema Columns = new(
    [
        new("flag", ColumnType.Boolean),
        new("number", ColumnType.Int64),
        new("fraction", ColumnType.Float64),
        new("price", ColumnType.Decimal),
        new("text", ColumnType.String),
        new("day", ColumnType.Date),
        new("at", ColumnType.Timestamp),
        new("bytes", ColumnType.Binary),
    ]);

    private static readonly Flight[] Flights =
    [
        new(true, 1, 0.1, 12.50m, "Zürich, \"LSZH\" 🛫", new(2001, 1, 31), new(1969, 12, 31, 23, 59, 59, 500, TimeSpan.Zero), [0, 1, 255]),
        new(null, null, null, null, null, null, null, null),
        new(false, -7, double.Epsilon, -0.125m, "two\nlines", new(1815, 6, 18), new(2001, 2, 3, 4, 5, 6, 789, TimeSpan.FromHours(2)), [7]),
        new(true, int.MaxValue, double.NegativeInfinity, 1234567.75m, "ｆ", new(9999, 12, 31), new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero), null),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlops-acquire-");
    private readonly ServiceProvider _services;

    public AcquireTests()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore(options => options.Folder = PathOf("store")).UseDuckDb().UseFileArtifacts().AddData();
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _services.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_same_rows_have_one_fingerprint_whatever_source_they_come_from()
    {
        var rows = await AcquireAsync(Source.Rows(Flights));

        var csv = await AcquireAsync(Source.Csv(File("a.csv", Csv()), file => file with { Schema = Columns }));
        var json = await AcquireAsync(Source.JsonLines(File("a.jsonl", JsonLines()), Columns));
        var parquet = await AcquireAsync(Source.Parquet(await _services.GetRequiredService<IArtifactStore>().GetLocalPathAsync(rows.Artifact.Digest, Token)));
        var query = await AcquireAsync(Source.Query(Database, "SELECT flag, number, fraction, price, text, day, at, bytes FROM flights ORDER BY id"));
        var stream = await AcquireAsync(Source.Rows(Flights.ToAsyncEnumerable()));

        rows.Schema.Should().Equal(Columns);
        foreach (var other in new[] { csv, json, parquet, query, stream })
        {
            other.Schema.Should().Equal(Columns, "the columns are the same from {0}", other.Origin.Kind);
            other.Fingerprint.Should().Be(rows.Fingerprint, "the rows are the same from {0}", other.Origin.Kind);
            other.Artifact.Should().Be(rows.Artifact, "the same rows are the same file");
        }
    }

    [Fact]
    public async Task An_acquisition_is_counted_and_traced()
    {
        using var trace = new TraceCollector(Telemetry.Data);
        using var rows = new MetricCollector<long>(null, Telemetry.Data, Telemetry.RowsAcquired);

        await AcquireAsync(new FakeSource { Kind = "counted", Batches = 3 });

        var counted = rows.GetMeasurementSnapshot().Where(m => Equals(m.Tags["source"], "counted")).Should().ContainSingle().Which;
        var activity = trace.Activities.Should().ContainSingle().Which;
        activity.OperationName.Should().Be("acquire");
        activity.GetTagItem("source").Should().Be("counted");
        activity.GetTagItem("rows").Should().Be(counted.Value).And.NotBe(0L);
    }

    [Fact]
    public async Task An_acquisition_that_fails_is_traced_as_such()
    {
        using var trace = new TraceCollector(Telemetry.Data);

        await FluentActions.Awaiting(() => AcquireAsync(new FakeSource { Estimate = 1_001 }, maxBytes: 1_000)).Should().ThrowAsync<DataTooLargeException>();

        trace.Activities.Should().ContainSingle().Which.StatusDescription.Should().Be(nameof(DataTooLargeException));
    }

    [Fact]
    public async Task A_source_larger_than_the_limit_is_refused_before_anything_is_read()
    {
        var source = new FakeSource { Estimate = 1_001 };

        var acquire = () => AcquireAsync(source, maxBytes: 1_000);

        (await acquire.Should().ThrowAsync<DataTooLargeException>()).Which.Message.Should().Contain("1000");
        source.BatchesRead.Should().Be(0);
        StoredFiles().Should().BeEmpty();
    }

    [Fact]
    public async Task A_source_that_never_ends_is_stopped_at_the_limit_while_it_is_written()
    {
        var source = new FakeSource { Batches = int.MaxValue };

        var acquire = () => AcquireAsync(source, maxBytes: 1_000_000);

        await acquire.Should().ThrowAsync<DataTooLargeException>();
        source.BatchesRead.Should().BeLessThan(1_000, "the limit is looked at while rows are written");
        StoredFiles().Should().BeEmpty();
    }

    [Fact]
    public async Task Columns_that_are_not_as_expected_are_all_named_and_nothing_is_written()
    {
        var expected = new DatasetSchema([new("flag", ColumnType.Boolean), new("number", ColumnType.String), new("tail", ColumnType.String)]);

        var acquire = () => AcquireAsync(Source.Rows(Flights.Select(f => new { flag = f.Flag, number = f.Number, extra = f.Text })), expect: expected);

        var error = (await acquire.Should().ThrowAsync<DataException>()).Which;
        error.Message.Should().Contain("'tail' is missing").And.Contain("'extra' is new").And.Contain("'number' is Int64 instead of String");
        StoredFiles().Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_with_other_content_or_read_in_another_way_has_another_cache_key()
    {
        var path = File("a.csv", "a,b\n1,2\n");

        async Task<string?> Key(IDataSource source) => await ((ICacheKeySource)new Acquire(source, "x")).GetCacheKeyAsync(_services, Token);

        var first = await Key(Source.Csv(path));
        (await Key(Source.Csv(path))).Should().Be(first).And.NotBeNull();
        (await Key(Source.Csv(path, csv => csv with { NullTexts = ["2"] }))).Should().NotBe(first);
        File("a.csv", "a,b\n1,3\n");
        (await Key(Source.Csv(path))).Should().NotBe(first);
        (await Key(Source.Rows(Flights))).Should().BeNull("only reading tells");
    }

    [Fact]
    public async Task A_pipeline_starts_with_the_stage_and_its_parameters()
    {
        var pipeline = new PipelineBuilder();
        pipeline.Acquire(Source.Rows(Flights), "flights", maxBytes: 5_000_000, expect: Columns);

        var stage = pipeline.Stages.Single();
        stage.Name.Should().Be("acquire");
        var dataset = (Dataset)(await stage.RunAsync(stage.Instance!, [], Context(), Token))!;
        (dataset.Name, dataset.RowCount, dataset.Origin.Kind).Should().Be(("flights", Flights.LongLength, "rows"));
    }

    private async Task<Dataset> AcquireAsync(IDataSource source, long? maxBytes = null, DatasetSchema? expect = null) =>
        await new Acquire(source, "flights") { MaxBytes = maxBytes, Expect = expect }.RunAsync(default, Context(), Token);

    private StageContext Context() => new() { Services = _services, Pipeline = "p", Stage = "acquire", RunId = "r", Seed = 1 };

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private string File(string name, string content)
    {
        System.IO.File.WriteAllText(PathOf(name), content);
        return PathOf(name);
    }

    private string[] StoredFiles() => Directory.Exists(PathOf("store")) ? Directory.GetFiles(PathOf("store"), "*", SearchOption.AllDirectories) : [];

    private static string Csv() => "text,flag,number,fraction,price,day,at,bytes\n" + string.Concat(Flights.Select(f => string.Create(
        CultureInfo.InvariantCulture,
        $"{(f.Text is null ? null : $"\"{f.Text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")},{f.Flag},{f.Number},{f.Fraction},{f.Price},{f.Day:yyyy-MM-dd},{f.At:O},{(f.Bytes is null ? null : Convert.ToBase64String(f.Bytes))}\n")));

    private static string JsonLines() => string.Concat(Flights.Select(f => System.Text.Json.JsonSerializer.Serialize(f, MlOpsJson.Options) + "\n"));

    private static SqliteConnection Database()
    {
        var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE flights (id INTEGER PRIMARY KEY, flag BOOLEAN, number INTEGER, fraction REAL, price DECIMAL, text TEXT, day DATE, at DATETIME, bytes BLOB)";
        command.ExecuteNonQuery();
        command.CommandText = "INSERT INTO flights VALUES ($id, $flag, $number, $fraction, $price, $text, $day, $at, $bytes)";
        for (var i = 0; i < Flights.Length; i++)
        {
            var f = Flights[i];
            command.Parameters.Clear();
            command.Parameters.AddWithValue("$id", i);
            command.Parameters.AddWithValue("$flag", (object?)f.Flag ?? DBNull.Value);
            command.Parameters.AddWithValue("$number", (object?)f.Number ?? DBNull.Value);
            command.Parameters.AddWithValue("$fraction", (object?)f.Fraction ?? DBNull.Value);
            command.Parameters.AddWithValue("$price", (object?)f.Price?.ToString(CultureInfo.InvariantCulture) ?? DBNull.Value);
            command.Parameters.AddWithValue("$text", (object?)f.Text ?? DBNull.Value);
            command.Parameters.AddWithValue("$day", (object?)f.Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? DBNull.Value);
            command.Parameters.AddWithValue("$at", (object?)f.At?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? DBNull.Value);
            command.Parameters.AddWithValue("$bytes", (object?)f.Bytes ?? DBNull.Value);
            command.ExecuteNonQuery();
        }

        return connection;
    }

    private sealed record Flight(bool? Flag, int? Number, double? Fraction, decimal? Price, string? Text, DateOnly? Day, DateTimeOffset? At, byte[]? Bytes);

    private sealed class FakeSource : IDataSource
    {
        private static readonly DatasetSchema Schema = new([new("x", ColumnType.Int64)]);

        public string Kind { get; init; } = "fake";

        public int Batches { get; init; } = 1;

        public long? Estimate { get; init; }

        public int BatchesRead { get; private set; }

        public DatasetOrigin Origin => new(Kind, "somewhere");

        public ValueTask<long?> EstimateBytesAsync(IServiceProvider services, CancellationToken cancellationToken) => ValueTask.FromResult(Estimate);

        public async IAsyncEnumerable<RecordBatch> ReadAsync(IServiceProvider services, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            var random = new Random(1);
            for (; BatchesRead < Batches; BatchesRead++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var values = new Int64Array.Builder();
                for (var i = 0; i < 10_000; i++) values.Append(random.NextInt64());
                yield return new(Schema.ToArrow(), [values.Build()], 10_000);
            }
        }
    }
}
