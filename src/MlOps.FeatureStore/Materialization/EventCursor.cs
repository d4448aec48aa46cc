using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>The rows of one batch of events after the other, by the roles of their columns. Not thread-safe.</summary>
internal sealed class EventCursor(FeatureView view)
{
    private readonly Column[] _keys = [.. view.Keys];
    private readonly FeatureValue[] _key = new FeatureValue[view.Keys.Count()];
    private readonly IArrowArray[] _features = new IArrowArray[view.Features.Count];
    private Schema? _schema;
    private int[] _featureColumns = [];
    private int _eventColumn;
    private int _createdColumn;
    private RecordBatch _batch = null!;
    private IArrowArray _events = null!;
    private IArrowArray? _created;

    public FeatureView View => view;

    public int Length => _batch.Length;

    public RecordBatch Batch => _batch;

    public void Open(RecordBatch batch)
    {
        if (!ReferenceEquals(batch.Schema, _schema)) Bind(batch.Schema);
        _batch = batch;
        _events = batch.Column(_eventColumn);
        _created = _createdColumn < 0 ? null : batch.Column(_createdColumn);
        for (var i = 0; i < _features.Length; i++) _features[i] = batch.Column(_featureColumns[i]);
    }

    /// <summary>Gives the entity of a row; null when a key is missing.</summary>
    public byte[]? KeyOf(int row)
    {
        for (var i = 0; i < _key.Length; i++) _key[i] = ArrowValues.Read(_batch.Column(i), row);
        return EntityKey.Write(_keys, _key);
    }

    /// <summary>Says whether a row has an event time, and when it happened and was created, in microseconds; an unknown created time is <see cref="long.MinValue"/>.</summary>
    public bool TryGetMoment(int row, out EventMoment moment)
    {
        moment = default;
        if (_events.IsNull(row)) return false;
        moment = new(Micros(_events, row), _created is null || _created.IsNull(row) ? long.MinValue : Micros(_created, row));
        return true;
    }

    public void ReadFeatures(int row, Span<FeatureValue> values)
    {
        for (var i = 0; i < _features.Length; i++) values[i] = ArrowValues.Read(_features[i], row);
    }

    private static long Micros(IArrowArray times, int row) => times switch
    {
        TimestampArray t => t.Values[row],
        Int64Array t => t.Values[row],
        _ => throw new DataException($"Event times come as Arrow type {times.Data.DataType.Name}; they must be microseconds."),
    };

    private void Bind(Schema schema)
    {
        _eventColumn = Find(schema, EventColumns.EventTime) is var at && at >= 0 ? at : throw new DataException($"The events of feature view '{view.Name}' have no event time.");
        _createdColumn = view.CreatedTime is null ? -1 : Find(schema, EventColumns.CreatedTime);
        _featureColumns = [.. view.Features.Select(f => Find(schema, f.Column) is var i && i >= 0
            ? i
            : throw new DataException($"The source of feature view '{view.Name}' has no column '{f.Column}' for feature '{f.Name}'.") { Column = f.Column })];
        _schema = schema;
    }

    private static int Find(Schema schema, string name)
    {
        for (var i = 0; i < schema.FieldsList.Count; i++)
        {
            if (schema.FieldsList[i].Name == name) return i;
        }

        return -1;
    }
}

/// <summary>When an event happened and when it was created, in microseconds since 1970; an unknown created time is <see cref="long.MinValue"/>. The later event is the greater one, of two at one time the one created later.</summary>
internal readonly record struct EventMoment(long Event, long Created)
{
    /// <summary>Before all events.</summary>
    public static readonly EventMoment Never = new(long.MinValue, long.MinValue);

    /// <summary>Says whether this takes the place of another that was read before it.</summary>
    public bool Supersedes(EventMoment other) => Event != other.Event ? Event > other.Event : Created >= other.Created;
}
