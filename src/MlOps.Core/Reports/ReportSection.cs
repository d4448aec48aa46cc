namespace MlOps.Core;

/// <summary>A part of a report: a section of its own, or one of several cards side by side.</summary>
/// <param name="Title">Its title.</param>
internal sealed record ReportSection(string Title)
{
    /// <summary>Whether it is a card.</summary>
    public bool IsCard { get; init; }

    /// <summary>What links name it by; null when nothing links to it.</summary>
    public string? Anchor { get; init; }

    /// <summary>A sentence under the title.</summary>
    public string? Note { get; init; }

    /// <summary>Short remarks beside the title.</summary>
    public IReadOnlyList<ReportChip> Chips { get; init; } = [];

    public IReadOnlyList<ReportFact> Facts { get; init; } = [];

    public IReadOnlyList<ReportFigure> Figures { get; init; } = [];

    public ReportTable? Table { get; init; }
}

/// <summary>A figure with its name.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Text">It, for people.</param>
/// <param name="Value">It, for programs; null when the text is all there is.</param>
internal readonly record struct ReportFact(string Name, string Text, double? Value = null)
{
    public static ReportFact Count(string name, long count) => new(name, Readable.Count(count), count);

    public static ReportFact Number(string name, double number) => new(name, Readable.Number(number), number);

    public static ReportFact Share(string name, double share) => new(name, Readable.Share(share), share);
}

/// <summary>A short remark.</summary>
internal readonly record struct ReportChip(string Text, ReportTone Tone = ReportTone.Plain);
