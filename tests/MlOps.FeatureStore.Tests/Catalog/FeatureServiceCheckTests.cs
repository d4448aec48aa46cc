using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

public sealed class FeatureServiceCheckTests
{
    private static readonly FeatureDefinitions Definitions = Flights(["delay", "seats"]);

    [Fact]
    public void A_model_is_served_with_the_service_that_it_was_trained_on() => Checking(Definitions, Reference(Definitions)).Should().NotThrow();

    [Fact]
    public void A_model_of_no_feature_store_is_served_anywhere() => Checking(Definitions, null).Should().NotThrow();

    [Fact]
    public void A_host_without_services_is_given_the_features_by_its_callers() => Checking(Defining.Features(), Reference(Definitions)).Should().NotThrow();

    [Fact]
    public void Another_order_is_refused()
    {
        var other = Flights(["seats", "delay"]);
        var error = Checking(other, Reference(Definitions)).Should().Throw<FeatureServiceMismatchException>().WithMessage("Version 3 of model 'delay' was trained on feature service 'flight@1' when it had other features*seats, delay*").Which;
        (error.TrainedOn, error.Defined).Should().Be((Reference(Definitions), Reference(other)));
    }

    [Fact]
    public void Another_type_is_refused() => Checking(Flights(["delay", "seats"], ColumnType.Int64), Reference(Definitions)).Should().Throw<FeatureServiceMismatchException>();

    [Fact]
    public void Another_version_is_refused() =>
        Checking(Flights(["delay", "seats"], version: 2), Reference(Definitions)).Should().Throw<FeatureServiceMismatchException>()
            .WithMessage("*'flight@1', which this host does not define. It defines: flight@2.*").Which.Defined.Should().BeNull();

    private static FeatureServiceReference Reference(FeatureDefinitions definitions) => definitions.ReferenceTo(definitions.Services[0]);

    private static FeatureDefinitions Flights(string[] order, ColumnType type = ColumnType.Float64, int version = 1) => Defining.Features(features =>
    {
        features.Entity("airport").Key<string>("airport");
        features.View("delays").Of("airport").FromPushes().EventTime("at").Feature("delay", type).Feature<int>("seats");
        features.Service("flight", version).Add([.. order.Select(f => "delays:" + f)]);
    });

    private static Action Checking(FeatureDefinitions definitions, FeatureServiceReference? trainedOn)
    {
        var manifest = Manifests.Empty with
        {
            Model = "delay",
            FeatureService = trainedOn,
        };
        var version = new ModelVersion("delay", 3, new("delay", new("d", 1), manifest), null, DateTimeOffset.UnixEpoch, null, null, []);
        return () => new FeatureServiceCheck(definitions).Check(version);
    }
}
