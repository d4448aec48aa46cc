using MlOps.Statistics;

namespace MlOps.DataValidation.Tests;

public class SchemaRulesTests
{
    public static TheoryData<string, ColumnSchema, AnomalyKind> Impossible => new()
    {
        { "no name", new("", ValueKind.Real), AnomalyKind.MissingName },
        { "no type", new("x", ValueKind.Unknown), AnomalyKind.MissingType },
        { "a list as a type", new("x", ValueKind.List), AnomalyKind.MissingType },
        { "a range that is turned round", new ColumnSchema("x", ValueKind.Real).Between(2, 1), AnomalyKind.InvalidSchema },
        { "a range that ends in NaN", new ColumnSchema("x", ValueKind.Real).Between(double.NaN, 1), AnomalyKind.InvalidSchema },
        { "a range of numbers on texts", new ColumnSchema("x", ValueKind.Text).Between(0, 1), AnomalyKind.DomainInvalidForType },
        { "times that are turned round", new ColumnSchema("x", ValueKind.Date).Between(new DateTime(2026, 2, 1), new DateTime(2026, 1, 1)), AnomalyKind.InvalidSchema },
        { "times on numbers", new ColumnSchema("x", ValueKind.Real).Between(new DateTime(2026, 2, 1), null), AnomalyKind.DomainInvalidForType },
        { "a domain on numbers", new ColumnSchema("x", ValueKind.Integer).OneOf("1"), AnomalyKind.DomainInvalidForType },
        { "a domain that repeats", new ColumnSchema("x", ValueKind.Text).OneOf("a", "a"), AnomalyKind.InvalidDomain },
        { "a domain mass without a domain", new ColumnSchema("x", ValueKind.Text).Mostly(0.5), AnomalyKind.InvalidSchema },
        { "a domain mass above 1", new ColumnSchema("x", ValueKind.Text).OneOf("a").Mostly(1.5), AnomalyKind.InvalidSchema },
        { "a negative share", new ColumnSchema("x", ValueKind.Text).AllowMissing(1.5), AnomalyKind.InvalidSchema },
        { "a share that is NaN", new ColumnSchema("x", ValueKind.Text).AllowMissing(double.NaN), AnomalyKind.InvalidSchema },
        { "lists of a negative length", new ColumnSchema("x", ValueKind.Text).ListOf(-1), AnomalyKind.InvalidSchema },
        { "lists that are shorter than they are long", new ColumnSchema("x", ValueKind.Text).ListOf(3, 2), AnomalyKind.InvalidSchema },
        { "a shape with an empty dimension", new("x", ValueKind.Real) { Shape = [0] }, AnomalyKind.InvalidSchema },
        { "reals read as integers", new ColumnSchema("x", ValueKind.Real).ReadAs(ValueKind.Integer), AnomalyKind.DomainInvalidForType },
        { "integers read as integers", new ColumnSchema("x", ValueKind.Integer).ReadAs(ValueKind.Integer), AnomalyKind.InvalidDomain },
        { "texts for true on numbers", new ColumnSchema("x", ValueKind.Integer).ReadAsBoolean("1", "0"), AnomalyKind.BooleanInvalidConfiguration },
        { "texts read as Boolean without saying how", new ColumnSchema("x", ValueKind.Text).ReadAs(ValueKind.Boolean), AnomalyKind.BooleanInvalidConfiguration },
        { "one text for true and false", new ColumnSchema("x", ValueKind.Text).ReadAsBoolean("y", "y"), AnomalyKind.InvalidDomain },
        { "integers that may not be NaN", new ColumnSchema("x", ValueKind.Integer).Finite(), AnomalyKind.DomainInvalidForType },
        { "categorical reals", new ColumnSchema("x", ValueKind.Real).Categorical(), AnomalyKind.DomainInvalidForType },
        { "an impossible number of values", new("x", ValueKind.Text) { Distinct = new(5, 4) }, AnomalyKind.InvalidSchema },
        { "L-infinity on reals", new ColumnSchema("x", ValueKind.Real).WatchDrift(lInfinity: 0.1), AnomalyKind.InvalidSchema },
        { "L-infinity on quantities", new ColumnSchema("x", ValueKind.Integer).WatchSkew(lInfinity: 0.1), AnomalyKind.InvalidSchema },
        { "a normalised difference on reals", new ColumnSchema("x", ValueKind.Real).WatchDrift(normalizedDifference: 0.1), AnomalyKind.InvalidSchema },
        { "a comparison of bytes", new ColumnSchema("x", ValueKind.Binary).WatchDrift(jensenShannon: 0.1), AnomalyKind.InvalidSchema },
        { "a comparator without a threshold", new ColumnSchema("x", ValueKind.Text).WatchDrift(), AnomalyKind.InvalidSchema },
        { "a threshold above 1", new ColumnSchema("x", ValueKind.Text).WatchDrift(lInfinity: 2), AnomalyKind.InvalidSchema },
        { "an environment that is and is not", new ColumnSchema("x", ValueKind.Text).In("a").NotIn("a"), AnomalyKind.InvalidSchema },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void A_schema_refuses(string what, ColumnSchema column, AnomalyKind kind)
    {
        var building = () => new DataSchema(column);
        building.Should().Throw<SchemaException>(what).Which.Problems.Should().ContainSingle().Which.Kind.Should().Be(kind);
    }

    [Theory]
    [MemberData(nameof(Impossible))]
    public void What_is_left_of_an_impossible_column_is_possible(string what, ColumnSchema column, AnomalyKind kind)
    {
        var problems = new List<SchemaProblem>();
        var left = SchemaRules.Repair(column, problems);
        problems.Should().ContainSingle(what).Which.Kind.Should().Be(kind);
        if (left is not null) SchemaRules.Check(left).Should().BeEmpty();
    }

    [Fact]
    public void All_problems_of_a_schema_are_listed()
    {
        var building = () => new DataSchema(new ColumnSchema("x", ValueKind.Real).Between(2, 1), new("y", ValueKind.Unknown), new("z", ValueKind.Text), new("z", ValueKind.Text));
        building.Should().Throw<SchemaException>().Which.Problems.Select(p => p.Column).Should().Equal("x", "y", "z");
    }

    [Fact]
    public void A_comparator_is_allowed_where_it_fits() =>
        SchemaRules.Check(new ColumnSchema("x", ValueKind.Integer).Categorical().WatchDrift(lInfinity: 0.1, jensenShannon: 0.1)).Should().BeEmpty();

    [Fact]
    public void Impossible_numbers_of_rows_are_refused()
    {
        var building = () => new DataSchema { Rows = new(10, 5) };
        building.Should().Throw<SchemaException>().WithMessage("*at least 10 and at most 5 rows*");
    }
}
