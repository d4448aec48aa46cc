namespace MlOps.Monitoring;

/// <summary>Something that a check found wrong, with the evidence.</summary>
/// <param name="Check">The check that found it.</param>
/// <param name="Kind">What kind of thing it is.</param>
/// <param name="Severity">How grave it is.</param>
/// <param name="Subject">What it is about: a column, a metric.</param>
/// <param name="Sentence">What was found, for people. It may name values of the column.</param>
public sealed record Alarm(string Check, AlarmKind Kind, AlarmSeverity Severity, string Subject, string Sentence)
{
    private const int MostName = 200;
    private const int MostSentence = 2_000;
    private const int MostContributors = 20;
    private const int DigestCharacters = 8;

    /// <summary>Gets the segment that it is about, as <c>origin=ORD</c>; null for all rows.</summary>
    public string? Segment { get; init; }

    /// <summary>Gets the chunk that it is about; null for the whole window.</summary>
    public Chunk? Chunk { get; init; }

    /// <summary>Gets the way something moved or ended, where that tells two causes apart: up, down, stopped, refused. Null where it does not.</summary>
    public string? Direction { get; init; }

    /// <summary>Gets the statistic by which it was found, as psi or roc_auc; null for none.</summary>
    public string? Statistic { get; init; }

    /// <summary>Gets the value of the statistic; NaN for none.</summary>
    public double Value { get; init; } = double.NaN;

    /// <summary>Gets the value of the same statistic in the reference, or the one expected when nothing has changed; NaN for none.</summary>
    public double Reference { get; init; } = double.NaN;

    /// <summary>Gets the limit that it broke; NaN for none.</summary>
    public double Threshold { get; init; } = double.NaN;

    /// <summary>Gets the chance of such a value when nothing has changed, adjusted for all comparisons of the report; NaN when none was computed.</summary>
    public double PValue { get; init; } = double.NaN;

    /// <summary>Gets the parts that contributed most, the largest first: bins of a column, columns of a classifier.</summary>
    public IReadOnlyList<AlarmContributor> Contributors { get; init; } = [];

    /// <summary>Gets what tells this cause from others, whenever and with whatever figures it is found: check, subject, segment and direction.</summary>
    public string Cause => string.Concat(Check, "/", Subject, Segment is null ? null : $"[{Segment}]", Direction is null ? null : $" {Direction}");

    /// <summary>Gives the alarm as it is remembered: long names end in a digest, so that two that differ stay two, and no text is longer than somebody reads.</summary>
    internal Alarm Shorten() => this with
    {
        Subject = Shorten(Subject, MostName),
        Segment = Segment is null ? null : Shorten(Segment, MostName),
        Sentence = Shorten(Sentence, MostSentence),
        Contributors = [.. Contributors.Take(MostContributors).Select(c => c with { Name = Shorten(c.Name, MostName) })],
    };

    /// <summary>Gives the subject and the sentence.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Segment is null ? $"{Subject}: {Sentence}" : $"{Subject} of {Segment}: {Sentence}";

    private static string Shorten(string text, int most)
    {
        if (text.Length <= most) return text;
        var length = most - DigestCharacters - 1;
        if (char.IsHighSurrogate(text[length - 1])) length--;
        return $"{text.AsSpan(0, length)}…{Core.Sha256.Hex(text).AsSpan(0, DigestCharacters)}";
    }
}

/// <summary>A part of an alarm.</summary>
/// <param name="Name">The bin or the column.</param>
/// <param name="Reference">Its share, or its value, in the reference.</param>
/// <param name="Current">The same in the window.</param>
/// <param name="Share">Its share in the whole statistic, from 0 to 1.</param>
public sealed record AlarmContributor(string Name, double Reference, double Current, double Share);

/// <summary>The kinds of alarms, which triggers tell apart.</summary>
public enum AlarmKind
{
    /// <summary>Inputs, predictions or labels are not distributed as in the reference.</summary>
    Drift,

    /// <summary>The model is worse than it was, known from labels or estimated without them.</summary>
    Performance,

    /// <summary>Answers fail or are slower, or a training takes longer.</summary>
    Operations,

    /// <summary>Data are missing, unseen or late.</summary>
    Quality,

    /// <summary>A check could not do its work. No trigger acts on it.</summary>
    Failure,

    /// <summary>Something that a check of the host's own found.</summary>
    Other,
}

/// <summary>How grave an alarm is.</summary>
public enum AlarmSeverity
{
    /// <summary>Worth knowing.</summary>
    Information,

    /// <summary>Worth a look.</summary>
    Warning,

    /// <summary>Somebody has to act.</summary>
    Critical,
}
