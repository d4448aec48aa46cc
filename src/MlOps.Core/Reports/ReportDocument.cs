namespace MlOps.Core;

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

/// <summary>Something that was checked.</summary>
/// <param name="Group">What it belongs to, a column or the table.</param>
/// <param name="Name">What was checked.</param>
/// <param name="Tone">Good, or a warning, or bad; plain when it could not be checked.</param>
/// <param name="Message">What was found.</param>
internal readonly record struct ReportCheck(string Group, string Name, ReportTone Tone, string Message);
