namespace MlOps.Core;

/// <summary>A kind of things that can be searched: which fields they have, and how they are ordered when nobody says.</summary>
public sealed class Searchable
{
    private static readonly Dictionary<string, SearchEntity> EntityNames = new(StringComparer.Ordinal)
    {
        ["metric"] = SearchEntity.Metric,
        ["metrics"] = SearchEntity.Metric,
        ["parameter"] = SearchEntity.Parameter,
        ["parameters"] = SearchEntity.Parameter,
        ["param"] = SearchEntity.Parameter,
        ["params"] = SearchEntity.Parameter,
        ["tag"] = SearchEntity.Tag,
        ["tags"] = SearchEntity.Tag,
        ["attribute"] = SearchEntity.Attribute,
        ["attributes"] = SearchEntity.Attribute,
        ["attr"] = SearchEntity.Attribute,
        ["run"] = SearchEntity.Attribute,
        ["dataset"] = SearchEntity.Dataset,
        ["datasets"] = SearchEntity.Dataset,
    };

    private readonly SearchEntity[] _entities;
    private readonly Attribute[] _attributes;
    private readonly Attribute[] _datasets;

    private Searchable(string name, SearchEntity[] entities, Attribute[] attributes, Attribute[] datasets, params (string Key, bool IsDescending)[] order)
    {
        Name = name;
        _entities = entities;
        _attributes = attributes;
        _datasets = datasets;
        DefaultOrder = [.. order.Select(o => new SearchOrder(attributes.Single(a => a.Field.Key == o.Key).Field, o.IsDescending))];
    }

    /// <summary>Gets the runs.</summary>
    public static Searchable Runs { get; } = new(
        "run",
        [SearchEntity.Metric, SearchEntity.Parameter, SearchEntity.Tag, SearchEntity.Attribute, SearchEntity.Dataset],
        [
            Text("run_id"),
            Text("run_name", "Run name", "run name", "Run Name"),
            Text("status"),
            Text("user_id"),
            Text("artifact_uri"),
            Text("lifecycle_stage"),
            Text("experiment_id"),
            Time("start_time", "created", "Created"),
            Time("end_time"),
        ],
        [Text(SearchEntity.Dataset, "name"), Text(SearchEntity.Dataset, "digest"), Text(SearchEntity.Dataset, "context")],
        ("start_time", true),
        ("run_id", false));

    /// <summary>Gets the experiments.</summary>
    public static Searchable Experiments { get; } = new(
        "experiment",
        [SearchEntity.Tag, SearchEntity.Attribute],
        [Text("name"), Time("creation_time"), Time("last_update_time"), Number("experiment_id") with { IsForFilters = false }],
        [],
        ("creation_time", true),
        ("experiment_id", true));

    /// <summary>Gets the registered models.</summary>
    public static Searchable Models { get; } = new(
        "registered model",
        [SearchEntity.Tag, SearchEntity.Attribute],
        [Text("name"), Time("creation_timestamp"), Time("last_updated_timestamp", "timestamp")],
        [],
        ("name", false));

    /// <summary>Gets the versions of models.</summary>
    public static Searchable ModelVersions { get; } = new(
        "model version",
        [SearchEntity.Tag, SearchEntity.Attribute],
        [Text("name"), Text("run_id"), Text("source_path"), Number("version_number"), Time("creation_timestamp"), Time("last_updated_timestamp", "timestamp")],
        [],
        ("name", false),
        ("version_number", true));

    /// <summary>Gets what one of them is called in messages.</summary>
    public string Name { get; }

    /// <summary>Gets the order when nobody says. It ends with a field whose value no two of them share, and follows every other order too.</summary>
    public IReadOnlyList<SearchOrder> DefaultOrder { get; }

    /// <summary>Gets the attributes.</summary>
    public IEnumerable<SearchField> Attributes => _attributes.Select(a => a.Field);

    /// <summary>Finds a field for a filter.</summary>
    /// <param name="entity">The kind as it was written; null when none was, which means an attribute.</param>
    /// <param name="key">Which of them.</param>
    /// <param name="position">Where it stands.</param>
    internal SearchField FieldForFilter(string? entity, string key, int position)
    {
        var kind = EntityOf(entity, position);
        return kind switch
        {
            SearchEntity.Metric => new(kind, key, SearchType.Number),
            SearchEntity.Parameter or SearchEntity.Tag => new(kind, key, SearchType.Text),
            SearchEntity.Dataset => Find(_datasets, key) ?? throw SearchErrors.At($"Invalid dataset key '{key}' specified. Valid keys are '{Keys(_datasets)}'", position),
            _ => Find([.. _attributes.Where(a => a.IsForFilters)], key)
                ?? throw SearchErrors.At($"Invalid attribute key '{key}' specified. Valid keys are '{Keys(_attributes.Where(a => a.IsForFilters))}'", position),
        };
    }

    /// <summary>Finds a field for an order.</summary>
    /// <param name="entity">The kind as it was written; null when none was, which means an attribute.</param>
    /// <param name="key">Which of them.</param>
    /// <returns>The field; null when it is none to order by.</returns>
    internal SearchField? FieldForOrder(string? entity, string key)
    {
        var kind = EntityOf(entity, null);
        return kind switch
        {
            SearchEntity.Metric => new(kind, key, SearchType.Number),
            SearchEntity.Parameter or SearchEntity.Tag => new(kind, key, SearchType.Text),
            SearchEntity.Attribute => Find(_attributes, key),
            _ => null,
        };
    }

    private static SearchField? Find(Attribute[] attributes, string key) => attributes.FirstOrDefault(a => a.Field.Key == key || a.Aliases.Contains(key))?.Field;

    private static string Keys(IEnumerable<Attribute> attributes) => "{" + string.Join(", ", attributes.Select(a => $"'{a.Field.Key}'").Order(StringComparer.Ordinal)) + "}";

    private SearchEntity EntityOf(string? name, int? position)
    {
        if (name is null) return SearchEntity.Attribute;
        if (EntityNames.TryGetValue(name, out var entity) && _entities.Contains(entity)) return entity;
        var valid = string.Join(", ", _entities.Select(e => "'" + e.ToString().ToLowerInvariant() + "'"));
        throw SearchErrors.At($"Invalid entity type '{name}'. Valid values are [{valid}]", position);
    }

    private static Attribute Text(string key, params string[] aliases) => new(new(SearchEntity.Attribute, key, SearchType.Text), aliases);

    private static Attribute Text(SearchEntity entity, string key) => new(new(entity, key, SearchType.Text), []);

    private static Attribute Time(string key, params string[] aliases) => new(new(SearchEntity.Attribute, key, SearchType.Time), aliases);

    private static Attribute Number(string key) => new(new(SearchEntity.Attribute, key, SearchType.Number), []);

    private sealed record Attribute(SearchField Field, string[] Aliases)
    {
        public bool IsForFilters { get; init; } = true;
    }
}
