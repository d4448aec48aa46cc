namespace MlOps.DataValidation;

/// <summary>What a report says, before it is written as HTML, Markdown, JSON or JUnit.</summary>
/// <param name="Kind">profile, comparison, validation, history.</param>
/// <param name="Title">What it is about.</param>
/// <param name="Summary">The result in a sentence.</param>
/// <param name="Tone">Whether that is good or bad.</param>
/// <param name="Facts">The figures at the top.</param>
/// <param name="Sections">The rest.</param>
internal sealed record ReportDocument(string Kind, string Title, string Summary, ReportTone Tone, IReadOnlyList<ReportFact> Facts, IReadOnlyList<ReportSection> Sections)
{
    /// <summary>What a continuous integration server counts as tests.</summary>
    public IReadOnlyList<ReportCheck> Checks { get; init; } = [];
}

/// <summary>How something is to be taken.</summary>
internal enum ReportTone
{
    /// <summary>It is neither good nor bad.</summary>
    Plain,

    /// <summary>It is well.</summary>
    Good,

    /// <summary>It deserves a look.</summary>
    Warning,

    /// <summary>It is wrong.</summary>
    Bad,
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

    public ReportChart? Chart { get; init; }

    public ReportTable? Table { get; init; }
}

/// <summary>A short remark.</summary>
internal readonly record struct ReportChip(string Text, ReportTone Tone = ReportTone.Plain);

/// <summary>A table.</summary>
/// <param name="Columns">Its columns.</param>
/// <param name="Rows">Its rows, with a cell for each column.</param>
internal sealed record ReportTable(IReadOnlyList<ReportColumn> Columns, IReadOnlyList<IReadOnlyList<ReportCell>> Rows);

/// <summary>A column of a table.</summary>
/// <param name="Key">What programs call it.</param>
/// <param name="Header">What people call it.</param>
/// <param name="IsNumeric">Whether it stands at the right.</param>
internal readonly record struct ReportColumn(string Key, string Header, bool IsNumeric = false)
{
    /// <summary>Whether it holds sentences, which want room.</summary>
    public bool IsWide { get; init; }
}

/// <summary>A cell of a table.</summary>
/// <param name="Text">What it says to people.</param>
internal readonly record struct ReportCell(string Text)
{
    /// <summary>What it says to programs; null when that is the text.</summary>
    public double? Value { get; init; }

    /// <summary>How it is to be taken; anything but plain makes it a chip.</summary>
    public ReportTone Tone { get; init; }

    /// <summary>The length of a bar behind the text, from 0 to 1.</summary>
    public double? Bar { get; init; }

    /// <summary>Whether the bar stands for the older data of two.</summary>
    public bool IsBefore { get; init; }

    /// <summary>The anchor of the section that tells more.</summary>
    public string? Link { get; init; }

    /// <summary>Whether it is data rather than words of ours.</summary>
    public bool IsData { get; init; }

    public static ReportCell Count(long count) => new(Readable.Count(count)) { Value = count };

    public static ReportCell Number(double number) => new(Readable.Number(number)) { Value = number };

    public static ReportCell Share(double share) => new(Readable.Share(share)) { Value = share };

    public static ReportCell Data(string text) => new(text) { IsData = true };

    public static ReportCell Chip(string text, ReportTone tone) => new(text) { Tone = tone };
}

/// <summary>A histogram, or two over one another.</summary>
/// <param name="Title">What it shows, for those who cannot see it.</param>
/// <param name="Bins">The bins.</param>
internal sealed record ReportChart(string Title, IReadOnlyList<ReportBin> Bins)
{
    /// <summary>The bins of the older data, when two are compared.</summary>
    public IReadOnlyList<ReportBin> Before { get; init; } = [];

    /// <summary>What the numbers on the axis mean.</summary>
    public ReportAxis Axis { get; init; }
}

/// <summary>What the numbers on an axis mean.</summary>
internal enum ReportAxis
{
    /// <summary>Themselves.</summary>
    Numbers,

    /// <summary>Ticks since 1970.</summary>
    Times,

    /// <summary>Ticks.</summary>
    Spans,
}

/// <summary>A bin of a histogram.</summary>
/// <param name="Low">Where it begins.</param>
/// <param name="High">Where it ends.</param>
/// <param name="Height">How high it is: a count, or a share when two histograms are compared.</param>
internal readonly record struct ReportBin(double Low, double High, double Height);

/// <summary>Something that was checked.</summary>
/// <param name="Group">What it belongs to, a column or the table.</param>
/// <param name="Name">What was checked.</param>
/// <param name="Tone">Good, or a warning, or bad; plain when it could not be checked.</param>
/// <param name="Message">What was found.</param>
internal readonly record struct ReportCheck(string Group, string Name, ReportTone Tone, string Message);
