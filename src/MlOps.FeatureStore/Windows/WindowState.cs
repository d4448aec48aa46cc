using System.Runtime.InteropServices;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.FeatureStore;

/// <summary>What is kept online for one entity of a windowed view, from which its features can be computed as of any later moment with the same bits as from its whole history.</summary>
/// <remarks>
/// <para>Events lie in tiles: those of the last batch and those that were pushed since apart. The horizon is the latest moment at which the state was written; nothing is asked for before it (an earlier moment is taken as
/// the horizon), and events that lie at or after it wait one by one until it has passed them.</para>
/// <para>A batch covers all events before a moment: pushed events before it are taken out and later ones refused, so that none counts twice. Where pushes overlap with the batch the moment is the last edge of all
/// tiles before its end, and where pushing began later the moment of the first pushed event.</para>
/// <para>A pushed event is known by its times and values, and by how many equal ones stood before it in the same push; of the last <see cref="MostRemembered"/> pushed ones a repetition is passed over.</para>
/// <para>In a view whose events take back others all events are kept, one by one, as long as a window can hold them; they are covered, refused and seen by their created time.</para>
/// </remarks>
internal sealed class WindowState
{
    /// <summary>How many pushed events are remembered so that a repetition does not count.</summary>
    public const int MostRemembered = 256;

    private const byte Version = 1;

    private readonly WindowPlan _plan;
    private readonly WindowCellPlan _cells;
    private readonly Queue<long> _remembered = new();
    private readonly List<WindowStateEvent> _events = []; // those that wait, or all where events take back others
    private WindowTiles _batch;
    private WindowTiles _pushed;
    private long _pushedFrom = long.MaxValue;
    private long _pushedTo = long.MinValue;

    public WindowState(WindowPlan plan, IReadOnlyList<ColumnType> types)
    {
        (_plan, _cells) = (plan, plan.CellsOf(types));
        (_batch, _pushed) = (new(plan, _cells), new(plan, _cells));
    }

    /// <summary>Gets the types of the columns.</summary>
    public IReadOnlyList<ColumnType> Types => _cells.Types;

    /// <summary>Gets how many features the view has.</summary>
    public int FeatureCount => _plan.View.Features.Count;

    /// <summary>Gets the latest moment at which it was written.</summary>
    public long Horizon { get; private set; } = long.MinValue;

    /// <summary>Gets the moment before which a batch has covered everything.</summary>
    public long CoveredBefore { get; private set; } = long.MinValue;

    /// <summary>Gets the moment before which the entity was deleted.</summary>
    public long DeletedBefore { get; private set; } = long.MinValue;

    /// <summary>Gets the time of the latest event.</summary>
    public long LastTime { get; private set; } = long.MinValue;

    /// <summary>Reads a state.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="bytes">What <see cref="Write"/> wrote.</param>
    /// <returns>The state; null when it is of another schema.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static WindowState? TryRead(WindowPlan plan, ReadOnlySpan<byte> bytes)
    {
        var reader = new WindowReader(bytes);
        if (ReadTypes(ref reader, plan) is not { } types) return null;
        var state = new WindowState(plan, types)
        {
            Horizon = reader.Fixed64(),
            CoveredBefore = reader.Fixed64(),
            DeletedBefore = reader.Fixed64(),
            LastTime = reader.Fixed64(),
            _pushedFrom = reader.Fixed64(),
            _pushedTo = reader.Fixed64(),
        };
        state._batch.Read(ref reader);
        state._pushed.Read(ref reader);
        for (var rest = reader.Length(17); rest > 0; rest--) state._events.Add(WindowStateEvent.Read(ref reader, types));
        for (var rest = reader.Length(8); rest > 0; rest--) state._remembered.Enqueue(reader.Fixed64());
        return reader.IsAtEnd ? state : throw WindowReader.Damaged();
    }

    /// <summary>Computes features from a state without keeping any of it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="bytes">What <see cref="Write"/> wrote.</param>
    /// <param name="moment">As of when.</param>
    /// <param name="features">The places of the features in the view.</param>
    /// <param name="values">As many places as features.</param>
    /// <returns>False when it is of another schema.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="DataException">A sum does not fit its type.</exception>
    public static bool TryRead(WindowPlan plan, ReadOnlySpan<byte> bytes, long moment, ReadOnlySpan<int> features, Span<FeatureValue> values)
    {
        if (plan.TakesBack)
        {
            var state = TryRead(plan, bytes);
            state?.Read(moment, features, values);
            return state is not null;
        }

        var reader = new WindowReader(bytes);
        if (ReadTypes(ref reader, plan) is not { } types) return false;
        moment = Math.Max(moment, reader.Fixed64());
        for (var rest = 5; rest > 0; rest--) reader.Fixed64();
        new WindowReading(plan, plan.CellsOf(types), moment, features).Read(ref reader, values);
        return true;
    }

    /// <summary>Gives the state as bytes.</summary>
    public byte[] Write()
    {
        var writer = new WindowWriter();
        writer.Byte(Version);
        writer.Fixed64(_plan.Hash);
        writer.Number(Types.Count);
        foreach (var type in Types) writer.Byte((byte)type);
        foreach (var time in (ReadOnlySpan<long>)[Horizon, CoveredBefore, DeletedBefore, LastTime, _pushedFrom, _pushedTo]) writer.Fixed64(time);
        _batch.Write(writer);
        _pushed.Write(writer);
        writer.Number(_events.Count);
        foreach (ref readonly var e in CollectionsMarshal.AsSpan(_events)) e.Write(writer, Types);
        writer.Number(_remembered.Count);
        foreach (var identity in _remembered) writer.Fixed64(identity);
        return writer.ToArray();
    }

    /// <summary>Refuses everything before a moment from now on, since the entity was deleted.</summary>
    public void DeleteBefore(long moment) => DeletedBefore = Math.Max(DeletedBefore, moment);

    /// <summary>Adds events that were pushed.</summary>
    /// <param name="events">The events, in the order in which they came.</param>
    /// <param name="now">The moment.</param>
    /// <returns>What became of them.</returns>
    public WindowAdded Push(IReadOnlyList<WindowStateEvent> events, long now)
    {
        Advance(now);
        var (added, late, repeated) = (0, 0, 0);
        var remembered = _remembered.ToHashSet();
        var equal = new Dictionary<long, int>();
        foreach (var given in events)
        {
            var e = given with { IsPushed = true };
            if (e.KnownBy(_plan.TakesBack) < Math.Max(CoveredBefore, DeletedBefore))
            {
                late++;
                continue;
            }

            var identity = e.Identity();
            ref var before = ref CollectionsMarshal.GetValueRefOrAddDefault(equal, identity, out _);
            identity = (long)Hashing.Mix((ulong)identity + (ulong)before++);
            if (!remembered.Add(identity))
            {
                repeated++;
                continue;
            }

            _remembered.Enqueue(identity);
            if (_remembered.Count > MostRemembered) _remembered.Dequeue();
            added++;
            LastTime = Math.Max(LastTime, e.Time);
            (_pushedFrom, _pushedTo) = (Math.Min(_pushedFrom, e.Time), Math.Max(_pushedTo, e.Time));
            if (_plan.TakesBack || e.Time >= Horizon) _events.Add(e);
            else _pushed.Add(e, Horizon);
        }

        Trim();
        return new(added, late, repeated);
    }

    /// <summary>Puts a new batch in the place of the last one, and of what was pushed before its end.</summary>
    /// <param name="events">All events of the history of the entity, in source order; those at or after the end are passed over.</param>
    /// <param name="before">The end of the batch: everything that is known to have happened before is in it.</param>
    /// <param name="now">The moment.</param>
    /// <returns>False, and nothing is changed, when a later batch is there, or when so much was pushed since its end that it cannot be told apart any more.</returns>
    public bool Rebase(IReadOnlyList<WindowStateEvent> events, long before, long now)
    {
        var cut = CutFor(before);
        if (before < CoveredBefore || cut < _pushed.MergedUntil) return false;
        Advance(now);
        CoveredBefore = Math.Max(CoveredBefore, cut);
        _batch = new(_plan, _cells);
        var waiting = _events.Where(e => e.IsPushed && e.KnownBy(_plan.TakesBack) >= cut).ToList();
        _events.Clear();
        if (cut > _pushedTo) _pushed = new(_plan, _cells);
        else if (cut > _pushedFrom) _pushed.DropBefore(cut);
        LastTime = cut > _pushedTo || _pushedFrom == long.MaxValue ? long.MinValue : _pushedTo;
        if (cut > _pushedTo) (_pushedFrom, _pushedTo) = (long.MaxValue, long.MinValue);
        else _pushedFrom = Math.Max(_pushedFrom, cut);
        foreach (var given in events)
        {
            var e = given with { IsPushed = false };
            var known = e.KnownBy(_plan.TakesBack);
            if (known >= cut || known < DeletedBefore) continue;
            LastTime = Math.Max(LastTime, e.Time);
            if (_plan.TakesBack || e.Time >= Horizon) _events.Add(e);
            else _batch.Add(e, Horizon);
        }

        foreach (var e in waiting) LastTime = Math.Max(LastTime, e.Time);
        _events.AddRange(waiting);
        Trim();
        return true;
    }

    /// <summary>Computes features.</summary>
    /// <param name="moment">As of when.</param>
    /// <param name="features">The places of the features in the view.</param>
    /// <param name="values">As many places as features.</param>
    /// <exception cref="DataException">A sum does not fit its type.</exception>
    public void Read(long moment, ReadOnlySpan<int> features, Span<FeatureValue> values)
    {
        moment = Math.Max(moment, Horizon);
        if (_plan.TakesBack)
        {
            ReadFromEvents(moment, features, values);
            return;
        }

        var cells = new Dictionary<(int Group, int Cell, long Begin, long End), WindowCell>();
        for (var i = 0; i < features.Length; i++)
        {
            var feature = _plan.View.Features[features[i]];
            var frame = WindowFrame.Of(feature.Aggregation!);
            var (group, place) = (_plan.GroupOf[features[i]], _cells.CellOf[features[i]]);
            var (begin, end) = (frame.Begin(moment), frame.End(moment));
            if (!cells.TryGetValue((group, place, begin, end), out var cell)) cells.Add((group, place, begin, end), cell = Collect(group, place, begin, end));
            values[i] = cell.Result(feature.Aggregation!);
        }
    }

    private static ColumnType[]? ReadTypes(ref WindowReader reader, WindowPlan plan)
    {
        if (reader.Byte() != Version || reader.Fixed64() != plan.Hash) return null;
        var types = new ColumnType[reader.Length(1)];
        if (types.Length != plan.Columns.Count) throw WindowReader.Damaged();
        foreach (ref var type in types.AsSpan()) type = (ColumnType)reader.Byte();
        return types;
    }

    private WindowCell Collect(int group, int place, long begin, long end)
    {
        var kind = _cells.Kinds[group][place];
        var cell = WindowCell.Of(kind);
        _batch.Collect(cell, group, place, begin, end);
        _pushed.Collect(cell, group, place, begin, end);
        foreach (var e in _events)
        {
            if (e.Time < begin || e.Time >= end) continue;
            if (kind.Column < 0) cell.Add(e.Time, default);
            else if (e.Values[kind.Column] is { IsMissing: false } value) cell.Add(e.Time, value);
        }

        return cell;
    }

    private void ReadFromEvents(long moment, ReadOnlySpan<int> features, Span<FeatureValue> values)
    {
        var wanted = features.ToArray().Select(f => _plan.View.Features[f]).ToArray();
        var sweep = new WindowSweep(_plan.View, wanted, WindowEvents.Of(_plan, Types, _events), 1, createdBeforeRow: false);
        sweep.Run([0], [moment], CancellationToken.None);
        for (var i = 0; i < wanted.Length; i++) values[i] = sweep.Results[i].ValueOf(0);
    }

    // Where the batch ends and what was pushed begins.
    private long CutFor(long before)
    {
        if (_plan.TakesBack || before > _pushedTo || before <= _pushedFrom) return before;
        return Math.Max(WindowFrame.Floor(before, _plan.Step), _pushedFrom);
    }

    // What waited and has passed goes into the tiles, before anything else that happened at the same time.
    private void Advance(long now)
    {
        Horizon = Math.Max(Horizon, now);
        if (_plan.TakesBack) return;
        foreach (var e in _events.Where(e => e.Time < Horizon)) (e.IsPushed ? _pushed : _batch).Add(e, Horizon);
        _events.RemoveAll(e => e.Time < Horizon);
    }

    private void Trim()
    {
        if (_plan.TakesBack)
        {
            _events.RemoveAll(e => _plan.ForgottenAt(e.Time) is { } forgotten && forgotten <= Horizon);
            return;
        }

        _batch.Trim(Horizon, CoveredBefore);
        _pushed.Trim(Horizon, Horizon < long.MinValue + WindowPlan.KeptApart ? long.MinValue : Horizon - WindowPlan.KeptApart);
    }
}

/// <summary>What became of pushed events.</summary>
/// <param name="Added">Those that count.</param>
/// <param name="Late">Those before the moment up to which a batch has covered everything, or the entity was deleted.</param>
/// <param name="Repeated">Those that were pushed before.</param>
internal readonly record struct WindowAdded(int Added, int Late, int Repeated);
