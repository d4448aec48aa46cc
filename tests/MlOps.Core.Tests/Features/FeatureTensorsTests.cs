namespace MlOps.Core.Tests;

public sealed class FeatureTensorsTests
{
    private static readonly FeatureStatus[] Statuses = [FeatureStatus.Present, FeatureStatus.OutsideTimeToLive];

    [Theory]
    [InlineData(ColumnType.Boolean, 1L, null, true)]
    [InlineData(ColumnType.Int64, 7L, null, 7L)]
    [InlineData(ColumnType.Float64, 4609434218613702656L, null, 1.5)]
    [InlineData(ColumnType.String, 0L, "AA", "AA")]
    [InlineData(ColumnType.Date, 1L, null, "1970-01-02")]
    [InlineData(ColumnType.Timestamp, 1_500_000L, null, "1970-01-01T00:00:01.5Z")]
    public void A_value_is_given_as_a_model_takes_it_and_what_is_not_present_is_missing(ColumnType type, long bits, object? value, object expected)
    {
        var tensor = Make(type, [bits, bits], [value, value]).ToTensors().Single();
        (tensor.Name, tensor.Rows, tensor.GetValue(0), tensor.IsMissing(1)).Should().Be(("f", 2, expected, true));
    }

    [Fact]
    public void A_decimal_becomes_a_fraction() => Make(ColumnType.Decimal, [0, 0], [0.25m, null]).ToTensors().Single().GetValue(0).Should().Be(0.25);

    [Fact]
    public void Bytes_are_refused_by_name()
    {
        var act = () => Make(ColumnType.Binary, [0, 0], [Array.Empty<byte>(), null]).ToTensors();
        act.Should().Throw<DataException>().WithMessage("*'f'*bytes*");
    }

    private static FeatureVectors Make(ColumnType type, long[] bits, object?[] objects) => new(new([new("f", type)]), 2, bits, objects, Statuses, [0, 0]);
}
