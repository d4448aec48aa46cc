namespace MlOps.Statistics;

/// <summary>Mean and standard deviation of the first values of a stream, then frozen, so that they do not run after the change that is looked for.</summary>
internal struct Reference
{
    private RunningMoments _moments;

    public readonly double Mean => _moments.Mean;

    public readonly double Deviation => _moments.SampleDeviation;

    /// <summary>Takes a value while the reference is not full.</summary>
    /// <returns>Whether it is full.</returns>
    public bool Fill(double value, int size)
    {
        if (_moments.Count < size) _moments = _moments.With(value);
        return _moments.Count >= size;
    }

    public readonly void Write(StateWriter writer)
    {
        writer.Number(_moments.Count);
        writer.Double(_moments.Mean);
        writer.Double(_moments.SquaredDistance);
    }

    public static Reference Read(StateReader reader) => new() { _moments = new(reader.Number(), reader.Double(), reader.Double()) };
}
