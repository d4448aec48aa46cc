using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

public sealed class DefinitionChecksTests
{
    [Fact]
    public void All_errors_are_said_at_once()
    {
        var errors = Defining.ErrorsOf(features =>
        {
            features.Entity("airport");
            features.Entity("price").Key<double>("amount");
            features.View("delays").Of("air").TimeToLive(TimeSpan.FromSeconds(-1));
            features.Service("flight", 0).Add("delays:delay");
        });
        errors.Should().HaveCountGreaterThan(6);
        string.Join("\n", errors).Should().ContainAll(
            "no source", "no event time", "no join key", "of type Float64", "'air', which nobody defines. There is: airport, price.", "negative time to live", "no features", "versions count from 1");
    }

    [Fact]
    public void The_message_lists_the_errors()
    {
        var act = () => Defining.Features(features => features.Entity("a b"));
        act.Should().Throw<FeatureDefinitionException>().WithMessage("The feature definitions have 2 errors:*- Entity 'a b' has no join key*");
    }

    public static TheoryData<string, string> Views => new()
    {
        { "two views", "There are two views 'delays'" },
        { "mixed", "mixes windows with columns of the newest event: seats" },
        { "hop", "the window (00:01:00) is shorter than its hop (00:05:00)" },
        { "window", "'1y' is no window" },
        { "negative window", "the window is not positive" },
        { "reversal", "Reversals are for windows only" },
        { "ttl of windows", "has a time to live and windows" },
        { "nulls of windows", "skips nulls and has windows" },
        { "mean of text", "Mean cannot be taken of column 'carrier', which is of type String" },
        { "max of bytes", "Max cannot be taken of column 'carrier', which is of type Binary" },
        { "sum of text", "Sum cannot be taken of column 'carrier', which is of type String. It is there for Boolean (gives Int64), Int64 (gives Int64)" },
        { "k", "LastK takes 1 to 100 values, and 101 were asked for" },
        { "quantile", "is no quantile" },
        { "feature as key", "feature 'airport' is named as a join key" },
        { "feature as time", "feature 'at' is named as the event time" },
        { "two features", "has two features 'delay'" },
        { "nothing computed", "an aggregate computes nothing" },
        { "no type", "the type of column 'delay' is not known before the source is read. Say it, as Feature<double>(\"delay\")" },
        { "key column", "takes the join key 'airprt' from a column, and has no such key. There is: airport." },
        { "two sources", "has two sources" },
        { "sub-microsecond", "a part of a microsecond" },
        { "object", "'delay' is a Object, which no column holds" },
        { "reserved", "feature '__event_time'" },
        { "unnamed feature", "has a feature without a name" },
    };

    [Theory]
    [MemberData(nameof(Views))]
    public void A_view_that_cannot_be_used_is_refused(string wrong, string message) =>
        Defining.ErrorsOf(features =>
        {
            features.Entity("airport").Key<string>("airport");
            var view = features.View("delays").Of("airport").EventTime("at");
            if (wrong != "two sources") view.FromPushes();
            _ = wrong switch
            {
                "two views" => features.View("delays").Of("airport").EventTime("at").FromPushes().Feature<double>("x"),
                "mixed" => view.Aggregate<double>("delay", a => a.Mean("1h")).Feature<int>("seats"),
                "hop" => view.Aggregate<double>("delay", a => a.Mean("1m")),
                "window" => view.Aggregate<double>("delay", a => a.Mean("1y")),
                "negative window" => view.Aggregate<double>("delay", a => a.Mean(TimeSpan.FromHours(-1))),
                "reversal" => view.Feature<double>("delay").ReversedBy("is_before"),
                "ttl of windows" => view.Aggregate<double>("delay", a => a.Mean("1h")).TimeToLive(TimeSpan.FromDays(1)),
                "nulls of windows" => view.Aggregate<double>("delay", a => a.Mean("1h")).SkipNulls(),
                "mean of text" => view.Aggregate<string>("carrier", a => a.Mean("1h")),
                "max of bytes" => view.Aggregate<byte[]>("carrier", a => a.Max("1h")),
                "sum of text" => view.Aggregate<string>("carrier", a => a.Sum("1h")),
                "k" => view.Aggregate<double>("delay", a => a.LastK(101, "1h")),
                "quantile" => view.Aggregate<double>("delay", a => a.Quantile(double.NaN, "1h")),
                "feature as key" => view.Feature<string>("airport"),
                "feature as time" => view.Feature<DateTimeOffset>("at"),
                "two features" => view.Feature<double>("delay").Feature<double>("delay", column: "other"),
                "nothing computed" => view.Feature<double>("x").Aggregate<double>("delay", _ => { }),
                "no type" => view.Feature("delay"),
                "key column" => view.Feature<double>("delay").KeyFrom("airprt", "origin"),
                "two sources" => view.Feature<double>("delay").FromPushes().FromSql("dwh", "flights"),
                "sub-microsecond" => view.Feature<double>("delay").TimeToLive(TimeSpan.FromTicks(1)),
                "object" => view.Feature<object>("delay"),
                "reserved" => view.Feature<double>("__event_time"),
                "unnamed feature" => view.Feature<double>(" ", column: "delay"),
                _ => throw new ArgumentOutOfRangeException(nameof(wrong)),
            };
        }).Should().Contain(e => e.Contains(message, StringComparison.Ordinal));

    [Fact]
    public void A_dataset_without_the_column_is_named_with_those_that_it_has() =>
        Defining.ErrorsOf(features =>
        {
            features.Entity("airport").Key<string>("airport");
            var data = new Dataset("flights", "f", new([new("delay", ColumnType.Float64)]), 1, new("f", 1), new("rows", "x"), DateTimeOffset.UnixEpoch);
            features.View("delays").Of("airport").From(data).EventTime("at").Feature("delayed");
        }).Should().ContainSingle(e => e == "View 'delays': dataset 'flights' has no column 'delayed'. It has: delay.");

    public static TheoryData<string, string> Others => new()
    {
        { "two entities", "There are two entities 'airport'" },
        { "decimal key", "join key 'amount' is of type Decimal" },
        { "two keys", "has the join key 'id' twice" },
        { "computed as view", "There are two views 'delays'" },
        { "reads nothing", "reads nothing" },
        { "unknown input", "Computed view 'now' reads 'delays:median', and view 'delays' has no such feature. There is: delay." },
        { "no view", "reads 'dlays:delay', and nobody defines a view 'dlays'. There is: delays, now." },
        { "circle", "depends on itself" },
        { "two inputs", "two inputs named 'delay'" },
        { "code version", "Versions count from 1" },
        { "function", "takes 'delay' as a Guid" },
        { "unknown feature", "Feature service 'flight@1' lists 'delays:median', and view 'delays' has no such feature. There is: delay." },
        { "no form", "'delay' names no feature. Write view:feature, or view:* for all of a view." },
        { "empty service", "lists no features" },
        { "two services", "There are two services 'flight@1'" },
        { "one name", "two features would both be called 'delay'" },
        { "unknown key", "takes the join key 'port' of view 'delays' from another column, and the view has no such key. There is: airport." },
        { "unknown view", "nobody defines a view 'dlays'" },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void What_cannot_be_used_is_refused(string wrong, string message) =>
        Defining.ErrorsOf(features =>
        {
            features.Entity("airport").Key<string>("airport");
            var view = features.View("delays").Of("airport").FromPushes().EventTime("at").Feature<double>("delay");
            switch (wrong)
            {
                case "two entities": features.Entity("airport").Key<string>("airport"); break;
                case "decimal key": features.Entity("price").Key<decimal>("amount"); break;
                case "two keys": features.Entity("price").Key<long>("id").Key<long>("id"); break;
                case "computed as view": features.Compute("delays").Request<double>("x").Feature<double>("y", i => i["x"]); break;
                case "reads nothing": features.Compute("now").Feature<double>("y", _ => 1.0); break;
                case "unknown input": features.Compute("now").Reads("delays:median").Feature<double>("y", _ => 1.0); break;
                case "no view": features.Compute("now").Reads("dlays:delay").Feature<double>("y", _ => 1.0); break;
                case "circle":
                    features.Compute("now").Reads("then:y").Feature<double>("y", _ => 1.0);
                    features.Compute("then").Reads("now:y").Feature<double>("y", _ => 1.0);
                    break;
                case "two inputs": features.Compute("now").Reads(view).Request<double>("delay").Feature<double>("y", _ => 1.0); break;
                case "code version": features.Compute("now").Reads(view).CodeVersion(0).Feature<double>("y", _ => 1.0); break;
                case "function": features.Compute("now").Reads(view).Feature("y", "delay", (Guid delay) => 1.0); break;
                case "unknown feature": features.Service("flight").Add("delays:median"); break;
                case "no form": features.Service("flight").Add("delay"); break;
                case "empty service": features.Service("flight"); break;
                case "two services":
                    features.Service("flight").Add(view);
                    features.Service("flight").Add(view);
                    break;
                case "one name": features.Service("flight").Add(view).Add(view, part => part.Key("airport", "origin")); break;
                case "unknown key": features.Service("flight").Add(view, part => part.Key("port", "origin")); break;
                case "unknown view": features.Service("flight").Add("dlays:*"); break;
                default: throw new ArgumentOutOfRangeException(nameof(wrong));
            }
        }).Should().Contain(e => e.Contains(message, StringComparison.Ordinal));

    [Fact]
    public async Task A_host_with_wrong_definitions_does_not_start()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddMlOpsCore().AddFeatures<Wrong>();
        using var host = builder.Build();
        var act = () => host.StartAsync();
        await act.Should().ThrowAsync<FeatureDefinitionException>().WithMessage("*no join key*");
    }

    [Fact]
    public void Definitions_that_are_added_twice_count_once()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().AddFeatures<Right>().AddFeatures<Right>();
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<FeatureDefinitions>().Views.Should().ContainSingle();
    }

    private sealed class Wrong : FeatureDefinition
    {
        public override void Define(FeatureBuilder features) => features.Entity("airport");
    }

    private sealed class Right(TimeProvider time) : FeatureDefinition
    {
        public override void Define(FeatureBuilder features)
        {
            _ = time.GetUtcNow();
            features.Entity("airport").Key<string>("airport");
            features.View("delays").Of("airport").FromPushes().EventTime("at").Feature<double>("delay");
        }
    }
}
