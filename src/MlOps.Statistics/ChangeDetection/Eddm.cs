namespace MlOps.Statistics;

/// <summary>The early drift detection method: the distance between errors has shrunk from its largest. Better than <see cref="Ddm"/> at slow changes, quicker to alarm falsely.</summary>
/// <remarks>M. Baena-García and others, Early Drift Detection Method, 2006. With p and s mean and sample standard deviation of the distances, the level is (p + 2 s) over its largest.</remarks>
public sealed class Eddm : ErrorDetector
{
    private RunningMoments _distances;
    private long _count;
    private long _lastError;
    private double _most = -1;
    private bool _isWarning;

    /// <inheritdoc/>
    public override string Name => "eddm";

    /// <summary>Gets after how many errors changes are looked for. The default is 30.</summary>
    public int WarmStart { get; init => field = Positive(value, nameof(WarmStart)); } = 30;

    /// <summary>Gets the level below which it warns. The default is 0.95.</summary>
    public double Alpha { get; init => field = Share(value, nameof(Alpha)); } = 0.95;

    /// <summary>Gets the level below which it is a drift. The default is 0.9.</summary>
    public double Beta { get; init => field = Share(value, nameof(Beta)); } = 0.9;

    internal static Eddm Read(StateReader reader) => new()
    {
        WarmStart = (int)reader.Number(),
        Alpha = reader.Double(),
        Beta = reader.Double(),
        _distances = new(reader.Number(), reader.Double(), reader.Double()),
        _count = reader.Number(),
        _lastError = reader.Number(),
        _most = reader.Double(),
        _isWarning = reader.Flag(),
    };

    private protected override ChangeSignal Take(double value)
    {
        _count++;
        if (value == 0) return _isWarning ? ChangeSignal.Warning : ChangeSignal.None;
        _distances = _distances.With(_count - _lastError);
        _lastError = _count;
        if (_count > WarmStart)
        {
            var reach = _distances.Mean + (2 * _distances.SampleDeviation);
            if (reach > _most)
            {
                _most = reach;
            }
            else if (_distances.Count > WarmStart)
            {
                if (reach / _most < Beta) return ChangeSignal.Drift;
                _isWarning = reach / _most < Alpha;
            }
        }

        return _isWarning ? ChangeSignal.Warning : ChangeSignal.None;
    }

    private protected override void Begin() => (_distances, _count, _lastError, _most, _isWarning) = (default, 0, 0, -1, false);

    private protected override void Write(StateWriter writer)
    {
        writer.Number(WarmStart);
        writer.Double(Alpha);
        writer.Double(Beta);
        writer.Number(_distances.Count);
        writer.Double(_distances.Mean);
        writer.Double(_distances.SquaredDistance);
        writer.Number(_count);
        writer.Number(_lastError);
        writer.Double(_most);
        writer.Flag(_isWarning);
    }
}
