namespace MlOps.Core.Tests;

public sealed class FeatureVectorsTests
{
    private static readonly DatasetSchema Columns = new([new("a", ColumnType.Int64), new("b", ColumnType.Int64), new("c", ColumnType.Int64)]);

    [Fact]
    public void Each_feature_has_its_own_time_unless_told_otherwise()
    {
        var vectors = Make([1, 2, 3, 4, 5, 6], null);
        TimesOf(vectors).Should().Equal(1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void Features_may_share_the_times_of_an_entity()
    {
        var vectors = Make([10, 20, 30, 40], [0, 1, 0]);
        TimesOf(vectors).Should().Equal(10, 20, 10, 30, 40, 30);
    }

    [Fact]
    public void A_shared_time_may_be_that_of_no_event()
    {
        var vectors = Make([long.MinValue, 20], [0, 0, 0]);
        vectors.EventTimeOf(0, 2).Should().BeNull();
        vectors.EventTimeOf(1, 2).Should().Be(FeatureTime.FromMicros(20));
    }

    [Theory]
    [InlineData(new[] { 0, 0 }, 2)]
    [InlineData(new[] { 0, -1, 0 }, 2)]
    [InlineData(new[] { 0, int.MaxValue, 0 }, 2)]
    [InlineData(new[] { 0, 1, 0 }, 2)]
    [InlineData(new[] { 0, 1, 0 }, 6)]
    [InlineData(null, 2)]
    public void Times_that_do_not_fit_the_features_are_refused(int[]? timeOf, int times)
    {
        var make = () => Make(new long[times], timeOf);
        make.Should().Throw<ArgumentException>();
    }

    private static FeatureVectors Make(long[] times, int[]? timeOf) => new(Columns, 2, new long[6], null, new FeatureStatus[6], times, timeOf);

    private static IEnumerable<long> TimesOf(FeatureVectors vectors) =>
        from entity in Enumerable.Range(0, 2)
        from feature in Enumerable.Range(0, 3)
        select FeatureTime.ToMicros(vectors.EventTimeOf(entity, feature)!.Value);
}
