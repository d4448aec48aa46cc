namespace MlOps.Core.Tests;

public class StageContextTests
{
    private static readonly Dataset Holdout = new Dataset(
        "april", Sha256.Hex("rows"), new([]), 0, new(Sha256.Hex("file"), 1), new("split", "x"), DateTimeOffset.UnixEpoch).Lock();

    [Fact]
    public void Only_an_acceptance_stage_opens_a_holdout_and_each_opening_is_noted()
    {
        var acceptance = Context(isAcceptance: true);
        acceptance.OpenHoldout(Holdout).IsLocked.Should().BeFalse();
        acceptance.OpenHoldout(Holdout);
        acceptance.OpenedHoldouts.Should().Equal(Holdout.Fingerprint, Holdout.Fingerprint);
        Holdout.IsLocked.Should().BeTrue();

        var other = Context(isAcceptance: false);
        other.Invoking(c => c.OpenHoldout(Holdout)).Should().Throw<HoldoutLockedException>().WithMessage("*'april'*IAcceptanceStage*");
        other.OpenedHoldouts.Should().BeEmpty();
    }

    [Fact]
    public void What_is_logged_is_kept_the_last_value_of_a_parameter_and_a_tag()
    {
        var context = Context();
        context.LogMetric("loss", double.NaN, 1);
        context.LogMetric("loss", 0.5, 2);
        context.LogParameter("trees", "10");
        context.LogParameter("trees", "20");
        context.SetTag("owner", "a");
        context.SetTag("owner", "");
        context.Metrics.Select(m => (m.Name, m.Value, m.Step)).Should().Equal(("loss", double.NaN, 1L), ("loss", 0.5, 2L));
        context.Parameters.Should().BeEquivalentTo(new Dictionary<string, string> { ["trees"] = "20" });
        context.Tags["owner"].Should().BeEmpty();
        context.Invoking(c => c.LogMetric(" ", 1)).Should().Throw<ArgumentException>();
        context.Invoking(c => c.LogParameter("a", null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void What_many_tasks_log_is_all_kept()
    {
        var context = Context();
        Parallel.For(0, 1000, i => context.LogMetric("m", i));
        context.Metrics.Select(m => m.Value).Order().Should().Equal(Enumerable.Range(0, 1000).Select(i => (double)i));
    }

    [Fact]
    public void Progress_goes_where_it_is_shown_or_nowhere()
    {
        var shown = new List<(string, double?)>();
        Context().Report("nobody looks");
        new StageContext { Services = null!, Pipeline = "p", Stage = "s", RunId = "r", Seed = 1, Progress = (m, f) => shown.Add((m, f)) }.Report("half", 0.5);
        shown.Should().Equal(("half", 0.5));
    }

    private static StageContext Context(bool isAcceptance = false) => new() { Services = null!, Pipeline = "p", Stage = "s", RunId = "r", Seed = 1, IsAcceptance = isAcceptance };
}
