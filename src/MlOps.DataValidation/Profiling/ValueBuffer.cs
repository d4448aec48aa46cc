using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Collects the values of one column until there are enough to be worth a pass.</summary>
internal abstract class ValueBuffer(string name)
{
    public const int Rows = 1024;

    protected string Name { get; } = name;

    /// <summary>Adds what was collected to a profile, and forgets it.</summary>
    /// <exception cref="DataException">The values are not of the kind that the profile holds.</exception>
    public abstract void Flush(ColumnProfile profile);
}

/// <inheritdoc/>
internal class ValueBuffer<T>(string name, ValueBuffer<T>.Adding add) : ValueBuffer(name)
{
    private readonly T[] _values = new T[Rows];
    private readonly byte[] _valid = new byte[Rows / 8];
    private int _count;
    private bool _anyMissing;

    public delegate void Adding(ColumnProfile profile, ReadOnlySpan<T> values, Validity validity);

    public void Add(T value)
    {
        _values[_count] = value;
        _valid[_count >> 3] |= (byte)(1 << (_count & 7));
        _count++;
    }

    public void AddMissing()
    {
        _values[_count] = default!;
        _anyMissing = true;
        _count++;
    }

    public override void Flush(ColumnProfile profile)
    {
        try
        {
            add(profile, _values.AsSpan(0, _count), _anyMissing ? new(_valid) : default);
        }
        catch (ArgumentException e)
        {
            throw new DataException($"Column '{Name}' cannot be profiled: {e.Message}", e) { Column = Name };
        }

        _valid.AsSpan().Clear();
        (_count, _anyMissing) = (0, false);
    }
}
