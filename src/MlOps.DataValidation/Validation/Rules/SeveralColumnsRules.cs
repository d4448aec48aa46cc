using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Values of a row that all differ. A missing value equals nothing.</summary>
internal sealed class DistinctWithinRowRule(int[] columns) : RowRule(columns)
{
    public override bool Passes(Row row)
    {
        for (var i = 1; i < Columns.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (!row.IsMissing(i) && !row.IsMissing(j) && Cells.AreComparable(row.Kind(i), row.Kind(j)) && Cells.Order(row, i, j) == 0) return false;
            }
        }

        return true;
    }
}

/// <summary>Numbers of a row that have some sum. With a missing value there is none.</summary>
internal sealed class SumRule(int[] columns, decimal? exact, double total, double tolerance, bool whole) : RowRule(columns)
{
    public override bool Passes(Row row)
    {
        for (var i = 0; i < Columns.Length; i++)
        {
            if (row.IsMissing(i)) return false;
        }

        if (whole && exact is { } wanted)
        {
            try
            {
                decimal sum = 0;
                for (var i = 0; i < Columns.Length; i++) sum += row.Decimal(i);
                return Math.Abs(sum - wanted) <= (decimal)Math.Min(tolerance, 1e27);
            }
            catch (OverflowException)
            {
                return false;
            }
        }

        var added = 0.0;
        for (var i = 0; i < Columns.Length; i++) added += row.Number(i);
        return Math.Abs(added - total) <= tolerance || added == total;
    }

    public static SumRule Of(IReadOnlyList<BoundColumn> columns, Scalar total, double tolerance)
    {
        foreach (var column in columns)
        {
            if (!column.Kind.IsNumeric() && column.Kind != CellKind.Nothing) throw column.Unfit("a sum");
        }

        var exact = Exact(total);
        var number = total.Value is double d ? d : Convert.ToDouble(total.Value, CultureInfo.InvariantCulture);
        return new([.. columns.Select(c => c.Index)], exact, number, tolerance, columns.All(c => c.Kind is CellKind.Integer or CellKind.Decimal or CellKind.Boolean));
    }

    private static decimal? Exact(Scalar total) => total.Value switch
    {
        long integer => integer,
        decimal exact => exact,
        double number when Math.Abs(number) < 1e27 => (decimal)number,
        _ => null,
    };
}

/// <summary>Pairs of values that stand in a list; a missing value is one of its own.</summary>
internal sealed class PairRule(int first, int second, HashSet<UInt128> pairs) : RowRule(first, second)
{
    public override bool Passes(Row row) => pairs.Contains(RowKeys.Of(row, 2));
}

/// <summary>Rows whose values are the keys of another table.</summary>
internal sealed class ReferenceRule(int[] columns, KeySet keys) : RowRule(columns)
{
    public override bool Passes(Row row) => keys.Contains(RowKeys.Of(row, Columns.Length));
}

/// <summary>Rows for which a filter is true.</summary>
internal sealed class FilterRule(int[] columns, FilterNode filter) : RowRule(columns), IMissingRule
{
    public override bool Passes(Row row) => filter.Matches(row);

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        filter.Match(block, failed);
        for (var i = 0; i < failed.Length; i++) failed[i] = ~failed[i];
    }
}
