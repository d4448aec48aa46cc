using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using MlOps.Statistics;

namespace MlOps.DataValidation.Tests;

public class SchemaEditingTests
{
    private static readonly DataSchema Flights = new(new("date", ValueKind.Date), new("distance", ValueKind.Real), new("tail_number", ValueKind.Text), new("late", ValueKind.Boolean));

    public sealed record Flight(
        DateTime Date,
        [property: Range(0d, 6000d)][property: DataColumn(IsFinite = true, Description = "miles")] double Distance,
        [DataColumn(Name = "tail_number", MissingShare = 0.1)] string? TailNumber,
        [AllowedValues("AA", "B6")] string Carrier,
        [DataColumn(NotIn = ["serving"])] bool? Late,
        List<int> Stops,
        [DataColumn(IsIgnored = true)] object? Extra = null);

    private sealed record Unholdable(Uri Address);

    private sealed record Misused([property: Range(5, 1)] int Value);

    [Fact]
    public void A_member_names_its_column_whatever_its_case() =>
        Flights.With<Flight>(f => f.Distance, c => c.Required())["distance"].Presence.Should().Be(Presence.Required);

    [Fact]
    public void A_member_with_an_attribute_names_the_column_of_the_attribute() =>
        Flights.With<Flight>(f => f.TailNumber, c => c.Unique())["tail_number"].IsUnique.Should().BeTrue();

    [Fact]
    public void A_member_without_a_column_is_an_error()
    {
        var change = () => Flights.With<Flight>(f => f.Carrier, c => c.Required());
        change.Should().Throw<KeyNotFoundException>().WithMessage("Flight.Carrier has no column*date, distance*");
    }

    [Fact]
    public void Something_else_than_a_member_is_misuse()
    {
        var change = () => Flights.With<Flight>(f => f.Distance + 1, c => c);
        change.Should().Throw<ArgumentException>().WithMessage("*x => x.Member*");
    }

    [Fact]
    public void A_wrong_name_is_an_error()
    {
        var change = () => Flights.With("dsitance", c => c.Required());
        change.Should().Throw<KeyNotFoundException>().WithMessage("*no column 'dsitance'*");
    }

    [Fact]
    public void A_change_leaves_the_old_schema_as_it_was()
    {
        _ = Flights.With("late", c => c.Required()).Without("date");
        Flights.Columns.Should().HaveCount(4);
        Flights["late"].Presence.Should().Be(Presence.Optional);
    }

    [Fact]
    public void A_column_is_added_or_replaced_in_its_place() =>
        Flights.With(new ColumnSchema("distance", ValueKind.Integer)).With(new ColumnSchema("new", ValueKind.Text)).Columns.Select(c => $"{c.Name} {c.Type}")
            .Should().Equal("date Date", "distance Integer", "tail_number Text", "late Boolean", "new Text");

    [Fact]
    public void A_record_type_is_a_schema() => DataSchema.FromType<Flight>(JsonNamingPolicy.SnakeCaseLower).ToYaml().Should().Be("""
        name: Flight
        columns:
          date:
            type: timestamp
            presence: required
          distance:
            type: real
            description: miles
            presence: required
            range: {min: 0, max: 6000}
            allowsNaN: false
            allowsInfinity: false
          tail_number:
            type: text
            presence: {minFraction: 0.9, minCount: 1}
          carrier:
            type: text
            presence: required
            domain: [AA, B6]
          late:
            type: boolean
            presence: somewhere
            notInEnvironments: [serving]
          stops:
            type: integer
            presence: required
            lists: [{}]

        """.ReplaceLineEndings("\n"));

    [Fact]
    public void A_member_that_no_column_holds_is_refused()
    {
        var reading = () => DataSchema.FromType<Unholdable>();
        reading.Should().Throw<SchemaException>().WithMessage("*Unholdable.Address is a Uri*");
    }

    [Fact]
    public void An_impossible_attribute_is_refused()
    {
        var reading = () => DataSchema.FromType<Misused>();
        reading.Should().Throw<SchemaException>().WithMessage("*No number lies in the range of column 'Value'*");
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("training", true)]
    [InlineData("serving", false)]
    [InlineData("elsewhere", false)]
    public void A_label_is_not_expected_in_serving(string? environment, bool expected)
    {
        var schema = Flights.With("late", c => c.NotIn("serving")) with { DefaultEnvironments = ["training", "serving"] };
        schema.IsExpected(schema["late"], environment).Should().Be(expected);
    }

    [Fact]
    public void Two_schemas_are_compared_in_words()
    {
        var after = Flights.With("distance", c => c.Between(0, 100)).With("late", c => c.Required()).Without("date").With(new ColumnSchema("hour", ValueKind.Integer)) with { Version = 2 };
        after.DiffFrom(Flights.With("late", c => c.AllowMissing(0.5))).ToString().Should().Be("""
            schema: version set to 2
            column date: removed ({type: date})
            column distance: range set to {min: 0, max: 100}
            column late: presence {minFraction: 0.5, minCount: 1} -> required
            column hour: added ({type: integer})
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_schema_does_not_differ_from_itself() => Flights.DiffFrom(Flights).IsEmpty.Should().BeTrue();

    [Fact]
    public void An_exchange_of_columns_is_a_difference() =>
        new DataSchema(Flights.Columns.Reverse()).DiffFrom(Flights).Changes.Should().ContainSingle().Which.What.Should().Be("order of columns");
}
