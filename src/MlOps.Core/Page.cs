using System.Runtime.CompilerServices;

namespace MlOps.Core;

/// <summary>A part of a longer list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The part.</param>
/// <param name="Next">What to give as <c>After</c> of the same query to read on; null at the end. It is opaque and stays valid while rows come and go.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Reads lists that come in pages.</summary>
internal static class Pages
{
    /// <summary>Reads page after page to the end.</summary>
    internal static async IAsyncEnumerable<T> ReadAsync<T>(
        Func<string?, CancellationToken, Task<Page<T>>> readPage, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await readPage(after, cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Items) yield return item;
            after = page.Next;
        }
        while (after is not null);
    }
}
