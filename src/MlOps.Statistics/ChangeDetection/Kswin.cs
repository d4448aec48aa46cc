namespace MlOps.Statistics;

/// <summary>The Kolmogorov-Smirnov test on a sliding window: the newest values against as many drawn from the older ones. Finds any change of the distribution, not only of the mean.</summary>
/// <remarks>
/// C. Raab, M. Heusinger, F.-M. Schleif, Reactive Soft Prototype Computing for Concept Drift Streams, Neurocomputing 2020. A drift is a chance of at most alpha and a distance above 0.1. It tests at every value, so that
/// false alarms add up: choose alpha well below the share that you can bear. Draws depend on the seed only. Costs a sort of the window at each value.
/// </remarks>
public sealed class Kswin : ChangeDetector
{
    private const double LeastDistance = 0.1;

    private readonly List<double> _window = [];
    private ulong? _random;

    /// <inheritdoc/>
    public override string Name => "kswin";

    /// <summary>Gets the largest chance that is a drift. The default is 0.005.</summary>
    public double Alpha { get; init => field = Share(value, nameof(Alpha)); } = 0.005;

    /// <summary>Gets how many values the window holds. The default is 100.</summary>
    public int WindowSize { get; init => field = Positive(value, nameof(WindowSize)); } = 100;

    /// <summary>Gets how many of them are the newest; at most half of the window. The default is 30.</summary>
    public int StatisticSize { get; init => field = Positive(value, nameof(StatisticSize)); } = 30;

    /// <summary>Gets what the draws depend on. The default is 0.</summary>
    public int Seed { get; init; }

    internal static Kswin Read(StateReader reader)
    {
        var detector = new Kswin { Alpha = reader.Double(), WindowSize = (int)reader.Number(), StatisticSize = (int)reader.Number(), Seed = (int)reader.Signed() };
        if (reader.Flag()) detector._random = reader.Fixed();
        for (var left = reader.Length(8); left > 0; left--) detector._window.Add(reader.Double());
        return detector;
    }

    private protected override ChangeSignal Take(double value)
    {
        if (StatisticSize > WindowSize / 2)
            throw new InvalidOperationException($"{StatisticSize} newest values are more than half of a window of {WindowSize}: as many cannot be drawn from the older ones. Make the window larger.");
        if (_window.Count == WindowSize) _window.RemoveAt(0);
        _window.Add(value);
        if (_window.Count < WindowSize) return ChangeSignal.None;

        var older = new double[WindowSize - StatisticSize];
        _window.CopyTo(0, older, 0, older.Length);
        for (var i = 0; i < StatisticSize; i++)
        {
            var other = i + (int)(Next() % (ulong)(older.Length - i));
            (older[i], older[other]) = (older[other], older[i]);
        }

        var newest = new double[StatisticSize];
        _window.CopyTo(older.Length, newest, 0, newest.Length);
        var (distance, chance) = KolmogorovSmirnov.Test(older.AsSpan(0, StatisticSize), newest);
        return chance <= Alpha && distance > LeastDistance ? ChangeSignal.Drift : ChangeSignal.None;
    }

    private protected override void Begin()
    {
        _window.Clear();
        _random = null;
    }

    private protected override void Write(StateWriter writer)
    {
        writer.Double(Alpha);
        writer.Number(WindowSize);
        writer.Number(StatisticSize);
        writer.Signed(Seed);
        writer.Flag(_random is not null);
        if (_random is { } random) writer.Fixed(random);
        writer.Number(_window.Count);
        foreach (var value in _window) writer.Double(value);
    }

    private ulong Next()
    {
        var state = _random ?? (ulong)Seed;
        var next = SplitMix.Next(ref state);
        _random = state;
        return next;
    }
}
