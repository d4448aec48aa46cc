using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using MlOps.Core;

namespace MlOps.Training.Tests;

public sealed class GateTests
{
    private static readonly Dictionary<string, double> Good = new() { ["auc"] = 0.8, ["log_loss"] = 0.4, ["f1_score"] = double.NaN };
    private static readonly Dictionary<string, double> Baseline = new() { ["auc"] = 0.5, ["log_loss"] = 0.7 };

    private static GateCheck Check(Action<GateBuilder> gate, Incumbent? incumbent = null) => GateKeeper.Check(GateBuilder.Build(gate).Gates.Single(), "auc", Good, Baseline, incumbent);

    private static Incumbent Champion(double auc, double logLoss = 0.4) => new("model/3", new Dictionary<string, double> { ["auc"] = auc, ["log_loss"] = logLoss }, null);

    [Theory]
    [InlineData(0.79, true)]
    [InlineData(0.8, true)]
    [InlineData(0.81, false)]
    public void At_least_includes_the_bound(double bound, bool holds)
    {
        var check = Check(g => g.AtLeast("auc", bound));
        check.Should().Be(new GateCheck(FormattableString.Invariant($"auc at least {bound}"), "auc", 0.8, bound, holds));
    }

    [Theory]
    [InlineData(0.41, true)]
    [InlineData(0.4, true)]
    [InlineData(0.39, false)]
    public void At_most_includes_the_bound(double bound, bool holds) => Check(g => g.AtMost("log_loss", bound)).Holds.Should().Be(holds);

    [Theory]
    [InlineData("auc", 0, true)]
    [InlineData("auc", 0.29, true)]
    [InlineData("auc", 0.31, false)]
    [InlineData("log_loss", 0.29, true)]
    [InlineData("log_loss", 0.31, false)]
    public void Better_than_the_baseline_knows_which_way_is_better(string metric, double by, bool holds) =>
        Check(g => g.BetterThanBaseline(metric, by)).Holds.Should().Be(holds);

    [Fact]
    public void Equal_to_the_baseline_is_not_better()
    {
        var check = GateKeeper.Check(new(GateKind.BetterThanBaseline, null, 0), "auc", Baseline, Baseline, null);
        check.Holds.Should().BeFalse();
        check.Description.Should().Be("auc better than the baseline");
    }

    [Theory]
    [InlineData("auc", 0.8, 0, true)]
    [InlineData("auc", 0.81, 0, false)]
    [InlineData("auc", 0.81, 0.02, true)]
    [InlineData("auc", 0.79, -0.02, false)]
    [InlineData("log_loss", 0.4, 0, true)]
    [InlineData("log_loss", 0.39, 0, false)]
    [InlineData("log_loss", 0.39, 0.02, true)]
    public void No_worse_than_the_champion_allows_the_margin(string metric, double champion, double margin, bool holds) =>
        Check(g => g.NoWorseThan("champion", metric, margin), Champion(champion, champion)).Holds.Should().Be(holds);

    [Fact]
    public void No_worse_than_asks_for_the_metric_that_the_model_was_tuned_by()
    {
        var check = Check(g => g.NoWorseThan(), Champion(0.75));
        check.Metric.Should().Be("auc");
        check.Description.Should().Be("auc no worse than champion model/3");
        check.Bound.Should().Be(0.75);
    }

    [Fact]
    public void Without_a_champion_the_check_holds_and_says_so()
    {
        var check = Check(g => g.NoWorseThan(), new(null, null, null));
        check.Holds.Should().BeTrue();
        check.Description.Should().Be("auc no worse than champion: there is no champion yet");
    }

    [Fact]
    public void A_champion_that_cannot_be_judged_fails_the_check_with_the_reason()
    {
        var check = Check(g => g.NoWorseThan(), new("model/3", null, "it needs the column 'z'"));
        check.Holds.Should().BeFalse();
        check.Description.Should().Be("auc no worse than champion model/3: it needs the column 'z'");
    }

    public static TheoryData<string> Kinds() => ["least", "most", "baseline", "champion", "no champion"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_metric_that_cannot_be_computed_never_holds(string kind)
    {
        var check = Check(
            g => _ = kind switch
            {
                "least" => g.AtLeast("f1_score", -1),
                "most" => g.AtMost("f1_score", 9),
                "baseline" => g.BetterThanBaseline("f1_score"),
                _ => g.NoWorseThan("champion", "f1_score", 9),
            },
            kind == "no champion" ? new(null, null, null) : Champion(0.1));
        check.Holds.Should().BeFalse();
        check.Observed.Should().Be(double.NaN);
        check.Description.Should().Contain("cannot be computed");
    }

    [Fact]
    public void A_metric_that_does_not_exist_fails_and_the_others_are_named()
    {
        var check = Check(g => g.AtLeast("acu", 0.5));
        check.Holds.Should().BeFalse();
        check.Description.Should().Be("acu at least 0.5: the model has no metric of that name, only auc, log_loss, f1_score");
    }

    [Fact]
    public void Standards_that_make_no_sense_are_refused()
    {
        var bound = () => GateBuilder.Build(g => g.AtLeast("auc", double.NaN));
        var alias = () => GateBuilder.Build(g => g.NoWorseThan("latest"));
        var two = () => GateBuilder.Build(g => g.NoWorseThan("champion").NoWorseThan("shadow"));
        var negative = () => GateBuilder.Build(g => g.BetterThanBaseline("auc", -1));
        bound.Should().Throw<ArgumentOutOfRangeException>();
        alias.Should().Throw<ArgumentException>();
        two.Should().Throw<ArgumentException>();
        negative.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(typeof(CalibratedBinaryClassificationMetrics), "accuracy auc auprc entropy f1_score log_loss log_loss_reduction negative_precision negative_recall positive_precision positive_recall")]
    [InlineData(typeof(MulticlassClassificationMetrics), "log_loss log_loss_reduction macro_accuracy micro_accuracy top_k_accuracy")]
    [InlineData(typeof(RegressionMetrics), "loss mae mse r_squared rmse")]
    public void The_metrics_of_ML_NET_have_the_names_that_the_field_uses(Type metrics, string names) =>
        MetricNames.Read(RuntimeHelpers.GetUninitializedObject(metrics)).Keys.Should().Equal(names.Split(' '));
}
