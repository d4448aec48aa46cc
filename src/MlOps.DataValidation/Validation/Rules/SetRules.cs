using System.Collections.Frozen;

namespace MlOps.DataValidation;

/// <summary>Rules about values that stand in a list.</summary>
internal static class SetRules
{
    /// <summary>Makes the rule that a value stands in the list, or that it does not.</summary>
    public static RowRule In(BoundColumn column, IReadOnlyCollection<Scalar> values, bool expected)
    {
        var present = values.Where(v => !v.IsMissing).ToList();
        return column.Kind switch
        {
            CellKind.Nothing => new ConstantRule(true, column.Index),
            CellKind.Number => new NumberSet(column.Index, present.Select(v => Literals.Number(v, column)).ToFrozenSet(), expected),
            CellKind.Decimal => new DecimalSet(column.Index, present.Select(v => Literals.Decimal(v, column)).ToFrozenSet(), expected),
            CellKind.Text => new TextSet(column.Index, present.Select(v => Literals.Text(v, column)).ToFrozenSet(StringComparer.Ordinal), expected),
            _ when column.Kind.IsIntegral() => new IntegerSet(column.Index, present.Select(v => Literals.Integer(v, column)).OfType<long>().ToFrozenSet(), expected),
            _ => throw column.Unfit("a list of values"),
        };
    }

    private sealed class IntegerSet(int column, FrozenSet<long> values, bool expected) : IntegerRule(column)
    {
        public override bool Passes(long value) => values.Contains(value) == expected;
    }

    private sealed class NumberSet(int column, FrozenSet<double> values, bool expected) : NumberRule(column)
    {
        public override bool Passes(double value) => values.Contains(value) == expected;
    }

    private sealed class DecimalSet(int column, FrozenSet<decimal> values, bool expected) : DecimalRule(column)
    {
        public override bool Passes(decimal value) => values.Contains(value) == expected;
    }

    private sealed class TextSet(int column, FrozenSet<string> values, bool expected) : TextRule(column)
    {
        private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _values = values.GetAlternateLookup<ReadOnlySpan<char>>();

        public override bool Passes(ReadOnlySpan<char> value) => _values.Contains(value) == expected;
    }
}
