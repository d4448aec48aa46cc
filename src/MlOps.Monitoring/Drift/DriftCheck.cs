using System.Globalization;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Holds predictions to the reference of the version: reads it once, profiles the window, compares profile with profile.</summary>
internal sealed class DriftCheck(IDatasetStore datasets, IPredictionLog log, KeptInputs kept, IEnumerable<IReferenceSource> sources, MonitoringMetrics metrics) : IMonitorCheck, IDisposable
{
    public const string CheckName = "drift";

    private readonly ReferenceReader _reader = new(datasets, sources);
    private readonly FirstPredictions _first = new(log);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, (string Fingerprint, Reference Reference)> _references = new(StringComparer.Ordinal); // by model, alias, whether in parts, and segments
    private readonly Dictionary<string, (string Fingerprint, DatasetProfile Outputs)> _outputs = new(StringComparer.Ordinal); // by model and alias

    public string Name => CheckName;

    public async ValueTask<IMonitorPass?> BeginAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var reference = WhatIsKept(await GetReferenceAsync(context, cancellationToken).ConfigureAwait(false), context);
            return new Pass(context, reference, await GetOutputsAsync(context, reference, cancellationToken).ConfigureAwait(false), metrics);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async ValueTask<Reference> GetReferenceAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        if (await _reader.FindAsync(context, cancellationToken).ConfigureAwait(false) is { } chosen) return chosen;
        var options = context.Options;
        var key = $"{KeyOf(context)}{(options.Thresholds.Values.Any(t => t.Sigmas is not null) ? " in parts" : null)} {options.SegmentValues} {string.Join(',', options.Segments)}";
        if (_references.TryGetValue(key, out var known) && known.Fingerprint == FingerprintOf(context)) return known.Reference;
        var reference = await _reader.ReadAsync(context, cancellationToken).ConfigureAwait(false);
        _references[key] = (FingerprintOf(context), reference);
        return reference;
    }

    // Until there are enough of them they are read anew each time.
    private async ValueTask<DatasetProfile> GetOutputsAsync(MonitorContext context, Reference reference, CancellationToken cancellationToken)
    {
        if (reference.Profile.Columns.Any(c => c.StartsWith(PredictionColumns.OutputPrefix, StringComparison.Ordinal))) return reference.Profile;
        if (_outputs.TryGetValue(KeyOf(context), out var known) && known.Fingerprint == FingerprintOf(context)) return known.Outputs;
        var outputs = await _first.ReadAsync(context, cancellationToken).ConfigureAwait(false);
        if (outputs.Rows >= FirstPredictions.MaxRows) _outputs[KeyOf(context)] = (FingerprintOf(context), outputs);
        return outputs;
    }

    private Reference WhatIsKept(Reference reference, MonitorContext context) =>
        reference with { Columns = [.. reference.Columns.Select(c => c.Problem is null ? c with { Problem = kept.ProblemOf(context.Version.Model, c.Column.Name, reference.IsTraining) } : c)] };

    private static string KeyOf(MonitorContext context) => $"{context.Version.Model}@{context.Options.Alias}";

    private static string FingerprintOf(MonitorContext context) => context.Version.RequireBundle().Fingerprint;

    private static string Summarise(DriftReport report, MonitorContext context, Reference reference)
    {
        var rows = reference.IsTraining ? "training rows" : "rows of the reference";
        FormattableString text = report switch
        {
            { Rows: 0, FailedRows: 0 } => $"No predictions in the window.",
            { Rows: 0 } => $"All {report.FailedRows:N0} predictions in the window failed.",
            { HasDrift: true } => $"Drift in {string.Join(", ", report.Drifted)}: {report.Rows:N0} predictions against {report.ReferenceRows:N0} {rows} of version {context.Version.Version}.",
            _ when report.Rows < context.Options.MinRows => $"Nothing can be said: {report.Rows:N0} predictions in the window, {context.Options.MinRows:N0} are needed.",
            _ => $"No drift: {report.Rows:N0} predictions against {report.ReferenceRows:N0} {rows} of version {context.Version.Version}.",
        };
        return text.ToString(CultureInfo.InvariantCulture);
    }

    private sealed class Pass(MonitorContext context, Reference reference, DatasetProfile outputs, MonitoringMetrics metrics) : IMonitorPass
    {
        private readonly CurrentProfile _current = new(reference);

        public void Add(MonitorBatch batch) => _current.Add(batch);

        public ValueTask<MonitorSection> EndAsync(IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
        {
            var (window, parts, segments) = DriftComparer.Compare(reference, outputs, _current, chunks.Count, context.Options);
            var report = new DriftReport(reference.Profile.Rows, chunks.Sum(c => c.Rows), chunks.Sum(c => c.FailedRows), window.Columns, window.Label)
            {
                Predictions = window.Predictions,
                Chunks = [.. parts.Zip(chunks, (part, chunk) => new ChunkDrift(chunk, part.Columns, part.Predictions, part.Label))],
                Segments = [.. segments.Select(s => new SegmentDrift(s.Segment.ToString(), _current.Of(s.Segment).Rows, s.Parts.Columns, s.Parts.Label))],
            };
            foreach (var column in window.Columns.Concat(window.Predictions).Where(c => !double.IsNaN(c.Psi))) metrics.Drift(context.Version.Model, column.Column, column.Psi);
            return new(report with
            {
                Summary = Summarise(report, context, reference),
                Alarms =
                [
                    .. report.Rows == 0 ? [] : NamedInVain(window),
                    .. DriftAlarms.Of(window, context.Options),
                    .. report.Chunks.Zip(parts, (chunk, part) => DriftAlarms.Of(part, context.Options).Select(a => a with { Chunk = chunk.Chunk })).SelectMany(a => a),
                    .. segments.SelectMany(s => DriftAlarms.Of(s.Parts, context.Options).Select(a => a with { Segment = s.Segment.ToString() })),
                ],
            });
        }

        public void Dispose()
        {
        }

        // What vanished from the window is an alarm by itself.
        private IEnumerable<Alarm> NamedInVain(DriftParts window)
        {
            var problems = reference.Columns.ToDictionary(c => c.Column.Name, c => c.Problem, StringComparer.Ordinal);
            var known = window.Predictions.Select(p => p.Column).ToHashSet(StringComparer.Ordinal);
            var named = context.Options.Segments.Select(c => (Column: c, Option: nameof(MonitorOptions.Segments))).Concat(context.Options.Thresholds.Keys.Order(StringComparer.Ordinal).Select(c => (Column: c, Option: nameof(MonitorOptions.Thresholds))));
            foreach (var (column, option) in named.Distinct())
            {
                if (!problems.TryGetValue(column, out var problem) && !known.Contains(column)) yield return NamedColumns.Of(CheckName, column, option, "is no input and no output of the version");
                else if (problem is not null) yield return NamedColumns.Of(CheckName, column, option, $"is not compared ({problem})");
                else if (option == nameof(MonitorOptions.Segments) && !reference.Segments.Keys.Any(s => s.Column == column)) yield return NamedColumns.Of(CheckName, column, option, "has no segments in the reference");
            }
        }
    }
}
