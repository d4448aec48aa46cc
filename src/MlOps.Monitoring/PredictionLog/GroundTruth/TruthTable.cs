using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>The identifiers of the predictions of a window, and the true value of each that is valid. It takes some fifty bytes an identifier, and does not grow with the values that are looked through.</summary>
internal sealed class TruthTable
{
    private readonly Dictionary<IdKey, Truth> _keys = [];
    private readonly Dictionary<string, Truth> _texts = new(StringComparer.Ordinal);
    private readonly HashSet<DateOnly> _days = [];
    private readonly Dictionary<string, Truth>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private char[] _text = new char[256];
    private long _lastDay = -1;

    public TruthTable() => _lookup = _texts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Gets the days that the identifiers tell.</summary>
    public IReadOnlyCollection<DateOnly> Days => _days;

    /// <summary>Gets whether an identifier tells no day.</summary>
    public bool HasOthers { get; private set; }

    /// <summary>Gets how many true values were offered that belong to no identifier.</summary>
    public long Unmatched { get; private set; }

    /// <summary>Gets how many identifiers have a true value.</summary>
    public int Known { get; private set; }

    /// <summary>Notes the identifier of a prediction.</summary>
    /// <returns>False when it was noted before.</returns>
    public bool Add(ReadOnlySpan<byte> id)
    {
        if (IdKey.TryParse(id, out var key))
        {
            NoteDay(key);
            return _keys.TryAdd(key, Truth.None);
        }

        var text = Chars(id);
        if (PredictionId.DayOf(text) is { } day) _days.Add(day);
        else HasOthers = true;
        return _lookup.TryAdd(text, Truth.None);
    }

    /// <summary>Offers true values. Of several for one prediction the one that became known last is valid, of two of one moment the one that comes later.</summary>
    public void Offer(RecordBatch values)
    {
        var (ids, truths, times) = ((StringArray)values.Column(0), (DoubleArray)values.Column(1), (TimestampArray)values.Column(2));
        for (var row = 0; row < values.Length; row++)
        {
            ref var known = ref Find(ids.GetBytes(row));
            var time = times.GetValue(row) ?? long.MinValue + 1;
            if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref known)) Unmatched++;
            else if (time >= known.Time)
            {
                if (known.Time == long.MinValue) Known++;
                known = new(truths.GetValue(row) ?? double.NaN, time);
            }
        }
    }

    /// <summary>Gives what is true of a prediction; NaN and the first of all times where nothing is known.</summary>
    public Truth Of(ReadOnlySpan<byte> id)
    {
        if (Known == 0) return Truth.None;
        ref var known = ref Find(id);
        return System.Runtime.CompilerServices.Unsafe.IsNullRef(ref known) ? Truth.None : known;
    }

    private ref Truth Find(ReadOnlySpan<byte> id) => ref IdKey.TryParse(id, out var key)
        ? ref CollectionsMarshal.GetValueRefOrNullRef(_keys, key)
        : ref CollectionsMarshal.GetValueRefOrNullRef(_lookup, Chars(id));

    private ReadOnlySpan<char> Chars(ReadOnlySpan<byte> id)
    {
        if (_text.Length < id.Length) _text = new char[id.Length];
        return _text.AsSpan(0, Encoding.UTF8.GetChars(id, _text));
    }

    private void NoteDay(IdKey key)
    {
        if ((key.Low >> 60, (key.High >> 12) & 0xF) is not (_, 7))
        {
            HasOthers = true;
            return;
        }

        var day = (long)(key.High >> 16) / 86_400_000;
        if (day == _lastDay) return;
        _lastDay = day;
        if (PredictionId.DayOf(key.High.ToString("x16") + key.Low.ToString("x16")) is { } told) _days.Add(told);
        else HasOthers = true;
    }
}

/// <summary>What is true of a prediction, and when it became known, in microseconds since 1970.</summary>
internal readonly record struct Truth(double Value, long Time)
{
    public static readonly Truth None = new(double.NaN, long.MinValue);

    public bool IsKnown => !double.IsNaN(Value);
}
