namespace MlOps.Data.Tests;

public sealed class CalendarTextTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(999, 0)]
    [InlineData(1000, 1)]
    [InlineData(-1, -1)]
    [InlineData(-1000, -1)]
    [InlineData(-1001, -2)]
    [InlineData(long.MaxValue, 9_223_372_036_854_775)]
    [InlineData(long.MinValue, -9_223_372_036_854_776)]
    public void Moments_are_rounded_down_over_the_whole_range(long value, long expected) => CalendarText.FloorDivide(value, 1000).Should().Be(expected);
}
