namespace MlOps.DataValidation;

/// <summary>An expectation at work on some data: it counts rows and, at the end, says what it found.</summary>
internal abstract class Check(Expectation expectation, int[] columns)
{
    private ulong[] _judged = [];

    public Expectation Expectation => expectation;

    public Tally Tally { get; } = new();

    /// <summary>Gets a value indicating whether the columns alone tell what comes of it, whatever the rows hold.</summary>
    public bool IsAboutColumns { get; init; }

    /// <summary>Gets why the check stopped; null while it works.</summary>
    public string? Error { get; set; }

    protected int[] Columns => columns;

    public bool Reads(int column) => columns.Contains(column);

    /// <summary>Looks at the rows of a block that the filter lets through.</summary>
    /// <returns>The rows that fail, until the next call; empty when none does, or the check does not judge rows.</returns>
    public abstract ReadOnlySpan<ulong> Look(Block block, ReadOnlySpan<ulong> scope, SampleTaker samples);

    /// <summary>Says what was found.</summary>
    public abstract Outcome Finish();

    /// <summary>Leaves out the rows that are not judged because values are missing, and counts.</summary>
    protected ReadOnlySpan<ulong> Judged(Block block, ReadOnlySpan<ulong> scope)
    {
        if (_judged.Length < scope.Length) _judged = new ulong[scope.Length];
        var judged = _judged.AsSpan(0, scope.Length);
        var rows = Bits.Count(scope);
        Tally.Elements += rows;
        if (expectation.Nulls == NullPolicy.Judge || columns.Length == 0)
        {
            scope.CopyTo(judged);
        }
        else if (expectation.Nulls == NullPolicy.Ignore || columns.Length == 1)
        {
            scope.CopyTo(judged);
            foreach (var column in columns)
            {
                if (!block.Columns[column].IsComplete) Bits.And(judged, block.Columns[column].Valid);
            }
        }
        else
        {
            judged.Clear();
            foreach (var column in columns) Bits.Or(judged, block.Columns[column].Valid);
            Bits.And(judged, scope);
        }

        Tally.Missing += rows - Bits.Count(judged);
        return judged;
    }
}
