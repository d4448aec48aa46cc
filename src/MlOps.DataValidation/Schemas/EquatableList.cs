using System.Collections;

namespace MlOps.DataValidation;

/// <summary>A list that is equal to another one when their items are, so that records which hold it compare by value.</summary>
internal sealed class EquatableList<T> : IReadOnlyList<T>, IEquatable<EquatableList<T>>
{
    public static readonly EquatableList<T> Empty = new([]);
    private readonly T[] _items;

    private EquatableList(T[] items) => _items = items;

    public int Count => _items.Length;

    public T this[int index] => _items[index];

    /// <summary>Copies a list, unless it is one of these.</summary>
    public static EquatableList<T> Of(IEnumerable<T> items) => items switch
    {
        null => throw new ArgumentNullException(nameof(items)),
        EquatableList<T> list => list,
        _ => new([.. items]),
    };

    public bool Equals(EquatableList<T>? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);

    public override bool Equals(object? obj) => Equals(obj as EquatableList<T>);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in _items) hash.Add(item);
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    public override string ToString() => $"[{string.Join(", ", _items)}]";
}
