using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Judges rows by a rule, counts exactly and keeps a few of those that fail.</summary>
internal sealed class RowCheck(Expectation expectation, RowRule rule) : Check(expectation, rule.Columns)
{
    private ulong[] _failed = [];

    public RowRule Rule => rule;

    public override ReadOnlySpan<ulong> Look(Block block, ReadOnlySpan<ulong> scope, SampleTaker samples)
    {
        if (_failed.Length < scope.Length) _failed = new ulong[scope.Length];
        var failed = _failed.AsSpan(0, scope.Length);
        var judged = Judged(block, scope);
        rule.Judge(block, judged, failed);
        Bits.And(failed, judged);
        if (Expectation.Nulls == NullPolicy.Judge && Columns is [var only] && !block.Columns[only].IsComplete) FailMissing(block.Columns[only], scope, failed);
        var count = Bits.Count(failed);
        if (count == 0) return [];
        Tally.Unexpected += count;
        samples.Take(block, Columns, failed, Tally.Sample);
        return failed;
    }

    public override Outcome Finish()
    {
        rule.Finish(Tally);
        var judged = Tally.Elements - Tally.Missing;
        if (Tally.Unexpected == 0) return new(true);
        var share = (double)(judged - Tally.Unexpected) / judged;
        var finding = string.Create(CultureInfo.InvariantCulture, $"{Tally.Unexpected} of {judged} rows ({100.0 * Tally.Unexpected / judged:0.####} %) fail{Example()}");
        return new(share >= Expectation.Mostly, default, finding);
    }

    // A rule about values sees none that is missing; under this policy they fail, unless the rule is about missing values itself.
    private void FailMissing(BlockColumn column, ReadOnlySpan<ulong> scope, Span<ulong> failed)
    {
        if (rule is IMissingRule) return;
        for (var i = 0; i < failed.Length; i++) failed[i] = (failed[i] & column.Valid[i]) | (scope[i] & ~column.Valid[i]);
    }

    private string Example() => Tally.Sample is [var first, ..]
        ? string.Create(CultureInfo.InvariantCulture, $", first row {first.Row}{Values(first.Keys, " (", ")")}{Values(first.Values, ": ", string.Empty)}")
        : string.Empty;

    private static string Values(IReadOnlyDictionary<string, Scalar> values, string before, string after) =>
        values.Count == 0 ? string.Empty : before + string.Join(", ", values.Select(v => $"{v.Key} = {Short(v.Value)}")) + after;

    private static string Short(Scalar value)
    {
        var text = ExpectationNames.Literal(value);
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}

/// <summary>A rule that is about missing values.</summary>
internal interface IMissingRule;
