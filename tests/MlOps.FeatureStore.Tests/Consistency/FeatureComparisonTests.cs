using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Consistency;

public sealed class FeatureComparisonTests
{
    [Fact]
    public void A_decimal_is_the_number_that_a_request_carries()
    {
        var compared = FeatureComparison.Of("fare", [12345.678901234567, 1.0], [12345.678901234567890123m, 1.5m]);
        (compared.Equal, compared.Differing, compared.LargestDifference).Should().Be((1, 1, 0.5));
    }

    [Fact]
    public void Bytes_are_the_same_when_each_of_them_is()
    {
        var compared = FeatureComparison.Of("hash", [new byte[] { 1, 2 }, new byte[] { 1, 2 }, default(FeatureValue)], [new byte[] { 1, 2 }, new byte[] { 1, 3 }, default]);
        (compared.Equal, compared.Differing, compared.Distance).Should().Be((2, 1, 1 / 3.0));
    }
}
