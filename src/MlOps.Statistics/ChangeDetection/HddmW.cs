namespace MlOps.Statistics;

/// <summary>The drift detection method by McDiarmid's bound on fading averages: like <see cref="HddmA"/>, with more weight on the newest errors, so quicker at gradual changes.</summary>
/// <remarks>I. Frías-Blanco and others, Online and Non-Parametric Drift Detection Methods Based on Hoeffding's Bounds, IEEE TKDE 27(3), 2015, test W; the same cut points as in MOA and River.</remarks>
public sealed class HddmW : ErrorDetector
{
    private Fading _all = Fading.None;
    private Fading _beforeRise = Fading.None;
    private Fading _afterRise = Fading.None;
    private Fading _beforeFall = Fading.None;
    private Fading _afterFall = Fading.None;
    private double _riseCut = double.PositiveInfinity;
    private double _fallCut = double.NegativeInfinity;

    /// <inheritdoc/>
    public override string Name => "hddm-w";

    /// <summary>Gets the chance of a false drift at a cut. The default is 0.001.</summary>
    public double DriftConfidence { get; init => field = Share(value, nameof(DriftConfidence)); } = 0.001;

    /// <summary>Gets the chance of a false warning at a cut. The default is 0.005.</summary>
    public double WarningConfidence { get; init => field = Share(value, nameof(WarningConfidence)); } = 0.005;

    /// <summary>Gets the weight of the newest value. The default is 0.05.</summary>
    public double Lambda { get; init => field = Share(value, nameof(Lambda)); } = 0.05;

    /// <summary>Gets whether fewer errors are a change, too. The default is false.</summary>
    public bool IsTwoSided { get; init; }

    /// <summary>Gets whether the fading averages begin anew whenever they are 0, so that the first error after right predictions counts as a rate of 1. River's do; with the paper and MOA only the first value begins.</summary>
    internal bool RestartsAtZero { get; init; }

    internal static HddmW Read(StateReader reader) => new()
    {
        DriftConfidence = reader.Double(),
        WarningConfidence = reader.Double(),
        Lambda = reader.Double(),
        IsTwoSided = reader.Flag(),
        _all = Fading.Read(reader),
        _beforeRise = Fading.Read(reader),
        _afterRise = Fading.Read(reader),
        _beforeFall = Fading.Read(reader),
        _afterFall = Fading.Read(reader),
        _riseCut = reader.Double(),
        _fallCut = reader.Double(),
    };

    private protected override ChangeSignal Take(double value)
    {
        _all = _all.With(value, Lambda, RestartsAtZero);
        var bound = Bound(_all.Weight, DriftConfidence);
        if (_all.Mean + bound < _riseCut) (_riseCut, _beforeRise, _afterRise) = (_all.Mean + bound, _all, Fading.None);
        else _afterRise = _afterRise.With(value, Lambda, RestartsAtZero);
        if (_all.Mean - bound > _fallCut) (_fallCut, _beforeFall, _afterFall) = (_all.Mean - bound, _all, Fading.None);
        else _afterFall = _afterFall.With(value, Lambda, RestartsAtZero);

        if (Differs(_beforeRise, _afterRise, DriftConfidence) || (IsTwoSided && Differs(_afterFall, _beforeFall, DriftConfidence))) return ChangeSignal.Drift;
        return Differs(_beforeRise, _afterRise, WarningConfidence) || (IsTwoSided && Differs(_afterFall, _beforeFall, WarningConfidence)) ? ChangeSignal.Warning : ChangeSignal.None;
    }

    private protected override void Begin()
    {
        _all = _beforeRise = _afterRise = _beforeFall = _afterFall = Fading.None;
        (_riseCut, _fallCut) = (double.PositiveInfinity, double.NegativeInfinity);
    }

    private protected override void Write(StateWriter writer)
    {
        writer.Double(DriftConfidence);
        writer.Double(WarningConfidence);
        writer.Double(Lambda);
        writer.Flag(IsTwoSided);
        _all.Write(writer);
        _beforeRise.Write(writer);
        _afterRise.Write(writer);
        _beforeFall.Write(writer);
        _afterFall.Write(writer);
        writer.Double(_riseCut);
        writer.Double(_fallCut);
    }

    private static double Bound(double weight, double confidence) => Math.Sqrt(weight * Math.Log(1 / confidence) / 2);

    private static bool Differs(Fading low, Fading high, double confidence) =>
        low.Any && high.Any && high.Mean - low.Mean > Bound(low.Weight + high.Weight, confidence);

    /// <summary>A fading mean, and the sum of the squares of the weights in it.</summary>
    private readonly record struct Fading(bool Any, double Mean, double Weight)
    {
        public static readonly Fading None = new(false, 0, 1);

        public Fading With(double value, double lambda, bool restartsAtZero) => new(
            true, Any && !(restartsAtZero && Mean == 0) ? (lambda * value) + ((1 - lambda) * Mean) : value, (lambda * lambda) + ((1 - lambda) * (1 - lambda) * Weight));

        public void Write(StateWriter writer)
        {
            writer.Flag(Any);
            writer.Double(Mean);
            writer.Double(Weight);
        }

        public static Fading Read(StateReader reader) => new(reader.Flag(), reader.Double(), reader.Double());
    }
}
