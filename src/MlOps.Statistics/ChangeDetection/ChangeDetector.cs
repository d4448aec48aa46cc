namespace MlOps.Statistics;

/// <summary>Looks at a stream value by value and says when it has changed, in constant time and memory for each. Its state can be saved and resumed.</summary>
/// <remarks>
/// Not thread-safe. NaN and infinite values are left out and counted in <see cref="Skipped"/>. Every method alarms now and then with no change at all: <see cref="DetectorEvaluation"/> says how often for chosen parameters.
/// </remarks>
public abstract class ChangeDetector
{
    private protected ChangeDetector()
    {
    }

    /// <summary>Gets the name of the method, as it is saved: adwin, page-hinkley, kswin, ddm, eddm, hddm-a, hddm-w, cusum, ewma, shewhart.</summary>
    public abstract string Name { get; }

    /// <summary>Gets what was said after the last value.</summary>
    public ChangeSignal Signal { get; private set; }

    /// <summary>Gets how many values were taken, over all changes.</summary>
    public long Count { get; private set; }

    /// <summary>Gets how many values were left out since they were no finite numbers.</summary>
    public long Skipped { get; private set; }

    /// <summary>Gets how many changes were found.</summary>
    public long Drifts { get; private set; }

    /// <summary>Takes a value. After a drift it first begins anew, with this value as the first.</summary>
    /// <param name="value">The value. Detectors of errors take 1 for an error and 0 for none.</param>
    /// <returns>What it says now. A value that is left out changes nothing, and gives <see cref="ChangeSignal.None"/> after a drift so that one change is told once.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A detector of errors got a value that is neither 0 nor 1.</exception>
    public ChangeSignal Add(double value)
    {
        if (!double.IsFinite(value))
        {
            Skipped++;
            if (Signal != ChangeSignal.Drift) return Signal;
            Reset();
            return Signal;
        }

        Check(value);
        if (Signal == ChangeSignal.Drift) Reset();
        Count++;
        Signal = Take(value);
        if (Signal == ChangeSignal.Drift) Drifts++;
        return Signal;
    }

    /// <summary>Forgets the values, and keeps the counts of what was seen.</summary>
    public void Reset()
    {
        Signal = ChangeSignal.None;
        Begin();
    }

    /// <summary>Saves parameters and state in a compact form that says its version and whether it is whole.</summary>
    /// <returns>The bytes: as many as the state needs, at most some hundred for all but <see cref="Adwin"/> and <see cref="Kswin"/>.</returns>
    public byte[] ToBytes()
    {
        var writer = new StateWriter();
        writer.Text(Name);
        writer.Byte((byte)Signal);
        writer.Number(Count);
        writer.Number(Skipped);
        writer.Number(Drifts);
        Write(writer);
        return Envelope.Seal(Envelope.Detector, writer);
    }

    /// <summary>Resumes a detector where it was saved: it says of the next values what it would have said.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> gave.</param>
    /// <returns>The detector.</returns>
    /// <exception cref="InvalidDataException">These are not the bytes of a detector, of a newer version, or damaged.</exception>
    public static ChangeDetector FromBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = Envelope.Open(Envelope.Detector, bytes);
        var name = reader.Text();
        var (signal, count, skipped, drifts) = (reader.Byte(), reader.Number(), reader.Number(), reader.Number());
        if (signal > (byte)ChangeSignal.Drift) throw StateReader.Damaged("a signal that cannot be");
        ChangeDetector detector;
        try
        {
            detector = name switch
            {
                "adwin" => Adwin.Read(reader),
                "page-hinkley" => PageHinkley.Read(reader),
                "kswin" => Kswin.Read(reader),
                "ddm" => Ddm.Read(reader),
                "eddm" => Eddm.Read(reader),
                "hddm-a" => HddmA.Read(reader),
                "hddm-w" => HddmW.Read(reader),
                "cusum" => Cusum.Read(reader),
                "ewma" => Ewma.Read(reader),
                "shewhart" => Shewhart.Read(reader),
                _ => throw StateReader.Damaged("a detector that this library does not know"),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            throw StateReader.Damaged("a parameter that cannot be");
        }

        if (!reader.IsAtEnd) throw StateReader.Damaged("more than it says");
        (detector.Signal, detector.Count, detector.Skipped, detector.Drifts) = ((ChangeSignal)signal, count, skipped, drifts);
        return detector;
    }

    private protected abstract ChangeSignal Take(double value);

    private protected abstract void Begin();

    private protected abstract void Write(StateWriter writer);

    private protected virtual void Check(double value)
    {
    }

    private protected static T Positive<T>(T value, string name)
        where T : struct, System.Numerics.INumber<T> =>
        value > T.Zero && T.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be above 0.");

    private protected static double Share(double value, string name) =>
        value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must lie between 0 and 1.");
}
