namespace MlOps.Core;

/// <summary>Features of entities: for each entity and feature a value, a status and the time of the event that it rests on.</summary>
public sealed class FeatureVectors
{
    private readonly long[] _bits;
    private readonly object?[]? _objects;
    private readonly FeatureStatus[] _statuses;
    private readonly long[] _times;
    private readonly int[]? _timeOf;
    private readonly int _timesOfEntity;

    /// <summary>Takes what was read. The arrays are kept and lie entity by entity: the place of feature f of entity e is e * columns + f.</summary>
    /// <param name="columns">The features, in the order that was asked for.</param>
    /// <param name="count">The number of entities.</param>
    /// <param name="bits">The values that lie in 64 bits, see <see cref="FeatureValue.Bits"/>.</param>
    /// <param name="objects">The texts, decimals and bytes; null when no feature has such a type.</param>
    /// <param name="statuses">The statuses.</param>
    /// <param name="times">The event times, in microseconds since 1970; <see cref="long.MinValue"/> where there is none. One for each place, unless the next parameter says otherwise.</param>
    /// <param name="timeOf">Which of the times of an entity, from 0, is that of each feature, where features share them: there are then as many times of an entity as the largest number says. The default is null: each feature has its own.</param>
    /// <exception cref="ArgumentException">An array has another length, or a feature has no time.</exception>
    public FeatureVectors(DatasetSchema columns, int count, long[] bits, object?[]? objects, FeatureStatus[] statuses, long[] times, int[]? timeOf = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentNullException.ThrowIfNull(statuses);
        ArgumentNullException.ThrowIfNull(times);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var places = columns.Count * count;
        var timesOfEntity = timeOf is null ? columns.Count : CountTimes(timeOf, columns.Count);
        if (bits.Length != places || statuses.Length != places || (objects is not null && objects.Length != places))
            throw new ArgumentException($"There are {columns.Count} features of {count} entities, so each array must have {places} places.");
        if (times.Length != (long)timesOfEntity * count) throw new ArgumentException($"There are {timesOfEntity} times of {count} entities, so their array must have {(long)timesOfEntity * count} places.", nameof(times));
        (Columns, Count, _bits, _objects, _statuses) = (columns, count, bits, objects, statuses);
        (_times, _timeOf, _timesOfEntity) = (times, timeOf, timesOfEntity);
    }

    /// <summary>Gets the features, in the order that was asked for.</summary>
    public DatasetSchema Columns { get; }

    /// <summary>Gets the number of entities.</summary>
    public int Count { get; }

    /// <summary>Gets a value.</summary>
    /// <param name="entity">The entity, from 0.</param>
    /// <param name="feature">The feature, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such entity or feature.</exception>
    public FeatureValue this[int entity, int feature]
    {
        get
        {
            var place = Place(entity, feature);
            if (_statuses[place] != FeatureStatus.Present) return default;
            return Columns[feature].Type switch
            {
                ColumnType.String => (string?)_objects![place],
                ColumnType.Binary => (byte[]?)_objects![place],
                ColumnType.Decimal => (decimal)_objects![place]!,
                var type => FeatureValue.FromBits(type, _bits[place]),
            };
        }
    }

    /// <summary>Gets the status of a value.</summary>
    /// <param name="entity">The entity, from 0.</param>
    /// <param name="feature">The feature, from 0.</param>
    /// <returns>The status.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such entity or feature.</exception>
    public FeatureStatus StatusOf(int entity, int feature) => _statuses[Place(entity, feature)];

    /// <summary>Gets the time of the event that a value rests on.</summary>
    /// <param name="entity">The entity, from 0.</param>
    /// <param name="feature">The feature, from 0.</param>
    /// <returns>The time; null where there is no event.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such entity or feature.</exception>
    public DateTimeOffset? EventTimeOf(int entity, int feature)
    {
        var place = Place(entity, feature);
        var time = _times[_timeOf is null ? place : (entity * _timesOfEntity) + _timeOf[feature]];
        return time == long.MinValue ? null : FeatureTime.FromMicros(time);
    }

    /// <summary>Gets how old a value is.</summary>
    /// <param name="entity">The entity, from 0.</param>
    /// <param name="feature">The feature, from 0.</param>
    /// <param name="now">The moment to count to.</param>
    /// <returns>The age, negative for an event of the future; null where there is no event.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such entity or feature.</exception>
    public TimeSpan? AgeOf(int entity, int feature, DateTimeOffset now) => EventTimeOf(entity, feature) is { } time ? now - time : null;

    private static int CountTimes(int[] timeOf, int features)
    {
        var count = 0;
        foreach (var time in timeOf)
        {
            if (time is < 0 or int.MaxValue) throw new ArgumentException($"A feature has no time of the number {time}.", nameof(timeOf));
            count = Math.Max(count, time + 1);
        }

        return timeOf.Length == features ? count : throw new ArgumentException($"There are {features} features, and {timeOf.Length} say which time is theirs.", nameof(timeOf));
    }

    private int Place(int entity, int feature)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(entity);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(entity, Count);
        ArgumentOutOfRangeException.ThrowIfNegative(feature);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(feature, Columns.Count);
        return (entity * Columns.Count) + feature;
    }
}
