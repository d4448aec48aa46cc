using Apache.Arrow;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>A pass over rows that is used for one batch after the other. Not thread-safe.</summary>
internal sealed class RowsChecker
{
    private readonly ValidationPass _pass;
    private readonly ArrowFeed _feed;

    public RowsChecker(ExpectationSuite suite, Schema schema)
    {
        _pass = new(suite, new CheckPlan(ArrowFeed.ColumnsOf(schema), new() { SampleSize = 0 }), keepFailed: true);
        _feed = new(_pass.Block, schema);
    }

    /// <summary>Gets why an expectation is no longer checked; null when all are.</summary>
    public string? Error => _pass.Error;

    public List<InputFinding> Check(RecordBatch batch)
    {
        List<InputFinding> findings = [];
        _feed.Start(batch);
        while (_feed.Next())
        {
            _pass.Judge();
            for (var row = 0; row < _pass.Block.Length; row++)
            {
                if (!_pass.Fails(row)) continue;
                foreach (var failed in _pass.FailuresOf(row))
                    findings.Add(new(_feed.Start0 + row, failed.Columns.Count == 1 ? failed.Columns[0] : null, failed.Filtered, failed.Severity == Severity.Error));
            }
        }

        return findings;
    }
}
