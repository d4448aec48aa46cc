namespace MlOps.Core;

/// <summary>A filter, an order or a page of a search is not understood.</summary>
public sealed class SearchException : MlOpsException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, where, and what would be right.</param>
    /// <param name="position">The character at which it is wrong, from 0; null when it is no place in a text.</param>
    public SearchException(string message, int? position = null)
        : base(message) => Position = position;

    /// <summary>Gets the character at which it is wrong, from 0; null when it is no place in a text.</summary>
    public int? Position { get; }
}
