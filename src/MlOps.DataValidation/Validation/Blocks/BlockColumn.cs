using System.Runtime.InteropServices;
using Apache.Arrow;

namespace MlOps.DataValidation;

/// <summary>The values of one column for the rows of a block, in one of five forms. Where a value is missing, what stands there means nothing.</summary>
internal sealed class BlockColumn(string name, CellKind kind)
{
    private ulong[] _valid = [];
    private ReadOnlyMemory<byte> _direct;
    private long[] _integers = [];
    private double[] _numbers = [];
    private decimal[] _decimals = [];
    private char[] _chars = [];
    private ReadOnlyMemory<byte> _bytes;
    private int[] _offsets = [];
    private int _charCount;
    private TextCodes? _texts = new();
    private int[] _codes = [];
    private bool _coded;
    private StringArray? _dictionary;
    private int[] _dictionaryCodes = [];

    public string Name => name;

    public CellKind Kind => kind;

    public int Length { get; private set; }

    /// <summary>Gets whether no value is missing.</summary>
    public bool IsComplete { get; private set; }

    public ReadOnlySpan<ulong> Valid => _valid.AsSpan(0, Bits.Words(Length));

    public ReadOnlySpan<long> Integers => _direct.IsEmpty ? _integers.AsSpan(0, Length) : MemoryMarshal.Cast<byte, long>(_direct.Span);

    public ReadOnlySpan<double> Numbers => _direct.IsEmpty ? _numbers.AsSpan(0, Length) : MemoryMarshal.Cast<byte, double>(_direct.Span);

    public ReadOnlySpan<decimal> Decimals => _decimals.AsSpan(0, Length);

    public bool Has(int row) => IsComplete || Bits.Has(_valid, row);

    /// <summary>Gets for each row the number of its text in <see cref="Texts"/>; empty when the texts are not numbered, because they are many or long.</summary>
    public ReadOnlySpan<int> Codes => _coded ? _codes.AsSpan(0, Length) : [];

    /// <summary>Gets the texts that <see cref="Codes"/> stand for, those of earlier blocks with them.</summary>
    public TextCodes Texts => _texts!;

    public ReadOnlySpan<char> Text(int row) => _coded ? _texts![_codes[row]] : _chars.AsSpan(_offsets[row], _offsets[row + 1] - _offsets[row]);

    public ReadOnlySpan<byte> Binary(int row) => _bytes.Span[_offsets[row].._offsets[row + 1]];

    /// <summary>Gives a value as an object, for samples.</summary>
    public Scalar At(int row)
    {
        if (!Has(row)) return default;
        return kind switch
        {
            CellKind.Boolean => Integers[row] != 0,
            CellKind.Integer => Integers[row],
            CellKind.Date => DateOnly.FromDateTime(Microseconds.ToDateTime(Integers[row])),
            CellKind.Moment => Microseconds.ToDateTime(Integers[row]),
            CellKind.Number => Numbers[row],
            CellKind.Decimal => Decimals[row],
            CellKind.Text => new string(Shown(Text(row))),
            CellKind.Binary => $"{Binary(row).Length} bytes",
            _ => "(not shown)",
        };
    }

    /// <summary>Starts a block of this many rows, all present.</summary>
    public Span<ulong> Start(int rows)
    {
        Length = rows;
        IsComplete = true;
        _direct = default;
        _coded = false;
        _charCount = 0;
        var words = Bits.Words(rows);
        if (_valid.Length < words) _valid = new ulong[words];
        var valid = _valid.AsSpan(0, words);
        Bits.Fill(valid, rows);
        return valid;
    }

    /// <summary>Says that the presence was changed after <see cref="Start"/>.</summary>
    public void SetIncomplete() => IsComplete = Bits.Count(Valid) == Length;

    public void Direct(ReadOnlyMemory<byte> values) => _direct = values;

    public Span<long> WritableIntegers() => Room(ref _integers, Length);

    public Span<double> WritableNumbers() => Room(ref _numbers, Length);

    public Span<decimal> WritableDecimals() => Room(ref _decimals, Length);

    public Span<int> WritableOffsets() => Room(ref _offsets, Length + 1);

    public Span<char> WritableChars(int count) => Room(ref _chars, count);

    public void SetBytes(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>Takes texts in UTF-8 by their numbers, if they are few and short, and have been so in all blocks before.</summary>
    /// <returns>False when they are not; they have to be added in another way then.</returns>
    public bool TryCode(ReadOnlySpan<int> offsets, ReadOnlySpan<byte> bytes)
    {
        _coded = _texts?.TryCode(offsets, bytes, Room(ref _codes, Length)) == true;
        if (!_coded) _texts = null;
        return _coded;
    }

    /// <summary>Numbers the texts of a dictionary, if they are few and short; <see cref="WritableCodes"/> and <see cref="CodeOf"/> are there then.</summary>
    public bool TryCode(StringArray dictionary)
    {
        _coded = _texts is not null && dictionary.Length > 0 && (ReferenceEquals(dictionary, _dictionary) || _texts.TryCode(dictionary.ValueOffsets, dictionary.ValueBuffer.Span, Room(ref _dictionaryCodes, dictionary.Length)));
        if (_coded) _dictionary = dictionary;
        else _texts = null;
        return _coded;
    }

    /// <summary>Gives the number of a text of the dictionary.</summary>
    public int CodeOf(int index) => _dictionaryCodes[index];

    public Span<int> WritableCodes() => Room(ref _codes, Length);

    /// <summary>Adds the text of the next row; a missing one is added empty.</summary>
    public void AddText(int row, ReadOnlySpan<char> text)
    {
        if (row == 0) Room(ref _offsets, Length + 1)[0] = 0;
        if (_chars.Length - _charCount < text.Length) System.Array.Resize(ref _chars, Math.Max(_charCount + text.Length, Math.Min(System.Array.MaxLength, _chars.Length * 2)));
        text.CopyTo(_chars.AsSpan(_charCount));
        _charCount += text.Length;
        _offsets[row + 1] = _charCount;
    }

    private static Span<T> Room<T>(ref T[] values, int count)
    {
        if (values.Length < count) values = new T[count];
        return values.AsSpan(0, count);
    }

    private static ReadOnlySpan<char> Shown(ReadOnlySpan<char> text) => text.Length <= SampleLimits.TextLength ? text : text[..SampleLimits.TextLength];
}

internal static class SampleLimits
{
    /// <summary>How many characters of a text a sample keeps.</summary>
    public const int TextLength = 1000;
}
