using Apache.Arrow;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlOps.Training.Tests;

public class DataViewBatchesTests
{
    private sealed class Row
    {
        public float Single { get; set; }

        public double Double { get; set; }

        public int Integer { get; set; }

        public ulong Large { get; set; }

        public bool Flag { get; set; }

        public string? Text { get; set; }

        public DateTime At { get; set; }

        [VectorType(2)]
        public float[] Vector { get; set; } = [1, 2];
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_view_of_data_is_read_as_batches()
    {
        var at = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        var view = new MLContext(1).Data.LoadFromEnumerable([new Row { Single = 1.5f, Double = double.NaN, Integer = -7, Large = ulong.MaxValue, Flag = true, Text = "ü", At = at }, new Row()]);
        var batch = (await Read(view)).Single();
        batch.Schema.FieldsList.Select(f => f.Name).Should().Equal("Single", "Double", "Integer", "Large", "Flag", "Text", "At", "Vector");
        ((FloatArray)batch.Column("Single")).GetValue(0).Should().Be(1.5f);
        ((DoubleArray)batch.Column("Double")).GetValue(0).Should().Be(double.NaN);
        ((Int64Array)batch.Column("Integer")).GetValue(0).Should().Be(-7);
        ((UInt64Array)batch.Column("Large")).GetValue(0).Should().Be(ulong.MaxValue);
        ((BooleanArray)batch.Column("Flag")).GetValue(0).Should().BeTrue();
        ((StringArray)batch.Column("Text")).GetString(0).Should().Be("ü");
        ((TimestampArray)batch.Column("At")).GetTimestamp(0).Should().Be(at);
        ((FloatArray)((ListArray)batch.Column("Vector")).GetSlicedValues(1)).Values.ToArray().Should().Equal(1, 2);
    }

    [Fact]
    public async Task Many_rows_come_in_several_batches()
    {
        var view = new MLContext(1).Data.LoadFromEnumerable(Enumerable.Range(0, 20_000).Select(i => new Row { Integer = i }));
        var batches = await Read(view);
        batches.Sum(b => b.Length).Should().Be(20_000);
        ((Int64Array)batches[^1].Column("Integer")).GetValue(batches[^1].Length - 1).Should().Be(19_999);
    }

    [Fact]
    public async Task A_view_without_rows_is_one_empty_batch() =>
        (await Read(new MLContext(1).Data.LoadFromEnumerable(System.Array.Empty<Row>()))).Should().ContainSingle().Which.Length.Should().Be(0);

    [Fact]
    public async Task Keys_become_numbers_and_a_missing_key_is_missing()
    {
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable([new Row { Text = "a" }, new Row { Text = "b" }]);
        var keys = ml.Transforms.Conversion.MapValueToKey("Key", "Text").Fit(ml.Data.LoadFromEnumerable([new Row { Text = "b" }])).Transform(view);
        var column = (Int64Array)(await Read(keys)).Single().Column("Key");
        (column.GetValue(0), column.GetValue(1)).Should().Be((null, 1));
    }

    [Fact]
    public async Task Reading_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var reading = async () => await new MLContext(1).Data.LoadFromEnumerable([new Row()]).ReadBatchesAsync(cancelled.Token).ToListAsync(Token);
        await reading.Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task<List<RecordBatch>> Read(IDataView view) => await view.ReadBatchesAsync(Token).ToListAsync(Token);
}
