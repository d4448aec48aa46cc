using MlOps.Core;

namespace MlOps.Training.Tests;

public sealed class TrainerContextTests
{
    private static readonly DatasetSchema Schema = new(
        [new("a", ColumnType.Int64), new("b", ColumnType.Float64), new("c", ColumnType.String), new("d", ColumnType.Boolean), new("e", ColumnType.Timestamp), new("y", ColumnType.Decimal)]);

    private static TrainerContext Context(int trial = 1, int seed = 0) => new(Schema, "y", seed, trial);

    [Fact]
    public void The_columns_are_sorted_by_type_without_the_label()
    {
        Context().NumericColumns.Should().Equal("a", "b");
        Context().TextColumns.Should().Equal("c");
        Context().BooleanColumns.Should().Equal("d");
    }

    [Fact]
    public void The_first_trial_takes_the_defaults_or_the_middle()
    {
        Context().Choose("rate", 0.01, 1, logScale: true).Should().BeApproximately(0.1, 1e-12);
        Context().Choose("rate", 0.0, 1).Should().Be(0.5);
        Context().Choose("rate", 0.01, 1, defaultValue: 0.3).Should().Be(0.3);
        Context().Choose("leaves", 2, 10).Should().Be(6);
        Context().Choose("leaves", 2, 10, defaultValue: 3).Should().Be(3);
        Context().ChooseOneOf("kind", "first", "second").Should().Be("first");
    }

    [Fact]
    public void Later_trials_draw_from_the_whole_range_and_stay_in_it()
    {
        var numbers = Enumerable.Range(2, 400).Select(t => Context(t).Choose("leaves", 2, 5)).ToList();
        numbers.Distinct().Order().Should().Equal(2, 3, 4, 5);
        foreach (var number in numbers.GroupBy(n => n)) number.Should().HaveCountGreaterThan(70);

        var rates = Enumerable.Range(2, 400).Select(t => Context(t).Choose("rate", 0.001, 10, logScale: true)).ToList();
        rates.Should().OnlyContain(r => r >= 0.001 && r <= 10);
        rates.Count(r => r < 0.1).Should().BeInRange(160, 240);
        Enumerable.Range(2, 100).Select(t => Context(t).ChooseOneOf("kind", 1, 2, 3)).Distinct().Should().HaveCount(3);
    }

    [Fact]
    public void A_value_depends_on_seed_trial_and_name_alone()
    {
        var alone = Context(5).Choose("b", 0.0, 1);
        var after = Context(5);
        after.Choose("a", 0.0, 1).Should().NotBe(alone);
        after.Choose("b", 0.0, 1).Should().Be(alone);
        Context(6).Choose("b", 0.0, 1).Should().NotBe(alone);
        Context(5, seed: 1).Choose("b", 0.0, 1).Should().NotBe(alone);
    }

    [Fact]
    public void What_was_chosen_is_noted_as_invariant_text()
    {
        var context = Context();
        context.Choose("rate", 0.0, 1);
        context.ChooseOneOf("deep", true, false);
        context.Choices.Should().Equal(new Dictionary<string, string> { ["deep"] = "True", ["rate"] = "0.5" });
    }

    [Fact]
    public void A_range_of_one_value_is_that_value() => Context(9).Choose("x", 3, 3).Should().Be(3);

    [Theory]
    [InlineData(2, 1, false)]
    [InlineData(0, 1, true)]
    [InlineData(double.NaN, 1, false)]
    [InlineData(0, double.PositiveInfinity, false)]
    public void A_range_that_is_none_is_refused(double from, double to, bool logScale)
    {
        var choose = () => Context().Choose("x", from, to, logScale);
        choose.Should().Throw<ArgumentException>().WithMessage("*'x'*");
    }

    [Fact]
    public void A_default_outside_of_its_range_is_refused()
    {
        var choose = () => Context().Choose("x", 1, 3, defaultValue: 4);
        choose.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Nothing_cannot_be_chosen_from()
    {
        var choose = () => Context().ChooseOneOf<int>("x");
        choose.Should().Throw<ArgumentException>();
    }
}
