using CsCheck;

namespace MlOps.Relational.Tests;

public sealed class MicrosTests
{
    [Fact]
    public void A_moment_comes_back_in_UTC_to_the_microsecond() =>
        Gen.DateTimeOffset.Sample(time =>
        {
            var back = Micros.ToTime(Micros.From(time));
            back.Offset.Should().Be(TimeSpan.Zero);
            (time - back).Should().BeGreaterThanOrEqualTo(TimeSpan.Zero).And.BeLessThan(TimeSpan.FromMicroseconds(1));
        });

    [Fact]
    public void Moments_keep_their_order() =>
        Gen.Select(Gen.DateTimeOffset, Gen.DateTimeOffset).Sample((a, b) => a > b || Micros.From(a) <= Micros.From(b));

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1970-01-01T01:00:00.000001+01:00", 1)]
    [InlineData("1969-12-31T23:59:59.9999999Z", -1)]
    [InlineData("2001-05-01T12:00:00Z", 988718400000000)]
    public void Moments_are_microseconds_since_1970(string time, long micros) =>
        Micros.From(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture)).Should().Be(micros);

    [Fact]
    public void The_first_and_the_last_moment_can_be_stored()
    {
        Micros.ToTime(Micros.From(DateTimeOffset.MinValue)).Should().Be(DateTimeOffset.MinValue);
        Micros.ToTime(Micros.From(DateTimeOffset.MaxValue)).Should().BeCloseTo(DateTimeOffset.MaxValue, TimeSpan.FromMicroseconds(1));
    }
}
