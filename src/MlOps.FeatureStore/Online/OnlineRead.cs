using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>The keys and rows of one read on its way, and the slots of one entity. Used again by the next read.</summary>
internal sealed class OnlineRead
{
    // A read of more would hold its memory for the small ones that follow.
    private const int MostKept = 20_000;

    private OnlineKey[] _keys = [];
    private OnlineRow?[] _rows = [];
    private int[] _places = [];
    private byte[]?[] _bytes = [];
    private IReadOnlyList<FeatureValue>[] _columns = [];
    private FeatureValue[] _values = [];
    private int _keyCount;
    private CancellationTokenSource? _clock;

    /// <summary>Gets the number of entities.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the keys that are asked of the store, those of one view after those of another.</summary>
    public ReadOnlyMemory<OnlineKey> Keys => _keys.AsMemory(0, _keyCount);

    /// <summary>Gets where the store puts its rows.</summary>
    public Memory<OnlineRow?> Rows => _rows.AsMemory(0, _keyCount);

    /// <summary>Gets the columns of the request, in the order of the selection.</summary>
    public IReadOnlyList<FeatureValue>[] Request { get; private set; } = [];

    /// <summary>Gets the slots of one entity; not used where they are the output.</summary>
    public (long[] Bits, object?[] Objects, FeatureStatus[] Statuses, long[] Times, FeatureValue[] Inputs) Slots { get; private set; } = ([], [], [], [], []);

    /// <summary>Gets whether this is small enough to be used again.</summary>
    public bool IsKept => _keys.Length <= MostKept;

    /// <summary>Gets the row of a view and an entity.</summary>
    /// <param name="view">Which view.</param>
    /// <param name="entity">Which entity.</param>
    /// <returns>The row; null when there is none.</returns>
    public OnlineRow? RowOf(int view, int entity) => _places[(view * Count) + entity] is >= 0 and var place ? _rows[place] : null;

    /// <summary>Takes the keys out of a query.</summary>
    /// <param name="plan">Its plan.</param>
    /// <param name="query">The query.</param>
    /// <exception cref="DataException">A join key or a request column lacks, or has another type or length.</exception>
    public void Prepare(OnlinePlan plan, OnlineQuery query)
    {
        Count = CountOf(query);
        TakeRequest(plan, query);
        var needed = checked(plan.Views.Length * Count);
        if (_keys.Length < needed) (_keys, _rows, _places) = (new OnlineKey[needed], new OnlineRow?[needed], new int[needed]);
        if (_bytes.Length < plan.Entities.Length * Count) Array.Resize(ref _bytes, plan.Entities.Length * Count);
        for (var entity = 0; entity < plan.Entities.Length; entity++) WriteKeys(plan.Entities[entity], entity, query);
        _keyCount = 0;
        for (var view = 0; view < plan.Views.Length; view++)
        {
            var table = plan.Views[view].Table;
            var bytes = _bytes.AsSpan(plan.Views[view].Entity * Count, Count);
            for (var i = 0; i < bytes.Length; i++)
            {
                if (bytes[i] is { } key)
                {
                    _places[(view * Count) + i] = _keyCount;
                    _keys[_keyCount++] = new(table, key);
                }
                else
                {
                    _places[(view * Count) + i] = -1;
                }
            }
        }

        if (!plan.IsDirect) MakeSlots(plan);
    }

    /// <summary>Starts the time that the store has.</summary>
    /// <param name="timeout">How long it has.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Is cancelled when the time is over.</returns>
    public CancellationToken StartClock(TimeSpan timeout, TimeProvider time)
    {
        _clock ??= new(Timeout.InfiniteTimeSpan, time);
        _clock.CancelAfter(timeout);
        return _clock.Token;
    }

    /// <summary>Lets go of what was read.</summary>
    public void Clear()
    {
        if (_clock?.TryReset() == false)
        {
            _clock.Dispose();
            _clock = null;
        }

        Array.Clear(_rows, 0, _keyCount);
        Array.Clear(_columns);
        Array.Clear(Request);
        Array.Clear(Slots.Objects);
        Array.Clear(Slots.Inputs);
        Array.Clear(_values);
    }

    private static int CountOf(OnlineQuery query)
    {
        ArgumentNullException.ThrowIfNull(query.Entities, nameof(query));
        foreach (var (_, values) in query.Entities) return values?.Count ?? 0;
        return 0;
    }

    private static DataException Wrong(string column, ColumnType wanted, FeatureValue given) =>
        new($"Column '{column}' of the request is of type {wanted}, and a value of type {given.Type} was given.") { Column = column };

    private IReadOnlyList<FeatureValue> Column(OnlineQuery query, string name, string what)
    {
        if (!query.Entities.TryGetValue(name, out var values) || values is null)
            throw new DataException($"The request lacks the {what} '{name}'. Give one value of it for each entity.") { Column = name };
        return values.Count == Count
            ? values
            : throw new DataException($"Column '{name}' of the request has {values.Count} values, and another one has {Count}. Give one for each entity.") { Column = name };
    }

    private void WriteKeys(OnlineEntity entity, int index, OnlineQuery query)
    {
        var width = entity.Keys.Length;
        if (_columns.Length < width) (_columns, _values) = (new IReadOnlyList<FeatureValue>[width], new FeatureValue[width]);
        for (var k = 0; k < width; k++) _columns[k] = Column(query, entity.Columns[k], "join key");
        for (var i = 0; i < Count; i++)
        {
            for (var k = 0; k < width; k++) _values[k] = _columns[k][i];
            ref var bytes = ref _bytes[(index * Count) + i];
            try
            {
                bytes = EntityKey.Write(entity.Keys, _values.AsSpan(0, width), bytes);
            }
            catch (DataException e)
            {
                var wrong = Array.FindIndex(entity.Keys, key => key.Name == e.Column);
                throw entity.Columns[wrong] == e.Column ? e : new DataException($"In column '{entity.Columns[wrong]}' of the request: {e.Message}", e) { Column = entity.Columns[wrong] };
            }
        }
    }

    private void TakeRequest(OnlinePlan plan, OnlineQuery query)
    {
        var request = plan.Selection.Request;
        if (Request.Length != request.Count) Request = new IReadOnlyList<FeatureValue>[request.Count];
        for (var c = 0; c < request.Count; c++)
        {
            var (name, type) = request[c];
            var values = Column(query, name, "column");
            FeatureValue[]? widened = null;
            for (var i = 0; i < values.Count; i++)
            {
                var value = values[i];
                if (value.IsMissing || value.Type == type) continue;
                if (type != ColumnType.Float64 || value.Type != ColumnType.Int64) throw Wrong(name, type, value);
                widened ??= [.. values];
                widened[i] = value.ToDouble();
            }

            Request[c] = widened ?? values;
        }
    }

    private void MakeSlots(OnlinePlan plan)
    {
        var count = plan.Types.Length;
        if (Slots.Bits.Length >= count && Slots.Inputs.Length >= plan.MostInputs) return;
        Slots = (new long[count], new object?[count], new FeatureStatus[count], new long[count], new FeatureValue[plan.MostInputs]);
    }
}
