namespace MlOps.Core.Tests;

public sealed class SearchOrderTests
{
    [Theory]
    [InlineData("metrics.auc", false)]
    [InlineData("metrics.auc ASC", false)]
    [InlineData(" metrics.auc  asc ", false)]
    [InlineData("metrics.auc DESC", true)]
    [InlineData("metric.`auc` desc", true)]
    [InlineData("metrics.\"auc\"\tDESC", true)]
    public void A_field_has_a_direction(string clause, bool isDescending) =>
        SearchOrder.Parse([clause], Searchable.Runs)[0].Should().Be(new SearchOrder(new(SearchEntity.Metric, "auc", SearchType.Number), isDescending));

    [Theory]
    [InlineData("params.`a b DESC`", SearchEntity.Parameter, "a b DESC")]
    [InlineData("tags.mlflow.source.name", SearchEntity.Tag, "mlflow.source.name")]
    [InlineData("tags.my-tag/x:y", SearchEntity.Tag, "my-tag/x:y")]
    [InlineData("attributes.`Run name`", SearchEntity.Attribute, "run_name")]
    [InlineData("Created", SearchEntity.Attribute, "start_time")]
    [InlineData("status", SearchEntity.Attribute, "status")]
    public void Every_field_of_a_run_but_datasets_can_be_ordered_by(string clause, SearchEntity entity, string key) =>
        SearchOrder.Parse([clause], Searchable.Runs)[0].Field.Should().Match<SearchField>(f => f.Entity == entity && f.Key == key);

    [Fact]
    public void An_order_always_ends_in_the_default_one()
    {
        Keys(Searchable.Runs).Should().Equal("start_time DESC", "run_id");
        Keys(Searchable.Runs, "status").Should().Equal("status", "start_time DESC", "run_id");
        Keys(Searchable.Runs, "start_time").Should().Equal("start_time", "run_id");
        Keys(Searchable.Runs, "run_id DESC", "end_time").Should().Equal("run_id DESC", "end_time", "start_time DESC");
        Keys(Searchable.Experiments).Should().Equal("creation_time DESC", "experiment_id DESC");
        Keys(Searchable.Models, "timestamp DESC").Should().Equal("last_updated_timestamp DESC", "name");
        Keys(Searchable.ModelVersions).Should().Equal("name", "version_number DESC");
    }

    [Fact]
    public void A_field_is_not_given_twice() =>
        Refused("`order_by` contains duplicate fields", "metrics.x", "run_name", "metrics.`x` DESC");

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("DESC")]
    [InlineData("foo")]
    [InlineData("dataset.name")]
    [InlineData("metrics.")]
    [InlineData("metrics.``")]
    [InlineData("metrics.x decs")]
    [InlineData("metrics.x, metrics.y")]
    [InlineData("metrics.x; DROP TABLE runs")]
    [InlineData("(SELECT 1)")]
    [InlineData("metrics.`x`y` DESC")]
    public void What_is_not_understood_is_refused(string? clause) => Refused("Invalid ordering key in order_by clause", clause!);

    [Fact]
    public void An_entity_that_is_none_is_refused() => Refused("Invalid entity type 'foo'", "foo.x");

    [Fact]
    public void There_are_at_most_sixteen_fields() => Refused("at most 16", [.. Enumerable.Range(0, 17).Select(i => $"metrics.m{i}")]);

    private static IEnumerable<string> Keys(Searchable kind, params string[] clauses) =>
        SearchOrder.Parse(clauses, kind).Select(o => o.Field.Key + (o.IsDescending ? " DESC" : string.Empty));

    private static void Refused(string message, params string[] clauses) =>
        FluentActions.Invoking(() => SearchOrder.Parse(clauses, Searchable.Runs)).Should().Throw<SearchException>().WithMessage($"*{message}*");
}
