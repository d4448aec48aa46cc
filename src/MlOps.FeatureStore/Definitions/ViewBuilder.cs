using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Says where the features of a view come from and what they are. Columns are named as the source has them.</summary>
/// <typeparam name="TSelf">The builder itself.</typeparam>
public abstract class ViewBuilder<TSelf> : DefinitionBuilder<TSelf>, IFeatureGroup, IViewBuilder
    where TSelf : ViewBuilder<TSelf>
{
    private readonly List<string> _entities = [];
    private readonly List<(Func<ColumnType?, IEnumerable<Feature>> Make, string? Column, ColumnType? Type, bool NeedsNoType)> _features = [];
    private readonly List<(string Feature, string Name, string Value)> _featureTags = [];
    private readonly Dictionary<string, string> _keyColumns = new(StringComparer.Ordinal);
    private FeatureSource? _source;
    private string? _eventTime;
    private string? _createdTime;
    private string? _reversal;
    private TimeSpan? _timeToLive;
    private bool _skipsNulls;
    private bool _isOnline = true;

    private protected ViewBuilder(string name, List<string> errors)
        : base(name) => Errors = errors;

    private protected List<string> Errors { get; }

    private protected string Place => $"View '{Name}'";

    /// <summary>Says which entities the features are about. The join keys of all of them together name a row.</summary>
    /// <param name="entities">The entities.</param>
    /// <returns>This builder.</returns>
    public TSelf Of(params ReadOnlySpan<EntityBuilder> entities)
    {
        foreach (var entity in entities) AddEntity((entity ?? throw new ArgumentNullException(nameof(entities))).Name);
        return (TSelf)this;
    }

    /// <summary>Says by name which entities the features are about, also ones of another definition.</summary>
    /// <param name="entities">The entities.</param>
    /// <returns>This builder.</returns>
    public TSelf Of(params ReadOnlySpan<string> entities)
    {
        foreach (var entity in entities) AddEntity(entity ?? throw new ArgumentNullException(nameof(entities)));
        return (TSelf)this;
    }

    /// <summary>Takes the events of a dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <returns>This builder.</returns>
    public TSelf From(Dataset dataset) => From(FeatureSource.Of(dataset));

    /// <summary>Takes the events of a source of data, as it is when it is read.</summary>
    /// <param name="source">The source, as a Parquet file or an HTTP address.</param>
    /// <returns>This builder.</returns>
    public TSelf From(IDataSource source) => From(FeatureSource.Of(source));

    /// <summary>Takes the events of a table or query of a warehouse, which joins them itself.</summary>
    /// <param name="warehouse">The name of the warehouse.</param>
    /// <param name="sql">The name of a table, or a SELECT. It is stored with the definition, so it must hold no secrets.</param>
    /// <returns>This builder.</returns>
    public TSelf FromSql(string warehouse, string sql) => From(FeatureSource.Sql(warehouse, sql));

    /// <summary>Takes events that are pushed.</summary>
    /// <returns>This builder.</returns>
    public TSelf FromPushes() => From(FeatureSource.Pushed());

    /// <summary>Takes events from somewhere.</summary>
    /// <param name="source">Where from.</param>
    /// <returns>This builder.</returns>
    public TSelf From(FeatureSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (_source is not null) Errors.Add($"{Place} has two sources. Make one source of both, or two views.");
        _source = source;
        return (TSelf)this;
    }

    /// <summary>Says which column holds a join key, where it is named otherwise than the key.</summary>
    /// <param name="key">The join key.</param>
    /// <param name="column">The column of the source.</param>
    /// <returns>This builder.</returns>
    public TSelf KeyFrom(string key, string column)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        ArgumentException.ThrowIfNullOrWhiteSpace(column);
        _keyColumns[key] = column;
        return (TSelf)this;
    }

    /// <summary>Says which column holds when an event happened. Every view needs one.</summary>
    /// <param name="column">The column.</param>
    /// <returns>This builder.</returns>
    public TSelf EventTime(string column)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(column);
        _eventTime = column;
        return (TSelf)this;
    }

    /// <summary>Says which column holds when an event was written at its source: from then on it could be known.</summary>
    /// <param name="column">The column.</param>
    /// <returns>This builder.</returns>
    public TSelf CreatedTime(string column)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(column);
        _createdTime = column;
        return (TSelf)this;
    }

    /// <summary>Says which column is true of an event that takes back an earlier one with the same values. For windows only.</summary>
    /// <param name="column">The column.</param>
    /// <returns>This builder.</returns>
    public TSelf ReversedBy(string column)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(column);
        _reversal = column;
        return (TSelf)this;
    }

    /// <summary>Says how long an event counts. Without it, or with zero, it counts for ever.</summary>
    /// <param name="timeToLive">How long, to the microsecond.</param>
    /// <returns>This builder.</returns>
    public TSelf TimeToLive(TimeSpan timeToLive)
    {
        _timeToLive = timeToLive;
        return (TSelf)this;
    }

    /// <summary>Lets a feature that is missing in the newest event take its value of the newest event that has one.</summary>
    /// <returns>This builder.</returns>
    public TSelf SkipNulls()
    {
        _skipsNulls = true;
        return (TSelf)this;
    }

    /// <summary>Keeps the view out of the online store: it is for training sets only.</summary>
    /// <returns>This builder.</returns>
    public TSelf OfflineOnly()
    {
        _isOnline = false;
        return (TSelf)this;
    }

    /// <summary>Adds a feature that is a column of the newest event. Its type is that of the column of a dataset; of other sources say it with <see cref="Feature{T}(string, string?, string?)"/>.</summary>
    /// <param name="name">The feature.</param>
    /// <param name="column">The column; null when it has the name of the feature.</param>
    /// <param name="description">What it is, for people.</param>
    /// <returns>This builder.</returns>
    public TSelf Feature(string name, string? column = null, string? description = null) => AddFeature(name, null, column, description);

    /// <summary>Adds a feature that is a column of the newest event.</summary>
    /// <param name="name">The feature.</param>
    /// <param name="type">Its type.</param>
    /// <param name="column">The column; null when it has the name of the feature.</param>
    /// <param name="description">What it is, for people.</param>
    /// <returns>This builder.</returns>
    public TSelf Feature(string name, ColumnType type, string? column = null, string? description = null) => AddFeature(name, type, column, description);

    /// <summary>Adds a feature that is a column of the newest event.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="name">The feature.</param>
    /// <param name="column">The column; null when it has the name of the feature.</param>
    /// <param name="description">What it is, for people.</param>
    /// <returns>This builder.</returns>
    public TSelf Feature<T>(string name, string? column = null, string? description = null) => AddFeature(name, TypeOf(typeof(T), name), column, description);

    /// <summary>Adds features that are computed from a column over windows. The type is that of the column of a dataset; of other sources say it where the result depends on it.</summary>
    /// <param name="column">The column.</param>
    /// <param name="aggregate">Says what is computed.</param>
    /// <returns>This builder.</returns>
    public TSelf Aggregate(string column, Action<AggregateBuilder> aggregate) => AddAggregate(column, null, aggregate);

    /// <summary>Adds features that are computed from a column over windows.</summary>
    /// <typeparam name="T">The type of the column.</typeparam>
    /// <param name="column">The column.</param>
    /// <param name="aggregate">Says what is computed.</param>
    /// <returns>This builder.</returns>
    public TSelf Aggregate<T>(string column, Action<AggregateBuilder> aggregate) => AddAggregate(column, TypeOf(typeof(T), column), aggregate);

    /// <summary>Adds features that are computed from the events themselves, as their count.</summary>
    /// <param name="aggregate">Says what is computed.</param>
    /// <returns>This builder.</returns>
    public TSelf Aggregate(Action<AggregateBuilder> aggregate) => AddAggregate(string.Empty, null, aggregate);

    /// <summary>Puts a tag on one of the features. The prediction log drops values of features that are tagged <c>personal</c> or <c>secret</c>, unless it is told otherwise.</summary>
    /// <param name="feature">The feature, by its own name: that of a window is as delay_mean_1h.</param>
    /// <param name="name">The name of the tag.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This builder.</returns>
    public TSelf TagFeature(string feature, string name, string value = "true")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(feature);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        _featureTags.Add((feature, name, value));
        return (TSelf)this;
    }

    FeatureView IViewBuilder.Build(Func<string, Entity> entityOf)
    {
        if (_source is null) Errors.Add($"{Place} has no source. Say From(...), FromSql(...) or FromPushes().");
        if (_eventTime is null) Errors.Add($"{Place} has no event time. Say EventTime(\"column\"): a feature is that of the latest event at or before a row's time.");
        var features = new List<Feature>();
        foreach (var (make, column, type, needsNoType) in _features)
        {
            var known = type ?? (_source is FeatureSource.FromDataset { Dataset.Schema: var schema } && column is { Length: > 0 } && schema.Contains(column) ? schema[column].Type : null);
            if (known is null && !needsNoType)
            {
                Errors.Add(_source is FeatureSource.FromDataset { Dataset: var dataset }
                    ? $"{Place}: dataset '{dataset.Name}' has no column '{column}'. It has: {string.Join(", ", dataset.Schema.Select(c => c.Name))}."
                    : $"{Place}: the type of column '{column}' is not known before the source is read. Say it, as Feature<double>(\"{column}\") or Aggregate<double>(\"{column}\", …).");
            }

            features.AddRange(make(known));
        }

        PutTags(features);
        return new()
        {
            Name = Name,
            Entities = [.. _entities.Select(entityOf)],
            Source = _source ?? FeatureSource.Pushed(),
            Features = features,
            EventTime = _eventTime ?? "event_timestamp",
            CreatedTime = _createdTime,
            TimeToLive = _timeToLive,
            IsReversal = _reversal,
            KeyColumns = _keyColumns,
            SkipsNulls = _skipsNulls,
            IsOnline = _isOnline,
            Description = Description,
            Owner = Owner,
            Tags = Tags.ToDictionary(),
        };
    }

    private protected void AddEntity(string name)
    {
        if (!_entities.Contains(name, StringComparer.Ordinal)) _entities.Add(name);
    }

    private protected TSelf AddFeature(string name, ColumnType? type, string? column, string? description)
    {
        ArgumentNullException.ThrowIfNull(name);
        var taken = column ?? name;
        _features.Add((known => [new(name, known ?? ColumnType.Float64) { Column = taken, Description = description }], taken, type, false));
        return (TSelf)this;
    }

    private protected TSelf AddAggregate(string column, ColumnType? type, Action<AggregateBuilder> aggregate)
    {
        ArgumentNullException.ThrowIfNull(column);
        ArgumentNullException.ThrowIfNull(aggregate);
        var builder = new AggregateBuilder(column.Length == 0 ? Place : $"{Place}, column '{column}'", Errors);
        aggregate(builder);
        _features.Add((known => Fitting(builder.Build(column, known), column, known), column, type, builder.NeedsNoType));
        return (TSelf)this;
    }

    private void PutTags(List<Feature> features)
    {
        foreach (var tags in _featureTags.GroupBy(t => t.Feature, StringComparer.Ordinal))
        {
            var at = features.FindIndex(f => f.Name == tags.Key);
            if (at >= 0) features[at] = features[at] with { Tags = tags.GroupBy(t => t.Name, StringComparer.Ordinal).ToDictionary(t => t.Key, t => t.Last().Value, StringComparer.Ordinal) };
            else Errors.Add($"{Place} has no feature '{tags.Key}' to tag. It has: {string.Join(", ", features.Select(f => f.Name))}.");
        }
    }

    private protected ColumnType TypeOf(Type type, string name)
    {
        if (ClrTypes.Find(type) is { } found) return found;
        Errors.Add($"{Place}: '{name}' is a {type.Name}, which no column holds. Use a number, a text, a boolean, a date, a moment or bytes.");
        return ColumnType.Float64;
    }

    // A view knows the types of its results only; what the column must be is said here, while the type of the column is known.
    private IEnumerable<Feature> Fitting(IEnumerable<Feature> features, string column, ColumnType? type)
    {
        foreach (var feature in features)
        {
            if (type is { } known && feature.Aggregation is { } aggregation && !AggregationTypes.Takes(aggregation.Kind, known))
                Errors.Add($"{Place}: {aggregation.Kind} cannot be taken of column '{column}', which is of type {known}. {AggregationTypes.Advice(aggregation.Kind)}");
            yield return feature;
        }
    }
}

/// <summary>Makes the view once everything is said.</summary>
internal interface IViewBuilder
{
    string Name { get; }

    FeatureView Build(Func<string, Entity> entityOf);
}
