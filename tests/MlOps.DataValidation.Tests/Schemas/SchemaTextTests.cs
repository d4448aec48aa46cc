using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation.Tests;

public class SchemaTextTests
{
    private static readonly DataSchema Full = new(
        new ColumnSchema("date", ValueKind.Date).Required().Between(new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(2026, 1, 1, 12, 30, 0, DateTimeKind.Utc)),
        new ColumnSchema("distance", ValueKind.Real).AllowMissing(0.05).Between(0, 5000.5).Finite().WatchDrift(jensenShannon: 0.1),
        new ColumnSchema("carrier", ValueKind.Text) { Distinct = new(2, 30) }.Required().OneOf("AA", "yes", "1.5", "", "a: b, [c]", "\"q\"", "line\nbreak", "ü😀").Mostly(0.99).WatchSkew(lInfinity: 0.05),
        new ColumnSchema("tags", ValueKind.Text).ListOf(1, 8),
        new ColumnSchema("image", ValueKind.Real) { Shape = [28, 28], Lists = [new(28, 28), new(28, 28)] },
        new ColumnSchema("any", ValueKind.Text) { Lists = null },
        new ColumnSchema("code", ValueKind.Text).ReadAs(ValueKind.Integer).Between(1, null).Unique(),
        new ColumnSchema("flag", ValueKind.Text).ReadAsBoolean("Y", "N"),
        new ColumnSchema("id", ValueKind.Integer) { Description = "A name: not a quantity" }.Categorical(),
        new ColumnSchema("true", ValueKind.Boolean) { Lifecycle = LifecycleStage.Beta, Presence = new(0, 7) },
        new ColumnSchema("label", ValueKind.Boolean) { Presence = Presence.Somewhere }.NotIn("serving"))
    {
        Name = "flights",
        Version = 3,
        DefaultEnvironments = ["training", "serving"],
        AllowsNewColumns = true,
        Rows = new(1, 1_000_000, new(0.5, 2), new(null, 1.1)),
    };

    [Fact]
    public void A_schema_comes_back_from_yaml() => DataSchema.FromYaml(Full.ToYaml()).Should().Be(Full);

    [Fact]
    public void A_schema_comes_back_from_json() => DataSchema.FromJson(Full.ToJson()).Should().Be(Full);

    [Fact]
    public void A_schema_within_other_json_comes_back()
    {
        var json = System.Text.Json.JsonSerializer.Serialize(new { schema = Full }, MlOpsJson.Options);
        System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("schema").GetProperty("name").GetString().Should().Be("flights");
        System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, DataSchema>>(json, MlOpsJson.Options)!["schema"].Should().Be(Full);
    }

    [Fact]
    public void The_text_holds_what_differs_from_the_defaults_only() =>
        new DataSchema(new ColumnSchema("distance", ValueKind.Real).Required().Between(0, 5000), new ColumnSchema("carrier", ValueKind.Text).OneOf("AA", "B6")).ToYaml().Should().Be("""
            columns:
              distance:
                type: real
                presence: required
                range: {min: 0, max: 5000}
              carrier:
                type: text
                domain: [AA, B6]

            """.ReplaceLineEndings("\n"));

    [Fact]
    public void Schemas_that_say_the_same_have_one_fingerprint()
    {
        DataSchema.FromYaml(Full.ToYaml()).Fingerprint.Should().Be(Full.Fingerprint);
        Full.With("id", id => id.Required()).Fingerprint.Should().NotBe(Full.Fingerprint);
    }

    [Theory]
    [InlineData("columns:\n  a:\n    type: real\n    rnage: {min: 0}\n", 4, "no 'rnage'")]
    [InlineData("columns:\n  a:\n    type: float\n", 3, "one of boolean, integer, real")]
    [InlineData("columns:\n  a: {type: real}\n  b:\n    type: real\n    range: {min: 2, max: 1}\n", 4, "No number lies")]
    [InlineData("columns:\n  a:\n    type: integer\n    range: {max: 9007199254740993}\n", 4, "2^53")]
    [InlineData("columns:\n  a:\n    type: real\n    range: {min: \"0\"}\n", 4, "must be a number")]
    [InlineData("columns:\n  a: {type: real}\n  a: {type: real}\n", 3, "stands twice")]
    [InlineData("columns:\n  a: {type: real}\nclumns: {}\n", 3, "no 'clumns'")]
    [InlineData("columns:\n  a: {type: real, presence: always}\n", 2, "'presence' is always")]
    [InlineData("columns:\n  a: &x {type: real}\n  b: *x\n", 2, "Anchors and aliases are not taken")]
    [InlineData("columns:\n  a: !!str real\n", 2, "Tags are not taken")]
    [InlineData("columns:\n  a: [\n", 3, "no YAML")]
    [InlineData("", 1, "empty")]
    [InlineData("version: 2\n", 1, "no columns")]
    [InlineData("columns: {}\nrows: {min: 5, max: 2}\n", 2, "at least 5")]
    [InlineData("columns:\n  a: {presence: required}\n", 2, "no type")]
    public void A_wrong_yaml_text_is_refused_with_its_line(string yaml, int line, string message)
    {
        var reading = () => DataSchema.FromYaml(yaml);
        var problem = reading.Should().Throw<SchemaException>().Which.Problems[0];
        problem.Message.Should().Contain(message);
        problem.Line.Should().Be(line);
    }

    [Theory]
    [InlineData("{\n  \"columns\": {\n    \"a\": {\n      \"type\": \"real\",\n      \"rnage\": {}\n    }\n  }\n}", 5, "no 'rnage'")]
    [InlineData("{\n  \"columns\": {\n    \"a\": { \"type\": \"real\" ]\n", 3, "no JSON")]
    [InlineData("{\"columns\": {\"a\": {\"type\": \"real\"}}} x", 1, "no JSON")]
    [InlineData("", 1, "no JSON")]
    [InlineData("[]", 1, "map")]
    public void A_wrong_json_text_is_refused_with_its_line(string json, int line, string message)
    {
        var reading = () => DataSchema.FromJson(json);
        var problem = reading.Should().Throw<SchemaException>().Which.Problems[0];
        problem.Message.Should().Contain(message);
        problem.Line.Should().Be(line);
    }

    [Fact]
    public void All_problems_of_a_text_are_listed()
    {
        var reading = () => DataSchema.FromYaml("columns:\n  a: {type: x}\n  b: {typ: real}\n  c: {type: real, isUnique: 1}\n");
        reading.Should().Throw<SchemaException>().Which.Problems.Select(p => p.Line).Should().Contain([2, 3, 4]);
    }
}
