namespace MlOps.Statistics;

/// <summary>The drift detection method by Hoeffding's bound on averages: the error rate differs from that up to its best cut by more than chance allows. Makes no assumption on the errors but independence.</summary>
/// <remarks>I. Frías-Blanco and others, Online and Non-Parametric Drift Detection Methods Based on Hoeffding's Bounds, IEEE TKDE 27(3), 2015, test A; the same cut points as in MOA and River.</remarks>
public sealed class HddmA : ErrorDetector
{
    private Average _all;
    private Average _low;
    private Average _high;

    /// <inheritdoc/>
    public override string Name => "hddm-a";

    /// <summary>Gets the chance of a false drift at a cut. The default is 0.001.</summary>
    public double DriftConfidence { get; init => field = Share(value, nameof(DriftConfidence)); } = 0.001;

    /// <summary>Gets the chance of a false warning at a cut. The default is 0.005.</summary>
    public double WarningConfidence { get; init => field = Share(value, nameof(WarningConfidence)); } = 0.005;

    /// <summary>Gets whether fewer errors are a change, too. The default is false.</summary>
    public bool IsTwoSided { get; init; }

    internal static HddmA Read(StateReader reader) => new()
    {
        DriftConfidence = reader.Double(),
        WarningConfidence = reader.Double(),
        IsTwoSided = reader.Flag(),
        _all = Average.Read(reader),
        _low = Average.Read(reader),
        _high = Average.Read(reader),
    };

    private protected override ChangeSignal Take(double value)
    {
        _all = _all.With(value);
        if (_low.Count == 0) _low = _all;
        if (_high.Count == 0) _high = _all;
        var bound = Bound(_all.Count);
        if (_low.Mean + Bound(_low.Count) >= _all.Mean + bound) _low = _all;
        if (_high.Mean - Bound(_high.Count) <= _all.Mean - bound) _high = _all;
        if (Differs(_low, _all.Mean - _low.Mean, DriftConfidence) || (IsTwoSided && Differs(_high, _high.Mean - _all.Mean, DriftConfidence))) return ChangeSignal.Drift;
        return Differs(_low, _all.Mean - _low.Mean, WarningConfidence) || (IsTwoSided && Differs(_high, _high.Mean - _all.Mean, WarningConfidence)) ? ChangeSignal.Warning : ChangeSignal.None;
    }

    private protected override void Begin() => (_all, _low, _high) = (default, default, default);

    private protected override void Write(StateWriter writer)
    {
        writer.Double(DriftConfidence);
        writer.Double(WarningConfidence);
        writer.Flag(IsTwoSided);
        _all.Write(writer);
        _low.Write(writer);
        _high.Write(writer);
    }

    private double Bound(long count) => Math.Sqrt(Math.Log(1 / DriftConfidence) / (2.0 * count));

    private bool Differs(Average cut, double difference, double confidence)
    {
        if (cut.Count == _all.Count) return false;
        var m = (double)(_all.Count - cut.Count) / cut.Count / _all.Count;
        return difference >= Math.Sqrt(m / 2 * Math.Log(2 / confidence));
    }

    private readonly record struct Average(long Count, double Mean)
    {
        public Average With(double value) => new(Count + 1, Mean + ((value - Mean) / (Count + 1)));

        public void Write(StateWriter writer)
        {
            writer.Number(Count);
            writer.Double(Mean);
        }

        public static Average Read(StateReader reader) => new(reader.Number(), reader.Double());
    }
}
