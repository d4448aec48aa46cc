namespace MlOps.FeatureStore.Tests;

public sealed class FeatureTagsTests
{
    [Fact]
    public void Columns_carry_the_tags_of_what_they_hold_under_any_name_that_a_service_gives_them()
    {
        var tags = new FeatureTags(Defining.Features(features =>
        {
            features.Entity("driver").Key<string>("driver_id").Tag("personal");
            var rides = features.View("rides").Of("driver").FromPushes().EventTime("at").Feature<double>("rating").Feature<double>("distance").TagFeature("rating", "personal").Tag("personal", "false").Tag("tier", "1");
            features.View("fares").Of("driver").FromPushes().EventTime("at").Aggregate<double>("fare", a => a.Sum("1h")).TagFeature("fare_sum_1h", "secret", "finance");
            features.Service("dispatch", 1).Add(rides, part => part.Only("rating", "distance").Named("rating", "score").Key("driver_id", "chauffeur"));
        }));
        tags.TagsOf("driver_id").Should().BeEquivalentTo("personal", "personal=true");
        tags.TagsOf("rating").Should().BeEquivalentTo("personal", "personal=true", "tier", "tier=1");
        tags.TagsOf("score").Should().BeEquivalentTo(tags.TagsOf("rating"));
        tags.TagsOf("fare_sum_1h").Should().Contain("secret").And.Contain("secret=finance");
        tags.TagsOf("distance").Should().BeEquivalentTo("tier", "tier=1");
        tags.TagsOf("chauffeur").Should().BeEquivalentTo("personal", "personal=true");
        tags.TagsOf("unknown").Should().BeEmpty();
    }

    [Fact]
    public void A_record_says_tags_by_its_attributes()
    {
        var view = Defining.Features(features => features.View<Ride>().FromPushes()).Views.Single();
        view.Tags.Should().Equal(new Dictionary<string, string> { ["source"] = "radar" });
        view.Features.Single().Tags.Should().Equal(new Dictionary<string, string> { ["personal"] = "true" });
    }

    [Fact]
    public void A_tag_for_a_feature_that_is_not_there_is_an_error() => Defining.ErrorsOf(features =>
    {
        features.Entity("driver").Key<string>("driver_id");
        features.View("rides").Of("driver").FromPushes().EventTime("at").Feature<double>("rating").TagFeature("ratng", "personal");
    }).Should().ContainSingle().Which.Should().Match("*no feature 'ratng' to tag*rating*");

    [FeatureView("rides", "driver", Tags = ["source=radar"])]
    private sealed record Ride([property: JoinKey("driver_id")] string Driver, [property: EventTime] DateTimeOffset At, [property: Feature(Tags = ["personal"])] double Rating);
}
