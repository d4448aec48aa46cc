using System.Text.Json;

namespace MlOps.Core.Tests;

public class DatasetTests
{
    private static readonly Dataset Flights = new(
        "flights", Sha256.Hex("rows"), new([new("distance", ColumnType.Float64)]), 3, new(Sha256.Hex("file"), 42), new("parquet", "flights.parquet"), new(2001, 5, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_dataset_goes_to_JSON_and_back_with_its_lock()
    {
        foreach (var dataset in new[] { Flights, Flights.Lock() })
        {
            var json = JsonSerializer.Serialize(dataset, MlOpsJson.Options);
            var back = JsonSerializer.Deserialize<Dataset>(json, MlOpsJson.Options)!;
            back.Should().Be(dataset);
            back.IsLocked.Should().Be(dataset.IsLocked);
        }
    }

    [Fact]
    public void A_lock_changes_nothing_but_the_lock()
    {
        var locked = Flights.Lock();
        locked.IsLocked.Should().BeTrue();
        Flights.IsLocked.Should().BeFalse("a dataset is immutable");
        locked.Should().NotBe(Flights);
        locked.ToReference().Should().Be(Flights.ToReference());
    }

    [Fact]
    public void A_split_goes_to_JSON_and_back_with_the_lock_of_its_holdout()
    {
        var split = new DataSplit(Flights, Flights, Flights.Lock(), [new("ImputeMedian", JsonSerializer.SerializeToElement(new { value = 1.5 }))]);
        var back = JsonSerializer.Deserialize<DataSplit>(JsonSerializer.Serialize(split, MlOpsJson.Options), MlOpsJson.Options)!;
        (back.Training.IsLocked, back.Validation.IsLocked, back.Holdout.IsLocked).Should().Be((false, false, true));
        back.Preparation.Single().State.GetProperty("value").GetDouble().Should().Be(1.5);
    }

    [Fact]
    public void JSON_keeps_tuples_infinities_and_names_of_values()
    {
        JsonSerializer.Serialize((1, "a"), MlOpsJson.Options).Should().Be("""{"item1":1,"item2":"a"}""");
        JsonSerializer.Deserialize<(int, string)>("""{"item1":1,"item2":"a"}""", MlOpsJson.Options).Should().Be((1, "a"));
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.1 + 0.2];
        JsonSerializer.Deserialize<double[]>(JsonSerializer.Serialize(values, MlOpsJson.Options), MlOpsJson.Options).Should().Equal(values);
        JsonSerializer.Serialize(RunStatus.Killed, MlOpsJson.Options).Should().Be("\"Killed\"");
        JsonSerializer.Serialize("Größe <東京>", MlOpsJson.Options).Should().Be("\"Größe <東京>\"");
        JsonSerializer.Serialize(new { A = 1 }, MlOpsJson.Indented).Should().Be("{\n  \"a\": 1\n}", "the bytes are the same on every system");
    }
}
