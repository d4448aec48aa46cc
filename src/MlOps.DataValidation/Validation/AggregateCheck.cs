namespace MlOps.DataValidation;

/// <summary>Looks at all judged rows and compares what was gathered of them.</summary>
internal sealed class AggregateCheck(Expectation expectation, int[] columns, Func<Tally, Outcome> finish, params Accumulator[] accumulators) : Check(expectation, columns)
{
    public override ReadOnlySpan<ulong> Look(Block block, ReadOnlySpan<ulong> scope, SampleTaker samples)
    {
        var judged = Judged(block, scope);
        foreach (var accumulator in accumulators) accumulator.Look(block, judged);
        return [];
    }

    public override Outcome Finish() => finish(Tally);
}
