namespace MlOps.DataValidation;

/// <summary>A column of the data before anybody looks into it.</summary>
internal sealed record DataColumn(string Name, CellKind Kind, bool? HasZone = null);

/// <summary>Binds expectations to the columns of some data and remembers which columns have to be read.</summary>
internal sealed class CheckPlan(IReadOnlyList<DataColumn> columns, ValidationOptions options)
{
    private readonly Dictionary<string, Accumulator> _shared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FilterNode> _filters = new(StringComparer.Ordinal);
    private readonly List<BoundColumn> _bound = [];
    private readonly Dictionary<string, BoundColumn> _named = new(StringComparer.Ordinal);
    private SampleTaker? _samples;

    public ValidationOptions Options => options;

    public IReadOnlyList<DataColumn> Columns => columns;

    /// <summary>Gets the columns that have to be read, in the order of the blocks.</summary>
    public IReadOnlyList<BoundColumn> Bound => _bound;

    /// <summary>Gets whether expectations over many rows can be checked.</summary>
    public bool IsSingleRow { get; init; }

    /// <summary>Gets the tables that others are compared with, read before the pass.</summary>
    public IReadOnlyDictionary<string, ReferenceTable> References { get; init; } = new Dictionary<string, ReferenceTable>();

    /// <summary>Gets what keeps failing rows, with the key columns.</summary>
    /// <exception cref="ArgumentException">A key column is not there.</exception>
    public SampleTaker Samples => _samples ??= new(options.SampleSize, [.. options.KeyColumns.Select(Key)]);

    public BoundColumn Column(string name)
    {
        if (_named.TryGetValue(name, out var named)) return named;
        var column = columns[ColumnNames.Find(columns, name)];
        if (!_named.TryGetValue(column.Name, out var bound))
        {
            bound = new(_bound.Count, column.Name, column.Kind, column.HasZone);
            _bound.Add(bound);
            _named.Add(column.Name, bound);
        }

        return _named[name] = bound;
    }

    /// <summary>Gives expectations that need the same numbers one accumulator.</summary>
    public T Share<T>(string key, Expectation expectation, Func<T> create)
        where T : Accumulator
    {
        key = $"{typeof(T).Name} {key} {expectation.Where?.Text}";
        if (_shared.TryGetValue(key, out var before)) return (T)before;
        var made = create();
        _shared.Add(key, made);
        return made;
    }

    public FilterNode? Filter(RowFilter? filter)
    {
        if (filter is null) return null;
        if (_filters.TryGetValue(filter.Text, out var before)) return before;
        var made = filter.Bind(this);
        _filters.Add(filter.Text, made);
        return made;
    }

    public ReferenceTable Reference(string name) =>
        !References.TryGetValue(name, out var table) ? throw new CheckException($"the validation was given no reference '{name}'. Add it to {nameof(ValidationOptions)}.{nameof(ValidationOptions.References)}.")
        : table.Error is { } error ? throw new CheckException($"the reference '{name}' cannot be used: {error}")
        : table;

    private int Key(string name)
    {
        try
        {
            return Column(name).Index;
        }
        catch (CheckException e)
        {
            throw new ArgumentException($"The key column '{name}' cannot be kept with failing rows. {e.Message}");
        }
    }
}
