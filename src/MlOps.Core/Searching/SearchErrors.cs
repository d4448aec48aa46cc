using System.Globalization;

namespace MlOps.Core;

/// <summary>Errors that say where.</summary>
internal static class SearchErrors
{
    internal static SearchException At(string message, int? position) =>
        position is { } at ? new(string.Create(CultureInfo.InvariantCulture, $"{message} (at character {at + 1})"), at) : new(message);

    /// <summary>Makes a piece of somebody's text short enough for a message.</summary>
    internal static string Short(string text) => text.Length <= 100 ? text : text[..100] + "...";
}
