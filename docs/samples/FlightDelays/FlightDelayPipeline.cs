using MlOps.Core;
using MlOps.Data;
using MlOps.DataValidation;

namespace FlightDelays;

/// <summary>From the feed to a registered model, for the five months before a day: two to learn from, one to choose with, one held out.</summary>
public sealed class FlightDelayPipeline(FlightFeed feed, DataSchema schema) : PipelineDefinition
{
    public const string Name = "flight-delay";

    /// <summary>The parameter that says up to which day flights are known.</summary>
    public const string Until = "until";

    public override void Define(PipelineBuilder pipeline)
    {
        var until = pipeline.Parameter(Until, new DateTimeOffset(2001, 5, 1, 0, 0, 0, TimeSpan.Zero));
        var (holdout, validation, first) = (until.AddDays(-30), until.AddDays(-61), until.AddDays(-120));

        var airports = pipeline.Acquire(Source.Csv(Files.Airports), "airports");
        var flights = pipeline.Acquire(feed, "flights");
        var known = flights.Clean(new FilterRows("date", RowCondition.AtLeast, first), new FilterRows("date", RowCondition.Less, until));
        var valid = known.Validate(schema, environment: "training", keyColumns: ["date", "origin", "destination"]);
        var asked = valid.Clean(new LabelDelays(), new AskAtFullHour()).WithFeatures(FlightFeatures.Service, AskAtFullHour.Column).Clean(new DropColumns(AskAtFullHour.Column));
        var split = asked.SplitByTime("date", validation, holdout);
        var located = split.Prepare(new AddCalendarFeatures()).And(airports).Then<LocateAirports, DataSplit>();

        located.Train<DelayTrainer>(Name, train =>
            {
                train.Trials = 4;
                train.CrossValidationFolds = 3;
                train.Parallelism = 2;
            })
            .Evaluate(gate => gate.AtLeast("auc", 0.62).BetterThanBaseline("log_loss", 0.005).NoWorseThan(ModelNames.Champion).SliceBy("origin", maxSlices: 10))
            .Accept(gate => gate.AtLeast("auc", 0.60))
            .Register()
            .Promote();
    }
}
