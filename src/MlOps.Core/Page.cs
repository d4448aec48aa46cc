namespace MlOps.Core;

/// <summary>A part of a longer list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The part.</param>
/// <param name="Next">What to give as <c>After</c> of the same query to read on; null at the end. It is opaque and stays valid while rows come and go.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
