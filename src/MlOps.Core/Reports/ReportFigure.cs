namespace MlOps.Core;

/// <summary>A picture of a report. A room derives its own; it takes its colours and its width from the page.</summary>
/// <param name="Title">What it shows, for those who cannot see it.</param>
internal abstract record ReportFigure(string Title)
{
    /// <summary>Gets what the colours mean; none when there is only one.</summary>
    public virtual IReadOnlyList<ReportKey> Keys => [];

    /// <summary>Draws it.</summary>
    /// <returns>An svg element, in which every text is encoded; nothing when there is nothing to draw.</returns>
    public abstract string Draw();
}

/// <summary>What a colour of a picture means.</summary>
/// <param name="Name">What is drawn in it.</param>
/// <param name="Colour">The variable of the page that holds it; null for that of the newer data.</param>
internal readonly record struct ReportKey(string Name, string? Colour = null);
