using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace MlOps.Core.Tests;

public class DatasetSchemaTests
{
    private static readonly DatasetSchema All = new(Enum.GetValues<ColumnType>().Select(t => new Column($"c {t}", t)));

    [Fact]
    public void Columns_are_found_by_place_and_by_name()
    {
        All.Count.Should().Be(8);
        All[2].Should().Be(new Column("c Float64", ColumnType.Float64));
        All["c String"].Type.Should().Be(ColumnType.String);
        All.IndexOf("c Date").Should().Be(5);
        All.Contains("c Date").Should().BeTrue();
        All.Contains("C DATE").Should().BeFalse("names that differ in case are two columns");
    }

    [Fact]
    public void A_column_that_is_not_there_is_named_with_those_that_are()
    {
        var error = FluentActions.Invoking(() => new DatasetSchema([new("a", ColumnType.Int64), new("b", ColumnType.Int64)])["c"]).Should().Throw<DataException>().Which;
        error.Column.Should().Be("c");
        error.Message.Should().Contain("'c'").And.Contain("a, b");
    }

    [Fact]
    public void Two_columns_of_one_name_are_refused() =>
        FluentActions.Invoking(() => new DatasetSchema([new("a", ColumnType.Int64), new("a", ColumnType.String)])).Should().Throw<DataException>().Which.Column.Should().Be("a");

    [Fact]
    public void Schemas_are_equal_when_their_columns_are_in_the_same_order()
    {
        DatasetSchema one = new([new("a", ColumnType.Int64), new("b", ColumnType.String)]);
        DatasetSchema same = new([new("a", ColumnType.Int64), new("b", ColumnType.String)]);
        DatasetSchema turned = new([new("b", ColumnType.String), new("a", ColumnType.Int64)]);
        one.Equals(same).Should().BeTrue();
        one.Equals(turned).Should().BeFalse();
        one.GetHashCode().Should().Be(same.GetHashCode());
        ((object)one).Equals("a").Should().BeFalse();
        one.Equals(new DatasetSchema([])).Should().BeFalse();
    }

    [Fact]
    public void Every_type_goes_to_Arrow_and_back() => DatasetSchema.FromArrow(All.ToArrow()).Equals(All).Should().BeTrue();

    [Fact]
    public void A_type_of_Arrow_that_a_dataset_does_not_hold_is_refused_by_column()
    {
        IArrowType[] others = [Int32Type.Default, FloatType.Default, new Decimal128Type(10, 2), new TimestampType(TimeUnit.Second, "UTC"), new ListType(StringType.Default), Date64Type.Default];
        foreach (var type in others)
        {
            var schema = new Schema([new Field("odd", type, nullable: true)], null);
            FluentActions.Invoking(() => DatasetSchema.FromArrow(schema)).Should().Throw<DataException>().Which.Column.Should().Be("odd");
        }
    }

    [Fact]
    public void A_schema_goes_to_JSON_and_back()
    {
        var json = JsonSerializer.Serialize(All, MlOpsJson.Options);
        json.Should().StartWith("""[{"name":"c Boolean","type":"Boolean"},""");
        JsonSerializer.Deserialize<DatasetSchema>(json, MlOpsJson.Options)!.Equals(All).Should().BeTrue();
    }

    [Theory]
    [InlineData("[null]")]
    [InlineData("""[{"type":"Int64"}]""")]
    [InlineData("""[{"name":"a","type":"Complex"}]""")]
    [InlineData("""[{"name":"a","type":99}]""")]
    [InlineData("""{"name":"a"}""")]
    public void JSON_that_is_no_schema_is_refused(string json) =>
        FluentActions.Invoking(() => JsonSerializer.Deserialize<DatasetSchema>(json, MlOpsJson.Options)).Should().Throw<JsonException>();
}
