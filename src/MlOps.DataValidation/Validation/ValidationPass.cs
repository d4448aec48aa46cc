using System.Text.RegularExpressions;

namespace MlOps.DataValidation;

/// <summary>One pass of a suite over some data, block by block. Not thread-safe.</summary>
internal sealed class ValidationPass
{
    private const int MostReasons = 10_000;
    private readonly ExpectationSuite _suite;
    private readonly Entry[] _entries;
    private readonly SampleTaker _samples;
    private readonly FilterNode[] _filters;
    private readonly bool _keepFailed;
    private readonly Dictionary<ulong, string> _reasons = [];
    private ulong[] _all = [];
    private ulong[] _rejected = [];
    private long _rows;
    private long _rejectedRows;

    public ValidationPass(ExpectationSuite suite, CheckPlan plan, bool keepFailed = false)
    {
        (_suite, _keepFailed, _samples) = (suite, keepFailed, plan.Samples);
        _entries = [.. suite.Expectations.Select(e => Entry.Create(e, plan))];
        _filters = [.. _entries.Select(e => e.Filter).OfType<FilterNode>().Distinct()];
        Bound = [.. plan.Bound];
        Block = new([.. plan.Bound.Select(b => new BlockColumn(b.Name, b.Kind))]);
    }

    /// <summary>Gets the columns to fill, in the order of the block's.</summary>
    public IReadOnlyList<BoundColumn> Bound { get; }

    public Block Block { get; }

    /// <summary>Gets the rows of the last block that failed an expectation of severity error.</summary>
    public ReadOnlySpan<ulong> Rejected => _rejected.AsSpan(0, Block.Words);

    public int RejectedInBlock { get; private set; }

    /// <summary>Gets why the first expectation that could not be checked is no longer looked at; null when all are.</summary>
    public string? Error => Array.Find(_entries, e => e.Error is not null)?.Error;

    /// <summary>Judges the rows of the block.</summary>
    public void Judge()
    {
        Block.FirstRow = _rows;
        Block.Serial++;
        var words = Block.Words;
        if (_all.Length < words) (_all, _rejected) = (new ulong[words], new ulong[words]);
        var all = _all.AsSpan(0, words);
        var rejected = _rejected.AsSpan(0, words);
        rejected.Clear();
        if (Block.Length > 0) Bits.Fill(all, Block.Length);
        foreach (var filter in _filters) filter.Refresh(Block);
        foreach (var entry in _entries) entry.Look(Block, all, _samples, rejected, _keepFailed);
        _rows += Block.Length;
        RejectedInBlock = Bits.Count(rejected);
        _rejectedRows += RejectedInBlock;
    }

    /// <summary>Stops the expectations that look at a column.</summary>
    public void Lose(int column, string why)
    {
        foreach (var entry in _entries.Where(e => e.Uses(column))) entry.Stop(why);
    }

    /// <summary>Gives what a row of the last block failed, in the suite's order.</summary>
    public IEnumerable<Expectation> FailuresOf(int row) => _entries.Where(e => e.Failed(row)).Select(e => e.Expectation);

    public bool Fails(int row) => Array.Exists(_entries, e => e.Failed(row));

    /// <summary>Gives what a row of the last block failed, in words. The same reasons are the same object.</summary>
    public string ReasonsOf(int row)
    {
        if (_entries.Length > 64) return Words(FailuresOf(row));
        ulong failed = 0;
        for (var i = 0; i < _entries.Length; i++)
        {
            if (_entries[i].Failed(row)) failed |= 1UL << i;
        }

        if (!_reasons.TryGetValue(failed, out var reasons) && _reasons.Count < MostReasons) _reasons[failed] = reasons = Words(FailuresOf(row));
        return reasons ?? Words(FailuresOf(row));
    }

    public ValidationResult Finish() => new(_suite.Name, _rows, [.. _entries.Select(e => e.Finish())]) { RejectedCount = _rejectedRows };

    private static string Words(IEnumerable<Expectation> failures) => string.Join("; ", failures.Select(e => e.Filtered));

    private sealed class Entry(Expectation expectation)
    {
        private ulong[] _failed = [];
        private bool _anyFailed; // of the last block
        private Check? _check;
        private string? _error;

        public Expectation Expectation => expectation;

        public FilterNode? Filter { get; private set; }

        public string? Error => _error;

        public static Entry Create(Expectation expectation, CheckPlan plan)
        {
            var entry = new Entry(expectation);
            entry.Guard(() =>
            {
                entry._check = expectation.Plan(plan);
                entry.Filter = plan.Filter(expectation.Where);
            });
            return entry;
        }

        public void Look(Block block, ReadOnlySpan<ulong> all, SampleTaker samples, Span<ulong> rejected, bool keep)
        {
            _anyFailed = false;
            if (_error is not null) return;
            try
            {
                if (Filter is { Error: { } problem }) throw new CheckException(problem);
                var failed = _check!.Look(block, Filter is null ? all : Filter.Matching(block), samples);
                if (failed.IsEmpty) return;
                if (expectation.Severity == Severity.Error) Bits.Or(rejected, failed);
                if (!keep) return;
                if (_failed.Length < all.Length) _failed = new ulong[all.Length];
                failed.CopyTo(_failed);
                _anyFailed = true;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Stop(Words(e));
            }
        }

        public bool Failed(int row) => _anyFailed && Bits.Has(_failed, row);

        public bool Uses(int column) => _check is not null && (_check.Reads(column) || Filter?.Reads(column) == true);

        public void Stop(string why) => _error ??= why;

        public ExpectationResult Finish()
        {
            Outcome? outcome = null;
            if (_error is null) Guard(() => outcome = _check!.Finish());
            var tally = _check?.Tally ?? new();
            var success = _error is null && outcome!.Success;
            return new()
            {
                Kind = expectation.Kind,
                Columns = expectation.Columns,
                Expected = expectation.Filtered,
                Severity = expectation.Severity,
                Success = success,
                Error = _error,
                Message = Message(success, outcome),
                JudgesRows = _check is RowCheck,
                Mostly = expectation.Mostly,
                Observed = outcome?.Observed ?? default,
                Details = outcome?.Details ?? Outcome.NoDetails,
                ElementCount = tally.Elements,
                MissingCount = tally.Missing,
                UnexpectedCount = tally.Unexpected,
                Sample = [.. tally.Sample],
            };
        }

        private string Message(bool success, Outcome? outcome)
        {
            if (_error is not null) return $"Could not check that {expectation.Filtered}: {_error}";
            if (success && outcome?.Finding is null) return $"As expected, {expectation.Filtered}.";
            return success ? $"As expected, {expectation.Filtered}: {outcome!.Finding}." : $"Expected that {expectation.Filtered}, but {outcome!.Finding}.";
        }

        private void Guard(Action work)
        {
            try
            {
                work();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Stop(Words(e));
            }
        }

        private string Words(Exception e) => e switch
        {
            CheckException => e.Message,
            RegexMatchTimeoutException slow => $"the pattern '{slow.Pattern}' took longer than {slow.MatchTimeout.TotalSeconds:0.###} s for one value. Rewrite it without nested repetitions, or raise the limit.",
            _ => $"{expectation.Kind} threw {e.GetType().Name}: {e.Message}",
        };
    }
}
