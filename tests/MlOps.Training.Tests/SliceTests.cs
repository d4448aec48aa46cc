using MlOps.Core;

namespace MlOps.Training.Tests;

/// <summary>Models are judged on parts of the rows as they would be on those rows alone.</summary>
public sealed class SliceTests : IDisposable
{
    private readonly Workshop _workshop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData(typeof(FastTreeLate))]
    [InlineData(typeof(PerceptronLate))]
    public async Task A_slice_has_the_metrics_that_its_rows_have_alone(Type trainer)
    {
        var split = await _workshop.BinaryAsync(1200, new Halve("x"));
        var candidate = await TrainAsync(trainer, split);
        var alone = await EvaluateAsync(candidate with { Split = split with { Validation = await OnlyAsync(split.Validation, "city", "city 1") } });

        var slices = (await EvaluateAsync(candidate, g => g.SliceBy("city"))).Slices;

        slices.Select(s => s.Slice).Should().BeEquivalentTo("city=city 0", "city=city 1", "city=city 2");
        slices.Sum(s => s.Rows).Should().Be(split.Validation.RowCount);
        slices.Single(s => s.Slice == "city=city 1").Metrics.Should().Equal(alone.Metrics);
    }

    [Fact]
    public async Task Slicing_does_not_change_the_metrics_of_all_rows()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        (await EvaluateAsync(candidate, g => g.SliceBy("city").SliceBy("night"))).Metrics.Should().Equal((await EvaluateAsync(candidate)).Metrics);
    }

    [Fact]
    public async Task Without_slices_asked_for_there_are_none() =>
        (await EvaluateAsync(await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync()))).Slices.Should().BeEmpty();

    [Fact]
    public async Task Several_classes_and_numbers_are_judged_by_slice_too()
    {
        var flowers = await EvaluateAsync(await _workshop.TrainAsync<FlowerTrainer>(await _workshop.FlowersAsync()), g => g.SliceBy("kind", minRows: 10));
        flowers.Slices.Should().HaveCount(3).And.OnlyContain(s => s.Rows == 50 && s.Metrics["micro_accuracy"] > 0.8);
        var fares = await EvaluateAsync(await _workshop.TrainAsync<FareTrainer>(await _workshop.FaresAsync()), g => g.SliceBy("km", maxSlices: 3, minRows: 5));
        fares.Slices.Should().HaveCount(3).And.OnlyContain(s => s.Metrics["rmse"] < 5);
    }

    [Fact]
    public async Task The_largest_slices_come_first_and_small_ones_are_left_out()
    {
        var split = await _workshop.BinaryAsync();
        var cities = Enumerable.Range(0, 100).Select(i => (object?)(i < 3 ? "few" : i < 33 ? "some" : i < 53 ? null : "most")).ToArray();
        var rows = await DataAsync(("city", ColumnType.String, cities));
        var candidate = await _workshop.TrainAsync<FastTreeLate>(split);
        var context = _workshop.Context();

        var judged = await EvaluateAsync(candidate with { Split = split with { Validation = rows } }, g => g.SliceBy("city", minRows: 20), context);
        var one = await EvaluateAsync(candidate with { Split = split with { Validation = rows } }, g => g.SliceBy("city", maxSlices: 1, minRows: 1));

        judged.Slices.Select(s => (s.Slice, s.Rows)).Should().Equal(("city=most", 47), ("city=some", 30), ("city=null", 20));
        one.Slices.Select(s => s.Slice).Should().Equal("city=most");
        _workshop.Messages.Should().Contain("3 of 4 values of city are judged: the 50 largest with 20 rows or more");
    }

    [Fact]
    public async Task A_slice_of_one_class_has_no_auc_but_an_accuracy()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        var late = (await EvaluateAsync(candidate, g => g.SliceBy("late"))).Slices.Single(s => s.Slice == "late=true");
        late.Metrics["auc"].Should().Be(double.NaN);
        late.Metrics["accuracy"].Should().BeInRange(0, 1);
    }

    [Fact]
    public async Task A_column_that_the_preparation_makes_can_be_sliced_by()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync(1200, new IsLarge("x")));
        (await EvaluateAsync(candidate, g => g.SliceBy("large"))).Slices.Select(s => s.Slice).Should().BeEquivalentTo("large=true", "large=false");
    }

    [Fact]
    public async Task The_champion_is_judged_on_the_same_slices()
    {
        var champion = await _workshop.TrainAsync<PerceptronLate>(await _workshop.BinaryAsync(1200, new Halve("x")));
        await _workshop.PromoteAsync(champion.Bundle);
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        var itself = await EvaluateAsync(champion, g => g.SliceBy("city"));

        var judged = await EvaluateAsync(candidate, g => g.NoWorseThan("champion").SliceBy("city"));

        foreach (var slice in judged.Slices) slice.Incumbent.Should().Equal(itself.Slices.Single(s => s.Slice == slice.Slice).Metrics);
    }

    [Theory]
    [InlineData("town", "*it has no column 'town', only x, y, unused, city, night, late.")]
    [InlineData("y", "*the column 'y' is double, whose values are no groups. Make groups of them in a stage before.")]
    public async Task A_column_that_has_no_groups_is_refused_with_the_reason(string column, string message)
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync());
        var judge = () => EvaluateAsync(candidate, g => g.SliceBy(column));
        (await judge.Should().ThrowAsync<DataException>()).WithMessage(message).Which.Column.Should().Be(column);
    }

    [Fact]
    public async Task An_identifier_is_no_slice()
    {
        var split = await _workshop.BinaryAsync();
        var rows = await DataAsync(("id", ColumnType.Int64, Enumerable.Range(0, 10_001).Boxed()), ("city", ColumnType.String, Enumerable.Repeat((object?)"city 0", 10_001).ToArray()));
        var candidate = await _workshop.TrainAsync<FastTreeLate>(split);
        var judge = () => EvaluateAsync(candidate with { Split = split with { Validation = rows } }, g => g.SliceBy("id"));
        (await judge.Should().ThrowAsync<DataException>()).WithMessage("*has more than 10000 values. Is it an identifier?*");
    }

    [Fact]
    public void Nonsense_is_refused_when_the_pipeline_is_defined()
    {
        static Action Slicing(Action<GateBuilder> gate) => () => GateBuilder.Build(gate);
        Slicing(g => g.SliceBy(" ")).Should().Throw<ArgumentException>();
        Slicing(g => g.SliceBy("city", maxSlices: 0)).Should().Throw<ArgumentOutOfRangeException>();
        Slicing(g => g.SliceBy("city", minRows: 0)).Should().Throw<ArgumentOutOfRangeException>();
        Slicing(g => g.SliceBy("city").SliceBy("city")).Should().Throw<ArgumentException>().WithMessage("The rows are already sliced by 'city'.*");
    }

    private async Task<EvaluationReport> EvaluateAsync(Candidate candidate, Action<GateBuilder>? gate = null, StageContext? context = null)
    {
        var (gates, slices) = GateBuilder.Build(gate ?? (_ => { }));
        return (await new EvaluateStage(gates, slices).RunAsync(candidate, context ?? _workshop.Context(), Token)).Evaluation;
    }

    private Task<Candidate> TrainAsync(Type trainer, DataSplit split) =>
        (Task<Candidate>)typeof(Workshop).GetMethod(nameof(Workshop.TrainAsync))!.MakeGenericMethod(trainer).Invoke(_workshop, [split, null, null, null])!;

    /// <summary>Rows that the models of lateness can judge, half of them late.</summary>
    private Task<Dataset> DataAsync(params (string Name, ColumnType Type, object?[] Values)[] columns)
    {
        var rows = columns[0].Values.Length;
        return _workshop.Store.WriteAsync(
            "rows",
            [
                .. columns,
                ("x", ColumnType.Int64, Enumerable.Range(0, rows).Select(i => i % 100).Boxed()),
                ("y", ColumnType.Float64, Enumerable.Repeat((object?)0.5, rows).ToArray()),
                ("late", ColumnType.Boolean, Enumerable.Range(0, rows).Select(i => i % 2 == 0).Boxed()),
            ]);
    }

    private async Task<Dataset> OnlyAsync(Dataset rows, string column, string value)
    {
        var batches = new List<Apache.Arrow.RecordBatch>();
        await foreach (var batch in _workshop.Store.ReadAsync(rows, cancellationToken: Token))
        {
            var texts = (Apache.Arrow.StringArray)batch.Column(column);
            for (var i = 0; i < batch.Length; i++)
                if (texts.GetString(i) == value) batches.Add(batch.Slice(i, 1).Clone());
        }

        return await _workshop.Store.WriteAsync("only", new("rows", "only"), batches.ToAsyncEnumerable(), cancellationToken: Token);
    }
}
