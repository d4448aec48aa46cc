namespace MlOps.Monitoring;

/// <summary>Counts categories; from so many different ones on, new ones are counted together.</summary>
internal sealed class CategoryCounter
{
    /// <summary>Beyond this many different values a column tells rows apart rather than kinds of rows.</summary>
    public const int MaxCategories = 10_000;

    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly IReadOnlyDictionary<string, long>? _known;

    /// <summary>Creates a counter.</summary>
    /// <param name="known">The categories that are counted however many there are.</param>
    public CategoryCounter(IReadOnlyDictionary<string, long>? known = null)
    {
        _lookup = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
        _known = known;
    }

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public long Overflow { get; private set; }

    public long Missing { get; private set; }

    public void AddMissing() => Missing++;

    public void Add(ReadOnlySpan<char> category)
    {
        if (_lookup.TryGetValue(category, out var count)) _lookup[category] = count + 1;
        else if (_counts.Count < MaxCategories || (_known is not null && _known.ContainsKey(category.ToString()))) _lookup[category] = 1;
        else Overflow++;
    }
}
