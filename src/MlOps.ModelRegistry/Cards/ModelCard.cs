namespace MlOps.ModelRegistry;

/// <summary>What people should know of a version before they use it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Sections">What there is to know, in the order in which it is read.</param>
public sealed record ModelCard(string Model, int Version, IReadOnlyList<ModelCardSection> Sections)
{
    /// <summary>Writes it as Markdown (CommonMark with tables). What people and data have written is escaped.</summary>
    /// <returns>The text.</returns>
    public string ToMarkdown() => ModelCardMarkdown.Write(this);

    /// <summary>Writes it as one HTML page that needs nothing else and runs nothing. What people and data have written is escaped.</summary>
    /// <returns>The page.</returns>
    public string ToHtml() => ModelCardHtml.Write(this);
}

/// <summary>A part of a model card: a text, a table or both.</summary>
/// <param name="Title">What it is about.</param>
public sealed record ModelCardSection(string Title)
{
    /// <summary>Gets the text; null for none.</summary>
    public string? Text { get; init; }

    /// <summary>Gets the headings of the table; none for no table.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Gets the rows of the table, each with a cell for each column.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows { get; init; } = [];
}

/// <summary>Makes model cards.</summary>
public interface IModelCards
{
    /// <summary>Makes the card of a version from what the registry, the bundle and the run say. Whatever nobody recorded is left out.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The card.</returns>
    /// <exception cref="MlOps.Core.NotFoundException">There is no such version.</exception>
    Task<ModelCard> CreateAsync(string model, int version, CancellationToken cancellationToken = default);
}

/// <summary>The tags of a model, or of a version, that stand in its card. Those of the version win.</summary>
public static class ModelCardTags
{
    /// <summary>Who answers for the model.</summary>
    public const string Owners = "owners";

    /// <summary>What it is to be used for.</summary>
    public const string IntendedUse = "intended-use";

    /// <summary>What it is not good for.</summary>
    public const string Limits = "limits";
}
