using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Where the values of a view stand in the binary form of its rows, see <see cref="RowCodec"/>. It changes with the names, types and order of the features, and so does <see cref="Hash"/>.</summary>
internal sealed class RowLayout
{
    /// <summary>The format of rows whose values all rest on one event.</summary>
    public const byte OneEvent = 1;

    /// <summary>The format of rows in which each value has an event of its own, since a missing one does not take the place of an older one.</summary>
    public const byte EventEach = 2;

    private readonly Column[] _columns;

    public RowLayout(FeatureView view)
    {
        _columns = [.. view.Features.Select(f => new Column(f.Name, f.Type))];
        View = view.Name;
        Format = view.SkipsNulls ? EventEach : OneEvent;
        Hash = HashOf(Format, _columns);
        SlotsAt = 1 + sizeof(ulong) + ((_columns.Length + 7) / 8);
        TimesAt = SlotsAt + (sizeof(long) * _columns.Length);
        HeapAt = TimesAt + (view.SkipsNulls ? 2 * sizeof(long) * _columns.Length : 0);
    }

    /// <summary>Gets the view, for errors.</summary>
    public string View { get; }

    /// <summary>Gets the features.</summary>
    public ReadOnlySpan<Column> Columns => _columns;

    /// <summary>Gets the first byte of a row.</summary>
    public byte Format { get; }

    /// <summary>Gets the next eight: what rows of the same features have in common.</summary>
    public ulong Hash { get; }

    /// <summary>Gets where the slots begin; the validity bits stand before them.</summary>
    public int SlotsAt { get; }

    /// <summary>Gets where the event times of <see cref="EventEach"/> begin, and after them the created times.</summary>
    public int TimesAt { get; }

    /// <summary>Gets where texts, decimals and bytes begin: the least length of a row.</summary>
    public int HeapAt { get; }

    /// <summary>Says whether values of a type lie in the heap.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True when they do.</returns>
    public static bool IsInHeap(ColumnType type) => type is ColumnType.String or ColumnType.Decimal or ColumnType.Binary;

    private static ulong HashOf(byte format, Column[] columns)
    {
        var text = new StringBuilder().Append(format);
        foreach (var column in columns) text.Append('\n').Append(column.Name.Length).Append(' ').Append(column.Name).Append(' ').Append(column.Type);
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
