using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests.Consistency;

public sealed class LoggedPredictionsTests
{
    private static readonly DateTimeOffset Day = new(2024, 5, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Bytes_are_read_from_the_text_in_which_they_are_logged() =>
        Read(ColumnType.Binary, ColumnType.String, "AQI=").Should().Be((FeatureValue)new byte[] { 1, 2 });

    [Fact]
    public void Text_that_is_no_Base64_is_refused() =>
        FluentActions.Invoking(() => Read(ColumnType.Binary, ColumnType.String, "no bytes!")).Should().Throw<DataException>().WithMessage("*values of type String in column 'value'*wants Binary*");

    [Fact]
    public void A_decimal_is_read_from_a_number() => Read(ColumnType.Decimal, ColumnType.Float64, 2.5).Should().Be((FeatureValue)2.5m);

    private static FeatureValue Read(ColumnType wanted, ColumnType logged, FeatureValue value)
    {
        var predictions = new LoggedPredictions(new("model", "service", Day, Day.AddDays(1)), new([new("id", ColumnType.Int64)], [], new([new Column("value", wanted)])));
        predictions.Add(Tables.Batch(
            [new("id", ColumnType.Int64), new("value", logged), new("prediction.id", ColumnType.String), new("prediction.time", ColumnType.Timestamp), new("prediction.error", ColumnType.String)],
            [1L, value, "p", Day, default]));
        return predictions.Served[0].Single()!.Value;
    }
}
