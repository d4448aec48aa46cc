namespace MlOps.Core.Tests;

public class ModelTests
{
    [Theory]
    [InlineData("flight-delay")]
    [InlineData("a")]
    [InlineData("A.b_c-1")]
    [InlineData("...")]
    public void A_name_for_a_model_is_taken(string name) => FluentActions.Invoking(() => ModelNames.CheckModel(name)).Should().NotThrow();

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("ä")]
    [InlineData("a\0")]
    public void What_could_leave_a_folder_is_no_name_for_a_model(string name) => FluentActions.Invoking(() => ModelNames.CheckModel(name)).Should().Throw<ArgumentException>();

    [Fact]
    public void A_name_has_at_most_200_letters()
    {
        FluentActions.Invoking(() => ModelNames.CheckModel(new string('a', 200))).Should().NotThrow();
        FluentActions.Invoking(() => ModelNames.CheckModel(new string('a', 201))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ModelNames.CheckAlias(new string('a', 256))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ModelNames.CheckModel(null!)).Should().Throw<ArgumentNullException>();
    }

    [Theory]
    [InlineData("champion")]
    [InlineData("v")]
    [InlineData("version-1")]
    [InlineData("latest-good")]
    [InlineData("7")]
    [InlineData("größe-東京")]
    public void A_name_for_an_alias_is_taken(string alias) => FluentActions.Invoking(() => ModelNames.CheckAlias(alias)).Should().NotThrow();

    [Theory]
    [InlineData("latest")]
    [InlineData("LATEST")]
    [InlineData("v1")]
    [InlineData("V12")]
    [InlineData("a.b")]
    [InlineData("champion\n")]
    [InlineData("")]
    public void What_reads_as_a_version_is_no_name_for_an_alias(string alias) => FluentActions.Invoking(() => ModelNames.CheckAlias(alias)).Should().Throw<ArgumentException>();

    [Fact]
    public void A_judgement_without_standards_blesses_nothing()
    {
        Report().IsBlessed.Should().BeFalse();
        Report(true).IsBlessed.Should().BeTrue();
        Report(true, false).IsBlessed.Should().BeFalse();
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(false, null, false)]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void A_candidate_is_blessed_when_every_judgement_so_far_was_good(bool evaluation, bool? acceptance, bool blessed) =>
        new EvaluatedCandidate(null!, null!, Report(evaluation), acceptance is { } a ? Report(a) : null).IsBlessed.Should().Be(blessed);

    [Fact]
    public void Each_column_type_travels_as_an_element_type_that_holds_it() =>
        Enum.GetValues<ColumnType>().Select(ModelSignature.TypeOf).Should().Equal(
            TensorType.Bool, TensorType.Int64, TensorType.Float64, TensorType.Float64, TensorType.String, TensorType.String, TensorType.String, TensorType.String);

    [Fact]
    public void The_inputs_of_a_model_are_its_columns() =>
        new ModelSignature(new([new("date", ColumnType.Timestamp), new("distance", ColumnType.Float64)]), []).GetInputs()
            .Should().Equal(new TensorSpec("date", TensorType.String), new TensorSpec("distance", TensorType.Float64));

    [Fact]
    public void Samples_are_read_as_they_were_written()
    {
        var samples = new BundleSamples([Tensor.Of("a", [1L, 0L], [false, true]), Tensor.Of("b", ["x", null])], [Tensor.Of("Score", [0.25f, 0.75f], width: 2)]);
        var back = BundleSamples.Read(samples.ToBytes());
        back.Inputs.Select(t => (t.Name, t.Rows, t.Width)).Should().Equal(("a", 2, 1), ("b", 2, 1));
        back.Inputs[0].GetValue(1).Should().BeNull();
        ((Tensor<float>)back.Outputs.Single()).Values.Should().Equal(0.25f, 0.75f);
        back.ToBytes().Should().Equal(samples.ToBytes());
    }

    private static EvaluationReport Report(params bool[] checks) => new(
        null!, new Dictionary<string, double>(), new Dictionary<string, double>(), null, null, [.. checks.Select(holds => new GateCheck("auc at least 0.65", "auc", 0.7, 0.65, holds))]);
}
