namespace MlOps.Statistics.Tests.ChangeDetection;

public sealed class ChangeDetectorTests
{
    public static TheoryData<string> Names() => [.. Makers.Keys];

    private static readonly Dictionary<string, Func<ChangeDetector>> Makers = new()
    {
        ["adwin"] = () => new Adwin(),
        ["page-hinkley"] = () => new PageHinkley { Threshold = 5 },
        ["kswin"] = () => new Kswin { Seed = 3 },
        ["ddm"] = () => new Ddm(),
        ["eddm"] = () => new Eddm(),
        ["hddm-a"] = () => new HddmA { IsTwoSided = true },
        ["hddm-w"] = () => new HddmW { IsTwoSided = true },
        ["cusum"] = () => new Cusum(),
        ["ewma"] = () => new Ewma(),
        ["shewhart"] = () => new Shewhart { K = 1.5 },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_resumed_detector_says_what_it_would_have_said(string name)
    {
        var (detector, values) = (Makers[name](), Stream(seed: 1));
        var resumed = Makers[name]();
        foreach (var (value, index) in values.Select((v, i) => (v, i)))
        {
            if (index % 37 == 0) resumed = ChangeDetector.FromBytes(resumed.ToBytes());
            resumed.Add(value).Should().Be(detector.Add(value), $"of value {index}");
        }

        resumed.ToBytes().Should().Equal(detector.ToBytes());
        detector.Drifts.Should().BeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Missing_and_infinite_values_are_left_out_and_counted(string name)
    {
        var (with, without) = (Makers[name](), Makers[name]());
        var alarms = Stream(seed: 2).Select(value =>
        {
            with.Add(double.NaN).Should().NotBe(ChangeSignal.Drift);
            return (with.Add(value), without.Add(value));
        }).ToList();
        with.Add(double.PositiveInfinity);
        alarms.Should().OnlyContain(a => a.Item1 == a.Item2);
        with.Skipped.Should().Be(with.Count + 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_constant_stream_never_alarms(string name)
    {
        var detector = Makers[name]();
        Enumerable.Range(0, 2_000).Should().OnlyContain(_ => detector.Add(1) == ChangeSignal.None);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Damaged_state_is_refused(string name)
    {
        var detector = Makers[name]();
        foreach (var value in Stream(seed: 4).Take(200)) detector.Add(value);
        var bytes = detector.ToBytes();
        bytes[bytes.Length / 2] ^= 1;
        FluentActions.Invoking(() => ChangeDetector.FromBytes(bytes)).Should().Throw<InvalidDataException>();
        FluentActions.Invoking(() => ChangeDetector.FromBytes(bytes.AsSpan(0, 7))).Should().Throw<InvalidDataException>().WithMessage("*no change detector*");
    }

    [Fact]
    public void A_detector_of_errors_takes_nothing_but_right_and_wrong() =>
        FluentActions.Invoking(() => new Ddm().Add(0.5)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*1 for an error and 0 for none*");

    [Fact]
    public void A_parameter_that_cannot_be_is_refused() =>
        FluentActions.Invoking(() => new Adwin { Delta = 1.5 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Delta must lie between 0 and 1*");

    [Fact]
    public void The_window_of_Adwin_holds_what_came_after_the_change()
    {
        var adwin = new Adwin();
        foreach (var value in Enumerable.Repeat(0.0, 1_000).Concat(Enumerable.Repeat(1.0, 1_000))) adwin.Add(value);
        adwin.Mean.Should().Be(1);
        adwin.Width.Should().BeLessThan(1_000);
    }

    [Theory]
    [InlineData(false, ChangeSignal.None)]
    [InlineData(true, ChangeSignal.Drift)]
    public void A_first_error_after_right_predictions_is_a_drift_only_where_the_variance_of_Ewma_begins_anew_at_zero(bool restarts, ChangeSignal signal)
    {
        var detector = new Ewma { MinInstances = 6, RestartsAtZero = restarts };
        foreach (var value in Enumerable.Repeat(0.0, 5)) detector.Add(value);
        detector.Add(1).Should().Be(signal);
    }

    [Fact]
    public void An_evaluation_counts_delays_false_and_repeated_alarms()
    {
        var streams = new[] { new LabelledStream([.. Enumerable.Repeat(0.0, 40), .. Enumerable.Repeat(1.0, 60)], [40]), new LabelledStream([.. Enumerable.Repeat(0.0, 40), 1, .. Enumerable.Repeat(0.0, 59)], []) };
        var result = DetectorEvaluation.Run(() => new Shewhart(), streams, maxDelay: 10);
        result.Should().Be(new DetectorEvaluation(Values: 200, Changes: 1, Found: 1, MeanDelay: 0, MaxDelay: 0, FalseAlarms: 1, RepeatedAlarms: 0));
        (result.FalseAlarmsPerThousand, result.Recall).Should().Be((5, 1));
    }

    [Fact]
    public void An_alarm_after_the_delay_is_false_and_the_change_missed()
    {
        var late = new LabelledStream([.. Enumerable.Repeat(0.0, 60), .. Enumerable.Repeat(1.0, 60)], [40]);
        var result = DetectorEvaluation.Run(() => new Shewhart(), [late], maxDelay: 10);
        (result.Found, result.FalseAlarms).Should().Be((0, 1));
        result.MeanDelay.Should().Be(double.NaN);
    }

    // Errors that become frequent, rare, and frequent again; as numbers they change their mean.
    private static List<double> Stream(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 3_000).Select(i => random.NextDouble() < (i / 1_000 % 2 == 0 ? 0.2 : 0.8) ? 1.0 : 0.0)];
    }
}
