using Apache.Arrow;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>The profile of the last rows of a stream: a window that moves on pane by pane. Not thread-safe.</summary>
/// <remarks>The window holds a profile for each pane, whatever the number of rows. Its profile is exactly that of the rows in it.</remarks>
public sealed class RunningProfile
{
    private readonly Queue<BatchProfiler> _panes = new();
    private readonly int _count;
    private readonly long? _rowsPerPane;
    private readonly ProfilingOptions _options;

    /// <summary>Begins a window.</summary>
    /// <param name="panes">How many panes the window has; the oldest one falls out when another one begins.</param>
    /// <param name="rowsPerPane">After how many rows another pane begins; null when only <see cref="Turn"/> begins one, for instance each hour.</param>
    /// <param name="options">What is profiled, and how; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    public RunningProfile(int panes, long? rowsPerPane = null, ProfilingOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(panes, 1);
        if (rowsPerPane is { } rows) ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1, nameof(rowsPerPane));
        (_count, _rowsPerPane, _options) = (panes, rowsPerPane, options ?? ProfilingOptions.Default);
        Turn();
    }

    /// <summary>Begins another pane, and lets the oldest one fall out of a full window.</summary>
    public void Turn()
    {
        if (_panes.Count == _count) _panes.Dequeue();
        _panes.Enqueue(new(_options));
    }

    /// <summary>Adds rows.</summary>
    /// <param name="batch">The rows. A batch that does not fit into a pane is divided.</param>
    /// <exception cref="MlOps.Core.DataException">A column is missing, stands twice, or changed its type.</exception>
    public void Add(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        for (var at = 0; at < batch.Length;)
        {
            var room = _rowsPerPane is { } rows ? rows - _panes.Last().Profile.Rows : long.MaxValue;
            if (room == 0)
            {
                Turn();
                continue;
            }

            var take = (int)Math.Min(room, batch.Length - at);
            _panes.Last().Add(batch.Slice(at, take));
            at += take;
        }
    }

    /// <summary>Gives the profile of the rows in the window.</summary>
    /// <returns>A profile that does not change any more.</returns>
    public DatasetProfile Current()
    {
        var whole = new DatasetProfile(_options.Statistics);
        foreach (var pane in _panes) whole.Merge(pane.Profile);
        return whole;
    }
}
