using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Holds the rows of one view to its guards. Not thread-safe.</summary>
internal sealed class ViewGuards(FeatureView view, IEnumerable<IFeatureGuard> guards)
{
    private const string Reason = "__reason";

    private readonly IFeatureGuard[] _guards = [.. guards.Where(g => g.View == view.Name)];
    private Schema? _events;
    private Schema _checked = null!;
    private int[] _columns = [];

    /// <summary>Gets whether anybody looks.</summary>
    public bool Any => _guards.Length > 0;

    /// <summary>Looks at rows.</summary>
    /// <param name="events">The events.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="DataException">A guard refuses a row and has the whole call fail.</exception>
    public GuardedRows Check(RecordBatch events)
    {
        if (_guards.Length == 0 || events.Length == 0) return new([], 0, 0, null);
        if (!ReferenceEquals(events.Schema, _events)) Bind(events.Schema);
        var rows = new RecordBatch(_checked, _columns.Select(events.Column), events.Length);
        string?[]? reasons = null;
        HashSet<int> flagged = [];
        foreach (var guard in _guards)
        {
            foreach (var finding in guard.Check(rows))
            {
                if (!finding.IsRefused || guard.OnWrite == RefusedRows.Flag)
                {
                    flagged.Add(finding.Row);
                    continue;
                }

                var text = finding.Column is null ? finding.Message : $"{finding.Column}: {finding.Message}";
                if (guard.OnWrite == RefusedRows.Fail)
                    throw new DataException($"A row of feature view '{view.Name}' is refused: {text}. Nothing more of the view was written.") { Column = finding.Column, Row = finding.Row + 1 };
                reasons ??= new string?[events.Length];
                reasons[finding.Row] = reasons[finding.Row] is { } other ? $"{other}; {text}" : text;
            }
        }

        if (reasons is null) return new([], 0, flagged.Count, null);
        bool[] isTaken = [.. reasons.Select(r => r is null)];
        int[] refused = [.. Enumerable.Range(0, reasons.Length).Where(i => reasons[i] is not null)];
        return new(isTaken, refused.Length, flagged.Count(row => isTaken[row]), WithReasons(ArrowRows.Take(rows, refused), [.. refused.Select(i => reasons[i]!)]));
    }

    private static RecordBatch WithReasons(RecordBatch rows, string[] reasons) => new(
        new(rows.Schema.FieldsList.Append(new(Reason, DatasetSchema.ToArrow(ColumnType.String), nullable: true)), metadata: null),
        Enumerable.Range(0, rows.ColumnCount).Select(rows.Column).Append(new StringArray.Builder().AppendRange(reasons).Build(ArrowMemory.Managed)),
        rows.Length);

    // The features by their own names; of windows, the columns that they are computed from.
    private void Bind(Schema events)
    {
        List<(string Name, string Column)> columns = [.. view.Keys.Select(k => (k.Name, k.Name)), (EventColumns.EventTime, EventColumns.EventTime)];
        foreach (var feature in view.Features.Where(f => !string.IsNullOrEmpty(f.Column)))
        {
            var name = view.IsWindowed ? feature.Column : feature.Name;
            if (!columns.Exists(c => c.Name == name)) columns.Add((name, feature.Column));
        }

        _columns = [.. columns.Select(c => events.GetFieldIndex(c.Column))];
        _checked = new Schema(columns.Select((c, i) => new Field(c.Name, events.GetFieldByIndex(_columns[i]).DataType, nullable: true)), metadata: null);
        _events = events;
    }
}

/// <summary>What the guards of a view found in some rows.</summary>
/// <param name="IsTaken">For each row whether it is taken; empty when all are.</param>
/// <param name="Refused">How many are not.</param>
/// <param name="Flagged">How many are taken although something is odd.</param>
/// <param name="Rows">The refused rows and why; null when there are none.</param>
internal readonly record struct GuardedRows(bool[] IsTaken, int Refused, int Flagged, RecordBatch? Rows);
