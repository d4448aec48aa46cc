using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Counts the predictions of a window in the bins of the reference, batch after batch.</summary>
internal sealed class CurrentProfile
{
    private readonly CurrentColumn[] _columns;

    public CurrentProfile(ReferenceProfile reference) => _columns = [.. reference.Columns.Select(c => new CurrentColumn(c))];

    public IReadOnlyList<CurrentColumn> Columns => _columns;

    /// <summary>The predictions that did not fail.</summary>
    public long Rows { get; private set; }

    public long FailedRows { get; private set; }

    /// <summary>The true values that are known.</summary>
    public RunningMoments Truth { get; private set; }

    public void Add(RecordBatch batch)
    {
        var failed = ColumnReader.Find(batch, PredictionColumns.Error);
        var rows = new List<int>(batch.Length);
        for (var i = 0; i < batch.Length; i++)
        {
            if (failed is null || failed.IsNull(i)) rows.Add(i);
            else FailedRows++;
        }

        Rows += rows.Count;
        var some = rows.Count < batch.Length ? rows : null;
        foreach (var column in _columns) column.Add(ColumnReader.Find(batch, column.Reference.Column.Name), some, rows.Count);
        if (ColumnReader.Find(batch, PredictionColumns.Truth) is not { } truths) return;
        foreach (var i in rows)
        {
            if (ColumnReader.Number(truths, i) is var truth && !double.IsNaN(truth)) Truth = Truth.With(truth);
        }
    }
}

/// <summary>Counts one input column of a window.</summary>
internal sealed class CurrentColumn(ReferenceColumn reference)
{
    private readonly CategoryCounter _categories = new(reference.Categories);
    private long _missing;

    public ReferenceColumn Reference => reference;

    /// <summary>The counts of a column of numbers, in the bins of the reference.</summary>
    public long[] Counts { get; } = new long[reference.Counts.Length];

    public CategoryCounter Categories => _categories;

    public long Missing => _missing + _categories.Missing;

    /// <summary>Whether any prediction came with the column at all.</summary>
    public bool IsThere { get; private set; }

    /// <summary>Adds some rows of a batch, or all of them.</summary>
    public void Add(IArrowArray? column, List<int>? rows, int count)
    {
        if (reference.Problem is not null) return;
        if (column is null)
        {
            _missing += count;
            return;
        }

        IsThere = true;
        if (reference.Bins is { } bins)
        {
            for (var i = 0; i < count; i++)
            {
                var bin = bins.IndexOf(ColumnReader.Number(column, rows?[i] ?? i));
                if (bin < 0) _missing++;
                else Counts[bin]++;
            }
        }
        else
        {
            ColumnReader.Count(column, rows, count, reference.Column.Type, _categories);
        }
    }
}
