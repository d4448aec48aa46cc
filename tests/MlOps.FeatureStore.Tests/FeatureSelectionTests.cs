using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

public sealed class FeatureSelectionTests
{
    private static readonly Entity Airport = new("airport", [new("airport", ColumnType.String)]);

    private static readonly FeatureView Delays = new()
    {
        Name = "delays",
        Entities = [Airport],
        Source = FeatureSource.Pushed(),
        EventTime = "time",
        Features = [new("mean", ColumnType.Float64), new("count", ColumnType.Int64)],
    };

    private static readonly ComputedView Ratio = new()
    {
        Name = "ratio",
        Inputs = [new("delays", "mean"), new("delays", "count")],
        Request = [new("seats", ColumnType.Int64)],
        Features = [new("per_seat", ColumnType.Float64, inputs => inputs["mean"].ToDouble() / inputs["seats"].ToInt64())],
    };

    [Fact]
    public void Outputs_stand_in_the_order_that_was_asked_for()
    {
        var selection = FeatureSelection.Resolve(new([Airport], [Delays]), null, ["delays:count", "delays:mean"], fullNames: false);
        selection.Outputs.Select(o => (o.Name, o.Slot)).Should().Equal(("count", 0), ("mean", 1));
    }

    [Fact]
    public void One_view_with_two_keys_is_read_twice()
    {
        var service = new FeatureService("flight", 1, [
            new("delays", "mean") { Name = "origin_mean", KeyColumns = new Dictionary<string, string> { ["airport"] = "origin" } },
            new("delays", "mean") { Name = "destination_mean", KeyColumns = new Dictionary<string, string> { ["airport"] = "destination" } }]);
        var selection = FeatureSelection.Resolve(new([Airport], [Delays], null, [service]), "flight@1", [], fullNames: false);
        selection.Views.Select(v => v.KeyColumns[0]).Should().Equal("origin", "destination");
        selection.Outputs.Select(o => o.Name).Should().Equal("origin_mean", "destination_mean");
    }

    [Fact]
    public void A_computed_feature_has_its_inputs_read_and_its_request_columns_asked_for()
    {
        var selection = FeatureSelection.Resolve(new([Airport], [Delays], [Ratio]), null, ["ratio:per_seat"], fullNames: true);
        selection.Schema.Should().Equal(new Column("ratio__per_seat", ColumnType.Float64));
        selection.Request.Should().Equal(new Column("seats", ColumnType.Int64));
        selection.Computations.Single().InputSlots.Should().Equal(0, 1, 2);
        selection.SlotCount.Should().Be(4);
    }

    [Fact]
    public void Two_outputs_of_one_name_are_refused()
    {
        var other = Delays with { Name = "other" };
        var act = () => FeatureSelection.Resolve(new([Airport], [Delays, other]), null, ["delays:mean", "other:mean"], fullNames: false);
        act.Should().Throw<DataException>().WithMessage("*'mean'*");
    }

    [Fact]
    public void A_feature_that_nobody_defined_is_named_with_those_that_are()
    {
        var act = () => FeatureSelection.Resolve(new([Airport], [Delays]), null, ["delays:median"], fullNames: false);
        act.Should().Throw<NotFoundException>().WithMessage("*delays:median*mean, count*");
    }
}
