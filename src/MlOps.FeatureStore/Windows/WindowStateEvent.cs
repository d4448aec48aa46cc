using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.FeatureStore;

/// <summary>One event of an entity.</summary>
/// <param name="Time">When it happened, in microseconds.</param>
/// <param name="Created">When it was created; <see cref="long.MinValue"/> when unknown.</param>
/// <param name="IsReversal">Whether it takes back another.</param>
/// <param name="Values">The values of the columns of the plan.</param>
internal readonly record struct WindowStateEvent(long Time, long Created, bool IsReversal, FeatureValue[] Values)
{
    /// <summary>Gets whether it was pushed, and not read in a batch.</summary>
    public bool IsPushed { get; init; }

    public static WindowStateEvent Read(ref WindowReader reader, IReadOnlyList<ColumnType> types)
    {
        var (time, created, flags) = (reader.Fixed64(), reader.Fixed64(), reader.Byte());
        var values = new FeatureValue[types.Count];
        for (var c = 0; c < types.Count; c++)
        {
            if (reader.Byte() != 0) values[c] = reader.Value(types[c]);
        }

        return new(time, created, (flags & 1) != 0, values) { IsPushed = (flags & 2) != 0 };
    }

    public void Write(WindowWriter writer, IReadOnlyList<ColumnType> types)
    {
        writer.Fixed64(Time);
        writer.Fixed64(Created);
        writer.Byte((byte)((IsReversal ? 1 : 0) | (IsPushed ? 2 : 0)));
        for (var c = 0; c < types.Count; c++)
        {
            writer.Byte(Values[c].IsMissing ? (byte)0 : (byte)1);
            if (!Values[c].IsMissing) writer.Value(Values[c]);
        }
    }

    /// <summary>The time by which a batch has covered it: that of the change where events take back others and it is known, else that of the event.</summary>
    public long KnownBy(bool takesBack) => takesBack && Created != long.MinValue ? Created : Time;

    /// <summary>A hash of everything that it says.</summary>
    public long Identity()
    {
        var hash = Hashing.Mix((ulong)Time) ^ (IsReversal ? 1UL : 0);
        hash = Hashing.Mix(hash ^ (ulong)Created);
        foreach (var value in Values)
        {
            var own = value.IsMissing ? 0 : value.Object is null ? Hashing.Mix((ulong)value.Bits) : AggregateValues.HashOf(value);
            hash = Hashing.Mix((hash * 31) ^ own ^ (value.IsMissing ? 7UL : 0));
        }

        return (long)hash;
    }
}
