namespace MlOps.Statistics.Tests.Performance;

public sealed class RocAucErrorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void It_is_how_far_areas_really_scatter(double power)
    {
        var random = new Random(12);
        var (scores, truth) = Draw(random, 20_000, power);
        var areas = Enumerable.Range(0, 1000).Select(_ =>
        {
            var (s, t) = Draw(random, 400, power);
            return BinaryPerformance.Of(s, t, t).RocAuc;
        }).ToArray();
        (RocAucError.OfOneRow(scores, truth) / 20).Should().BeApproximately(RunningMoments.Of(areas).SampleDeviation, 0.0025);
    }

    [Fact]
    public void One_class_has_no_error() => double.IsNaN(RocAucError.OfOneRow([1, 2, 3], [1, 1, 1])).Should().BeTrue();

    [Fact]
    public void Rows_of_other_lengths_are_refused() => FluentActions.Invoking(() => RocAucError.OfOneRow([1], [1, 2])).Should().Throw<ArgumentException>();

    private static (double[] Scores, double[] Truth) Draw(Random random, int rows, double power)
    {
        var scores = Enumerable.Range(0, rows).Select(_ => Math.Pow(random.NextDouble(), power)).ToArray();
        return (scores, Array.ConvertAll(scores, s => random.NextDouble() < s ? 1.0 : 0));
    }
}
