namespace MlOps.Core;

/// <summary>Says what tags columns carry, so that what is personal or secret is known as such wherever a column of that name is written down. A host may add several; the tags of all of them count. Thread-safe.</summary>
public interface IColumnTags
{
    /// <summary>Gives the tags of a column of requests to models, whichever model they are for.</summary>
    /// <param name="column">The name of the column.</param>
    /// <returns>The tags; none for a column that it does not know. The answer is remembered.</returns>
    IReadOnlyCollection<string> TagsOf(string column);
}
