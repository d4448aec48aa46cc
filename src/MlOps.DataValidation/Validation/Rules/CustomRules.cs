namespace MlOps.DataValidation;

/// <summary>Rules that call a check of the host's own.</summary>
internal static class CustomRules
{
    public static RowRule Of(ColumnExpectation expectation, BoundColumn column) => (expectation, column.Kind) switch
    {
        (_, CellKind.Nothing) => new ConstantRule(true, column.Index),
        (ValueExpectation<long> e, CellKind.Integer) => new Integers(column.Index, e),
        (ValueExpectation<bool> e, CellKind.Boolean) => new Booleans(column.Index, e),
        (ValueExpectation<DateTime> e, CellKind.Date or CellKind.Moment) => new Times(column.Index, e),
        (ValueExpectation<double> e, _) when column.Kind.IsNumeric() => new Numbers(column.Index, e),
        (ValueExpectation<decimal> e, CellKind.Decimal or CellKind.Integer) => new Exact(column.Index, e),
        (ValueExpectation<ReadOnlySpan<char>> e, CellKind.Text) => new Texts(column.Index, e),
        (ValueExpectation<string> e, CellKind.Text) => new Strings(column.Index, e),
        _ => throw column.Unfit($"{expectation.Kind}, which looks at another type,"),
    };

    private sealed class Integers(int column, ValueExpectation<long> expectation) : IntegerRule(column)
    {
        public override bool Passes(long value) => expectation.Judge(value);
    }

    private sealed class Booleans(int column, ValueExpectation<bool> expectation) : IntegerRule(column)
    {
        public override bool Passes(long value) => expectation.Judge(value != 0);
    }

    private sealed class Times(int column, ValueExpectation<DateTime> expectation) : IntegerRule(column)
    {
        public override bool Passes(long value) => expectation.Judge(Microseconds.ToDateTime(value));
    }

    private sealed class Texts(int column, ValueExpectation<ReadOnlySpan<char>> expectation) : TextRule(column)
    {
        public override bool Passes(ReadOnlySpan<char> value) => expectation.Judge(value);
    }

    private sealed class Strings(int column, ValueExpectation<string> expectation) : TextRule(column)
    {
        public override bool Passes(ReadOnlySpan<char> value) => expectation.Judge(value.ToString());
    }

    private sealed class Numbers(int column, ValueExpectation<double> expectation) : RowRule(column)
    {
        public override bool Passes(Row row) => expectation.Judge(row.Number(0));
    }

    private sealed class Exact(int column, ValueExpectation<decimal> expectation) : RowRule(column)
    {
        public override bool Passes(Row row) => expectation.Judge(row.Decimal(0));
    }
}
