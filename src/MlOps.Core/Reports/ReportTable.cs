namespace MlOps.Core;

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

    /// <summary>The relative address of another page that tells more; only in HTML.</summary>
    public string? Address { get; init; }

    /// <summary>Whether it is data rather than words of ours.</summary>
    public bool IsData { get; init; }

    public static ReportCell Count(long count) => new(Readable.Count(count)) { Value = count };

    public static ReportCell Number(double number) => new(Readable.Number(number)) { Value = number };

    public static ReportCell Share(double share) => new(Readable.Share(share)) { Value = share };

    public static ReportCell Data(string text) => new(text) { IsData = true };

    public static ReportCell Chip(string text, ReportTone tone) => new(text) { Tone = tone };
}
