using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Compares two columns of a row. As in C#: missing equals missing, and nothing is above or below it.</summary>
internal sealed class ComparisonRule : RowRule
{
    private readonly Comparison _comparison;
    private readonly bool _wide;

    public ComparisonRule(BoundColumn first, Comparison comparison, BoundColumn second)
        : base(first.Index, second.Index)
    {
        _comparison = comparison;
        if (!Cells.AreComparable(first.Kind, second.Kind))
            throw new CheckException($"Column '{first.Name}' holds {first.Kind.Words()} and column '{second.Name}' {second.Kind.Words()}, which cannot be compared. Cast one of them.");
        _wide = first.Kind.IsIntegral() && second.Kind.IsIntegral();
    }

    public override bool Passes(Row row)
    {
        var (first, second) = (!row.IsMissing(0), !row.IsMissing(1));
        if (first && second) return _comparison.Holds(Cells.Order(row, 0, 1));
        return _comparison == Comparison.NotEqual ? first != second : _comparison == Comparison.Equal && first == second;
    }

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        var (a, b) = (block.Columns[Columns[0]], block.Columns[Columns[1]]);
        var (numbers, texts) = (a.Kind == CellKind.Number && b.Kind == CellKind.Number, a.Kind == CellKind.Text && b.Kind == CellKind.Text);
        if (!a.IsComplete || !b.IsComplete || !(_wide || numbers || texts))
        {
            base.Judge(block, judged, failed);
            return;
        }

        failed.Clear();
        if (texts) CompareTexts(a, b, judged, failed);
        else if (_wide) Compare(a.Integers, b.Integers, judged, failed);
        else Compare(a.Numbers, b.Numbers, judged, failed);
    }

    private void CompareTexts(BlockColumn first, BlockColumn second, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        var isEquality = _comparison is Comparison.Equal or Comparison.NotEqual;
        foreach (var row in new RowsOf(judged))
        {
            var a = first.Text(row);
            var b = second.Text(row);
            var holds = isEquality ? a.SequenceEqual(b) == (_comparison == Comparison.Equal) : _comparison.Holds(a.SequenceCompareTo(b));
            if (!holds) Bits.Set(failed, row);
        }
    }

    private void Compare<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, ReadOnlySpan<ulong> judged, Span<ulong> failed)
        where T : struct, System.Numerics.INumber<T>
    {
        foreach (var row in new RowsOf(judged))
        {
            var (a, b) = (first[row], second[row]);
            var holds = _comparison switch
            {
                Comparison.Equal => a == b,
                Comparison.NotEqual => a != b,
                Comparison.Less => a < b,
                Comparison.LessOrEqual => a <= b,
                Comparison.Greater => a > b,
                _ => a >= b,
            };
            if (!holds) Bits.Set(failed, row);
        }
    }
}

/// <summary>Compares two values of a row, whatever their types.</summary>
internal static class Cells
{
    public static bool AreComparable(CellKind first, CellKind second) =>
        first == CellKind.Nothing || second == CellKind.Nothing || (first.IsNumeric() && second.IsNumeric()) || (first.IsTime() && second.IsTime())
        || (first == second && first is not CellKind.Other) || Text(first, second) || Text(second, first);

    /// <summary>The order of two values that are there: below 0, 0, above 0, or null when they have none.</summary>
    public static int? Order(Row row, int first, int second)
    {
        var (a, b) = (row.Kind(first), row.Kind(second));
        if (a == CellKind.Text && b == CellKind.Text) return row.Text(first).SequenceCompareTo(row.Text(second));
        if (a == CellKind.Binary && b == CellKind.Binary) return row.Binary(first).SequenceCompareTo(row.Binary(second));
        if (a == CellKind.Text) return Read(row.Text(first), row, second);
        if (b == CellKind.Text) return -Read(row.Text(second), row, first);
        if (a.IsIntegral() && b.IsIntegral()) return row.Integer(first).CompareTo(row.Integer(second));
        if (a != CellKind.Number && b != CellKind.Number) return row.Decimal(first).CompareTo(row.Decimal(second));
        var (x, y) = (row.Number(first), row.Number(second));
        return double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);
    }

    private static bool Text(CellKind text, CellKind other) => text == CellKind.Text && (other.IsNumeric() || other.IsTime());

    // Text that was never cast is read as the other column's type.
    private static int? Read(ReadOnlySpan<char> text, Row row, int other)
    {
        if (row.Kind(other).IsTime()) return Microseconds.TryParse(text, out var moment) ? moment.CompareTo(row.Integer(other)) : null;
        if (row.Kind(other) == CellKind.Boolean) return bool.TryParse(text, out var flag) ? (flag ? 1L : 0).CompareTo(row.Integer(other)) : null;
        if (row.Kind(other) == CellKind.Integer && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var integer)) return integer.CompareTo(row.Integer(other));
        if (row.Kind(other) == CellKind.Decimal && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)) return exact.CompareTo(row.Decimal(other));
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number) && row.Number(other) is var value && !double.IsNaN(value)
            ? number.CompareTo(value)
            : null;
    }
}
