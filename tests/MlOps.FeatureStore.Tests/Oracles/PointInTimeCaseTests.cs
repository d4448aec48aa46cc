using System.Text.Json;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

/// <summary>What the reader of the peers' joins understands, and that it fails at the rest.</summary>
public sealed class PointInTimeCaseTests
{
    private const string Case = """
        {"id":"c","kind":"point_in_time","options":{"full_feature_names":true},"entity_rows":[{"id":1,"event_timestamp":"2024-03-01T12:00:00"}],
         "views":[{"name":"v","join_keys":["id"],"timestamp_field":"at","created_timestamp_field":null,"ttl_seconds":0.000001,"features":["f"],"rows":[]}],
         "expected_rows":[{"id":1,"event_timestamp":"2024-03-01T12:00:00Z","v__f":null}]}
        """;

    [Fact]
    public void A_view_without_rows_has_the_types_of_the_keys_that_are_asked_for()
    {
        var view = new PointInTimeCase(JsonDocument.Parse(Case).RootElement).Views.Single().View;
        (view.Keys.Single().Type, view.TimeToLive).Should().Be((ColumnType.Int64, TimeSpan.FromMicroseconds(1)));
    }

    [Fact]
    public void A_text_that_could_be_a_day_is_a_text() =>
        new PointInTimeCase(JsonDocument.Parse(Case.Replace("\"id\":1,", "\"id\":\"1-2\",", StringComparison.Ordinal)).RootElement).Views.Single().View.Keys.Single().Type.Should().Be(ColumnType.String);

    [Theory]
    [InlineData("point_in_time", "range")]
    [InlineData("full_feature_names", "latest_not_null")]
    [InlineData("\"ttl_seconds\"", "\"field_mapping\":{},\"ttl_seconds\"")]
    [InlineData("\"options\"", "\"delay\":1,\"options\"")]
    [InlineData("v__f", "w__f")]
    [InlineData("\"expected_rows\":[", "\"expected_rows\":[{\"id\":2},")]
    [InlineData("\"rows\":[]", "\"rows\":[{\"id\":\"one\"}]")]
    public void A_case_that_is_not_understood_fails(string old, string other)
    {
        var read = () => new PointInTimeCase(JsonDocument.Parse(Case.Replace(old, other, StringComparison.Ordinal)).RootElement);
        read.Should().Throw<NotSupportedException>().WithMessage("Case 'c' *");
    }
}
