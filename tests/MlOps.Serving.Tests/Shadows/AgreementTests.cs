using MlOps.Core;

namespace MlOps.Serving.Tests;

public sealed class AgreementTests
{
    [Fact]
    public void Classes_are_compared_where_there_are_some_and_scores_beside_them_may_differ() =>
        Agreement.Of([Tensor.Of("PredictedLabel", [true, false, true]), Tensor.Of("Score", [1f, -1f, 2f])], [Tensor.Of("Score", [9f, 9f, 9f]), Tensor.Of("PredictedLabel", [true, true, true])], 0)
            .Should().Be(new Agreement(2, 1));

    [Fact]
    public void Texts_and_integers_must_all_be_the_same() =>
        Agreement.Of([Tensor.Of("label", ["a", "b", null]), Tensor.Of("rank", [1L, 2L, 3L])], [Tensor.Of("label", ["a", "b", null]), Tensor.Of("rank", [1L, 3L, 3L])], 0)
            .Should().Be(new Agreement(2, 1));

    [Theory]
    [InlineData(100.0, 100.9, true)]
    [InlineData(100.0, 101.1, false)]
    [InlineData(-100.0, 100.0, false)]
    [InlineData(0.0, 0.0, true)]
    [InlineData(0.0, 1e-9, false)]
    [InlineData(double.NaN, double.NaN, true)]
    [InlineData(double.NaN, 1.0, false)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity, true)]
    [InlineData(double.PositiveInfinity, double.NegativeInfinity, false)]
    [InlineData(double.PositiveInfinity, 1.0, false)]
    public void Fractions_alone_may_lie_apart_by_the_tolerance(double answer, double shadow, bool agrees) =>
        Agreement.Of([Tensor.Of("Score", [answer])], [Tensor.Of("Score", [shadow])], 0.01).Should().Be(agrees ? new Agreement(1, 0) : new Agreement(0, 1));

    [Fact]
    public void Vectors_agree_when_every_element_does() =>
        Agreement.Of([Tensor.Of("Score", [1f, 2f, 3f, 4f], 2)], [Tensor.Of("Score", [1f, 2f, 3f, 5f], 2)], 0.01).Should().Be(new Agreement(1, 1));

    [Fact]
    public void Nothing_is_counted_of_outputs_that_cannot_be_compared() =>
        Agreement.Of([Tensor.Of("Score", [1f])], [Tensor.Of("Score", [1.0]), Tensor.Of("Other", [1f])], 0.01).Should().Be(default(Agreement));
}
