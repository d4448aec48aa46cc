namespace MlOps.DataValidation;

/// <summary>Holds one record at a time to a suite, as a model endpoint does before it predicts. A record that passes costs no allocation.</summary>
/// <typeparam name="T">The record; its public properties are the columns, found by name without regard to case.</typeparam>
/// <remarks>
/// Compiled once and thread-safe. The verdict is the one that the row would get in a batch or a stream. What is expected of the columns themselves, such as their types, is settled when it is compiled. Expectations that need other rows, such as uniqueness, order and statistics, cannot be asked of
/// one record; <see cref="Unchecked"/> lists them.
/// </remarks>
public sealed class RecordChecker<T>
{
    private readonly Entry[] _entries;
    private readonly RecordColumn<T>[] _columns;
    private RecordRow<T>? _spare;

    internal RecordChecker(ExpectationSuite suite, CheckPlan plan)
    {
        var entries = new List<Entry>();
        var others = new List<Expectation>();
        foreach (var expectation in suite.Expectations)
        {
            try
            {
                var planned = expectation.Plan(plan);
                if (planned is { IsAboutColumns: true })
                {
                    if (planned.Finish() is { Success: false } found) throw new CheckException($"Of this record {found.Finding}.");
                }
                else if (planned is RowCheck { Rule: { IsLocal: true } rule } check) entries.Add(new(expectation, check.Expectation.Nulls, rule, plan.Filter(expectation.Where)));
                else others.Add(expectation);
            }
            catch (CheckException e)
            {
                throw new ArgumentException($"{typeof(T).Name} cannot be held to '{suite.Name}', which expects that {expectation.Filtered}. {e.Message}", nameof(suite));
            }
        }

        (_entries, Unchecked) = ([.. entries], others);
        _columns = RecordFeed<T>.Bound(plan.Bound);
    }

    /// <summary>Gets the expectations that cannot be asked of one record.</summary>
    public IReadOnlyList<Expectation> Unchecked { get; }

    /// <summary>Says whether a record meets every expectation of severity error.</summary>
    /// <param name="record">The record.</param>
    /// <returns>True when it does.</returns>
    public bool Passes(T record)
    {
        var row = Take(record);
        try
        {
            foreach (var entry in _entries)
            {
                if (entry.Expectation.Severity == Severity.Error && !entry.Passes(row)) return false;
            }

            return true;
        }
        finally
        {
            Give(row);
        }
    }

    /// <summary>Gives the expectations that a record fails, warnings too, in the suite's order.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The expectations; an empty list, without allocation, when it passes.</returns>
    public IReadOnlyList<Expectation> Check(T record)
    {
        var row = Take(record);
        try
        {
            List<Expectation>? failed = null;
            foreach (var entry in _entries)
            {
                if (!entry.Passes(row)) (failed ??= []).Add(entry.Expectation);
            }

            return failed ?? (IReadOnlyList<Expectation>)[];
        }
        finally
        {
            Give(row);
        }
    }

    private RecordRow<T> Take(T record)
    {
        if (record is null) throw new ArgumentNullException(nameof(record));
        var row = Interlocked.Exchange(ref _spare, null) ?? new RecordRow<T>(_columns);
        row.Record = record;
        return row;
    }

    private void Give(RecordRow<T> row)
    {
        row.Record = default!;
        _spare = row;
    }

    private sealed class Entry(Expectation expectation, NullPolicy nulls, RowRule rule, FilterNode? filter)
    {
        private readonly int[] _columns = rule.Columns;
        private readonly bool _judgesMissing = rule is IMissingRule;

        public Expectation Expectation => expectation;

        public bool Passes(Row row)
        {
            if (filter is not null && !Matches(row)) return true;
            var missing = 0;
            foreach (var column in _columns)
            {
                if (!row.HasAt(column)) missing++;
            }

            if (missing > 0)
            {
                if (nulls == NullPolicy.Ignore || (nulls == NullPolicy.IgnoreAll && missing == _columns.Length)) return true;
                if (_columns.Length == 1 && nulls == NullPolicy.Judge && !_judgesMissing) return false;
            }

            try
            {
                row.Map = _columns;
                return rule.Passes(row);
            }
            catch (System.Text.RegularExpressions.RegexMatchTimeoutException)
            {
                return false; // what cannot be judged in time does not pass
            }
        }

        private bool Matches(Row row)
        {
            try
            {
                return filter!.Matches(row);
            }
            catch (System.Text.RegularExpressions.RegexMatchTimeoutException)
            {
                return true;
            }
        }
    }
}
