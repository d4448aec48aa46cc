using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>Finds the narrowest type that holds every value of a column.</summary>
/// <remarks>
/// Tried in this order: true/false, integer, binary fraction, date, timestamp; text holds the rest. Numbers with leading zeros and integers of
/// more than 64 bits are identifiers, not numbers, and stay text. A column without a value is text.
/// </remarks>
internal sealed class TypeInference
{
    private Types _possible = Types.All;
    private bool _any;

    [Flags]
    private enum Types
    {
        None = 0,
        Boolean = 1,
        Int64 = 2,
        Float64 = 4,
        Date = 8,
        Timestamp = 16,
        All = 31,
    }

    public ColumnType Type => !_any ? ColumnType.String
        : _possible.HasFlag(Types.Boolean) ? ColumnType.Boolean
        : _possible.HasFlag(Types.Int64) ? ColumnType.Int64
        : _possible.HasFlag(Types.Float64) ? ColumnType.Float64
        : _possible.HasFlag(Types.Date) ? ColumnType.Date
        : _possible.HasFlag(Types.Timestamp) ? ColumnType.Timestamp
        : ColumnType.String;

    /// <summary>Sees a value.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="quoted">Whether it is text in a format that tells text from numbers; then it may be a date but no number.</param>
    public void See(ReadOnlySpan<byte> text, bool quoted = false)
    {
        _any = true;
        if (_possible == Types.None) return;
        if (_possible.HasFlag(Types.Boolean) && (quoted || text is [(byte)'0' or (byte)'1'] || !TextValue.TryBoolean(text, out _))) _possible &= ~Types.Boolean;
        if ((_possible & (Types.Int64 | Types.Float64)) != 0)
        {
            if (quoted || HasLeadingZero(text)) _possible &= ~(Types.Int64 | Types.Float64);
            else if (!TextValue.TryInt64(text, out _))
            {
                _possible &= ~Types.Int64;
                if (IsInteger(text) || !TextValue.TryFloat64(text, out _)) _possible &= ~Types.Float64;
            }
        }

        if (_possible.HasFlag(Types.Date) && !TextValue.TryDate(text, out _)) _possible &= ~Types.Date;
        if (_possible.HasFlag(Types.Timestamp) && !TextValue.TryTimestamp(text, out _)) _possible &= ~Types.Timestamp;
    }

    private static bool HasLeadingZero(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t"u8);
        if (text is [(byte)'-' or (byte)'+', ..]) text = text[1..];
        return text is [(byte)'0', >= (byte)'0' and <= (byte)'9', ..];
    }

    private static bool IsInteger(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t"u8);
        if (text is [(byte)'-' or (byte)'+', ..]) text = text[1..];
        return !text.IsEmpty && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }
}
