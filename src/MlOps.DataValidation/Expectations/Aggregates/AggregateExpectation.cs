namespace MlOps.DataValidation;

/// <summary>The base of a check of one's own about a numeric column as a whole.</summary>
/// <typeparam name="TState">What is gathered while the rows go by.</typeparam>
/// <param name="Column">The column.</param>
public abstract record AggregateExpectation<TState>(string Column) : ColumnExpectation(Column)
{
    /// <summary>Makes the state before the first row.</summary>
    /// <returns>The state of one validation, which is used by one thread.</returns>
    protected abstract TState Start();

    /// <summary>Adds values, without those that are missing.</summary>
    /// <param name="state">The state.</param>
    /// <param name="values">Numbers; booleans are 0 and 1, dates and moments microseconds since 1970.</param>
    /// <returns>The state with the values.</returns>
    protected abstract TState Add(TState state, ReadOnlySpan<double> values);

    /// <summary>Judges at the end.</summary>
    /// <param name="state">The state.</param>
    /// <returns>Whether it is as expected, and the value that was compared.</returns>
    protected abstract (bool Success, Scalar Observed) Judge(TState state);

    internal sealed override Check Plan(CheckPlan plan)
    {
        var column = plan.Column(Column);
        if (column.Kind is CellKind.Text or CellKind.Binary or CellKind.Other) throw column.Unfit(Kind);
        var gathered = new Gathered(this, column);
        return new AggregateCheck(this, [column.Index], _ =>
        {
            var (success, observed) = Judge(gathered.State);
            return new(success, observed, $"it is {ExpectationNames.Literal(observed)}");
        }, gathered);
    }

    private sealed class Gathered(AggregateExpectation<TState> expectation, BoundColumn column) : Accumulator
    {
        private double[] _values = [];

        public TState State { get; private set; } = expectation.Start();

        protected override void Add(Block block, ReadOnlySpan<ulong> judged)
        {
            if (_values.Length < block.Length) _values = new double[block.Length];
            var (row, count) = (new BlockRow(block) { Map = [column.Index] }, 0);
            foreach (var index in new RowsOf(judged))
            {
                row.Index = index;
                _values[count++] = row.Number(0);
            }

            State = expectation.Add(State, _values.AsSpan(0, count));
        }
    }
}
