using System.Numerics;
using System.Runtime.CompilerServices;

namespace MlOps.FeatureStore;

/// <summary>Sums doubles, or their squares, without any error, so that the sum is the same in whatever order and parts it is made, and can be taken apart again.</summary>
/// <remarks>
/// A fixed-point number as wide as all doubles (Kulisch, Computer Arithmetic and Validity, 2008): digits of 32 bits in 64, so that carries are put off. Not a number and infinities are counted apart. It is rounded once, to
/// the nearest double, ties to even. A sum of nothing but zeros is +0.
/// </remarks>
internal sealed class ExactSum
{
    // The unit is the smallest double, 2^-1074, and 2^-2148 for squares. The digits hold 2^31 of the largest.
    private const int UnitExponent = -1074;
    private const int SumDigits = ((2046 + 52) / 32) + 4;
    private const int SquareDigits = (2 * (2046 + 52) / 32) + 5;
    private const int MostPending = 1 << 30;
    private const int FewPending = 1 << 20;

    private readonly long[] _digits;
    private readonly bool _squares;
    private int _low;
    private int _high = -1; // the highest digit that may not be 0
    private int _pending;
    private long _nan;
    private long _positive;
    private long _negative;

    public ExactSum(bool squares)
    {
        _squares = squares;
        _digits = new long[squares ? SquareDigits : SumDigits];
        _low = _digits.Length;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        if (_high >= _low) Array.Clear(_digits, _low, _high - _low + 1);
        (_low, _high, _pending, _nan, _positive, _negative) = (_digits.Length, -1, 0, 0, 0, 0);
    }

    /// <summary>Adds a number, or its square.</summary>
    public void Add(double value) => Add(value, add: true);

    /// <summary>Takes a number, or its square, back.</summary>
    public void Subtract(double value) => Add(value, add: false);

    /// <summary>Adds another sum.</summary>
    public void Add(ExactSum other)
    {
        (_nan, _positive, _negative) = (_nan + other._nan, _positive + other._positive, _negative + other._negative);
        if (other._high < other._low) return;
        other.Normalize();
        Normalize();
        for (var i = other._low; i <= other._high; i++) _digits[i] += other._digits[i];
        (_low, _high, _pending) = (Math.Min(_low, other._low), Math.Max(_high, other._high), 2);
    }

    /// <summary>Gives the sum as the nearest double.</summary>
    public double Round()
    {
        if ((_nan | _positive | _negative) != 0 && Special() is { } special) return special;
        if (_high < _low) return 0;
        if (_high - _low <= 3 && _pending < FewPending && _digits[_high] is > -(1L << 28) and < 1L << 28)
        {
            // Four digits, as most sums have, fit 128 bits as they are.
            Int128 whole = _digits[_high];
            for (var i = _high - 1; i >= _low; i--) whole = (whole << 32) + _digits[i];
            var nearest = Round((UInt128)Int128.Abs(whole), false, (_low * 32) + (_squares ? 2 * UnitExponent : UnitExponent));
            return whole < 0 ? -nearest : nearest;
        }

        Normalize();
        if (_high < _low) return 0;
        Span<uint> digits = stackalloc uint[SquareDigits];
        var negative = _digits[_high] < 0;
        var carry = 0L;
        for (var i = _low; i <= _high; i++)
        {
            var digit = (negative ? -_digits[i] : _digits[i]) + carry;
            digits[i] = (uint)digit;
            carry = digit >> 32;
        }

        var top = _high;
        if (carry > 0) digits[++top] = (uint)carry;
        while (top > _low && digits[top] == 0) top--;
        var bits = ((UInt128)digits[top] << 64) | (top > _low ? (UInt128)digits[top - 1] << 32 : 0) | (top > _low + 1 ? digits[top - 2] : 0u);
        var sticky = false;
        for (var i = _low; i < top - 2 && !sticky; i++) sticky = digits[i] != 0;
        var rounded = Round(bits, sticky, ((top - 2) * 32) + (_squares ? 2 * UnitExponent : UnitExponent));
        return negative ? -rounded : rounded;
    }

    /// <summary>Gives the mean of so many numbers.</summary>
    public double Mean(long count)
    {
        var sum = Round();
        return double.IsFinite(sum) || Special() is not null ? sum / count : Round(ToInteger(), count, UnitExponent);
    }

    /// <summary>Gives the population variance of so many numbers from their sum and this sum of squares: the nearest double, and 0 when all are equal.</summary>
    public double Variance(ExactSum sum, long count)
    {
        if (sum.Special() is not null) return double.NaN;
        var whole = sum.ToInteger();
        return Round((ToInteger() * count) - (whole * whole), (BigInteger)count * count, 2 * UnitExponent);
    }

    public void Write(WindowWriter writer)
    {
        Normalize();
        writer.Signed(_nan);
        writer.Signed(_positive);
        writer.Signed(_negative);
        writer.Number(_high < _low ? 0 : _high - _low + 1);
        if (_high < _low) return;
        writer.Number(_low);
        for (var i = _low; i < _high; i++) writer.Fixed32((uint)_digits[i]);
        writer.Signed(_digits[_high]);
    }

    public void Read(ref WindowReader reader)
    {
        Clear();
        (_nan, _positive, _negative) = (reader.Signed(), reader.Signed(), reader.Signed());
        var count = reader.Number();
        if (count == 0) return;
        var low = reader.Number();
        if (low >= _digits.Length || count > _digits.Length - low) throw WindowReader.Damaged();
        (_low, _high) = ((int)low, (int)(low + count - 1));
        for (var i = _low; i < _high; i++) _digits[i] = reader.Fixed32();
        _digits[_high] = reader.Signed();
        _pending = 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(double value, bool add)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52) & 0x7FF;
        var mantissa = (ulong)bits & 0xFFFFFFFFFFFFF;
        if (exponent == 0x7FF)
        {
            AddSpecial(value, add ? 1 : -1);
            return;
        }

        if (exponent == 0) exponent = 1;
        else mantissa |= 1UL << 52;
        if (mantissa == 0) return;
        if (_squares)
        {
            AddSquare(mantissa, exponent, add);
            return;
        }

        var sign = add ? bits >> 63 : ~(bits >> 63); // 0 or -1
        var place = exponent - 1;
        var (digit, shift) = (place >> 5, place & 31);
        var digits = _digits;
        var low = mantissa << shift;
        digits[digit + 2] += ((long)(mantissa >> 1 >> (63 - shift)) ^ sign) - sign;
        digits[digit + 1] += ((long)(low >> 32) ^ sign) - sign;
        digits[digit] += ((long)(uint)low ^ sign) - sign;
        if (digit < _low) _low = digit;
        if (digit + 2 > _high) _high = digit + 2;
        if (++_pending >= MostPending) Normalize();
    }

    private void AddSquare(ulong mantissa, int exponent, bool add)
    {
        var place = 2 * (exponent - 1);
        var (digit, shift) = (place >> 5, place & 31);
        var square = (UInt128)mantissa * mantissa;
        var over = shift == 0 ? 0 : (uint)(square >> (128 - shift));
        square <<= shift;
        for (var i = 0; i < 4; i++, square >>= 32) _digits[digit + i] += add ? (uint)square : -(long)(uint)square;
        _digits[digit + 4] += add ? over : -(long)over;
        (_low, _high) = (Math.Min(_low, digit), Math.Max(_high, digit + 4));
        if (++_pending >= MostPending) Normalize();
    }

    private void AddSpecial(double value, int sign)
    {
        if (double.IsNaN(value)) _nan += sign;
        else if (value > 0 || _squares) _positive += sign;
        else _negative += sign;
    }

    private double? Special() => _nan > 0 || (_positive > 0 && _negative > 0) ? double.NaN : _positive > 0 ? double.PositiveInfinity : _negative > 0 ? double.NegativeInfinity : null;

    // All digits but the highest come to lie in 32 bits; the highest has the sign, and is not 0 or -1 unless it is the only one. So each number has one form.
    private void Normalize()
    {
        if (_high < _low) return;
        if (_pending != 0)
        {
            _pending = 0;
            for (var i = _low; ; i++)
            {
                var carry = _digits[i] >> 32;
                if (i >= _high)
                {
                    if (carry is 0 or -1 || i == _digits.Length - 1) break;
                    _high = i + 1;
                }

                _digits[i] = (uint)_digits[i];
                _digits[i + 1] += carry;
            }
        }

        while (_high > _low && _digits[_high] is 0 or -1)
        {
            if (_digits[_high] == -1) _digits[_high - 1] -= 1L << 32;
            _digits[_high--] = 0;
        }

        while (_low < _high && _digits[_low] == 0) _low++;
        if (_low == _high && _digits[_low] == 0) (_low, _high) = (_digits.Length, -1);
    }

    private BigInteger ToInteger()
    {
        Normalize();
        if (_high < _low) return BigInteger.Zero;
        var value = (BigInteger)_digits[_high];
        for (var i = _high - 1; i >= _low; i--) value = (value << 32) + _digits[i];
        return value << (32 * _low);
    }

    private static double Round(BigInteger numerator, BigInteger denominator, int exponent)
    {
        if (numerator.IsZero) return 0;
        var magnitude = BigInteger.Abs(numerator);
        var shift = 70 + (int)denominator.GetBitLength() - (int)magnitude.GetBitLength();
        var (scaled, divisor) = shift >= 0 ? (magnitude << shift, denominator) : (magnitude, denominator << -shift);
        var quotient = BigInteger.DivRem(scaled, divisor, out var rest);
        var rounded = Round((UInt128)quotient, !rest.IsZero, exponent - shift);
        return numerator.Sign < 0 ? -rounded : rounded;
    }

    // The nearest double to bits * 2^exponent, and a little more when something is left below.
    private static double Round(UInt128 bits, bool sticky, int exponent)
    {
        if (bits == 0) return 0;
        var length = 128 - (int)UInt128.LeadingZeroCount(bits);
        var drop = Math.Max(length - 53, UnitExponent - exponent);
        if (drop <= 0) return Scale((ulong)bits, exponent);
        if (drop > 127) return 0;
        var kept = (ulong)(bits >> drop);
        var rest = bits - ((UInt128)kept << drop);
        var half = UInt128.One << (drop - 1);
        if (rest > half || (rest == half && (sticky || (kept & 1) != 0))) kept++;
        return Scale(kept, exponent + drop);
    }

    private static double Scale(ulong bits, int exponent) => exponent is >= -1022 and <= 970 ? bits * BitConverter.Int64BitsToDouble((exponent + 1023L) << 52) : Math.ScaleB(bits, exponent);
}
