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

    /// <summary>The true values that are known.</summary>
    public RunningMoments Truth { get; private set; }

    public void Add(MonitorBatch batch)
    {
        var rows = batch.Rows;
        Rows += rows.Length;
        foreach (var column in _columns) column.Add(ColumnReader.Find(rows, column.Reference.Column.Name), rows.Length);
        if (ColumnReader.Find(rows, PredictionColumns.Truth) is not { } truths) return;
        for (var i = 0; i < rows.Length; i++)
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

    /// <summary>Adds the rows of a batch.</summary>
    /// <param name="column">The values; null when the batch has no such column.</param>
    /// <param name="count">How many rows there are.</param>
    public void Add(IArrowArray? column, int count)
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
                var bin = bins.IndexOf(ColumnReader.Number(column, i));
                if (bin < 0) _missing++;
                else Counts[bin]++;
            }
        }
        else
        {
            ColumnReader.Count(column, count, reference.Column.Type, _categories);
        }
    }
}
