using System.Globalization;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Holds predictions to the training data of the version: reads the reference of a version once, counts the window, compares.</summary>
internal sealed class DriftCheck(IDatasetStore datasets, MonitoringMetrics metrics) : IMonitorCheck, IDisposable
{
    public const string CheckName = "drift";

    private readonly ReferenceReader _reader = new(datasets);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, (string Fingerprint, ReferenceProfile Profile)> _references = new(StringComparer.Ordinal); // by model and alias

    public string Name => CheckName;

    public async ValueTask<IMonitorPass?> BeginAsync(MonitorContext context, CancellationToken cancellationToken) =>
        new Pass(context, await GetReferenceAsync(context, cancellationToken).ConfigureAwait(false), metrics);

    public void Dispose() => _gate.Dispose();

    private async Task<ReferenceProfile> GetReferenceAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        var key = $"{context.Version.Model}@{context.Options.Alias}";
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_references.TryGetValue(key, out var known) && known.Fingerprint == context.Version.RequireBundle().Fingerprint) return known.Profile;
            var profile = await _reader.ReadAsync(context, cancellationToken).ConfigureAwait(false);
            _references[key] = (context.Version.RequireBundle().Fingerprint, profile);
            return profile;
        }
        finally
        {
            _gate.Release();
        }
    }

    private static string Summarise(DriftReport report, MonitorContext context)
    {
        FormattableString text = report switch
        {
            { Rows: 0, FailedRows: 0 } => $"No predictions in the window.",
            { Rows: 0 } => $"All {report.FailedRows:N0} predictions in the window failed.",
            { HasDrift: true } => $"Drift in {string.Join(", ", report.Drifted)}: {report.Rows:N0} predictions against {report.ReferenceRows:N0} training rows of version {context.Version.Version}.",
            _ when report.Rows < context.Options.MinRows => $"Nothing can be said: {report.Rows:N0} predictions in the window, {context.Options.MinRows:N0} are needed.",
            _ => $"No drift: {report.Rows:N0} predictions against {report.ReferenceRows:N0} training rows of version {context.Version.Version}.",
        };
        return text.ToString(CultureInfo.InvariantCulture);
    }

    private sealed class Pass(MonitorContext context, ReferenceProfile reference, MonitoringMetrics metrics) : IMonitorPass
    {
        private readonly CurrentProfile _current = new(reference);

        public void Add(MonitorBatch batch) => _current.Add(batch);

        public ValueTask<MonitorSection> EndAsync(IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
        {
            var (columns, label) = DriftComparer.Compare(reference, _current, context.Options);
            var report = new DriftReport(reference.Rows, _current.Rows, chunks.Sum(c => c.FailedRows), columns, label);
            foreach (var column in columns.Where(c => !double.IsNaN(c.Psi))) metrics.Drift(context.Version.Model, column.Column, column.Psi);
            return new(report with { Summary = Summarise(report, context), Alarms = [.. columns.Where(c => c.IsDrifted).Select(c => Alarm(c, context.Options)), .. label is { IsDrifted: true } ? [Alarm(label)] : Array.Empty<Alarm>()] });
        }

        public void Dispose()
        {
        }

        private static Alarm Alarm(ColumnDrift column, MonitorOptions options) => new(CheckName, AlarmKind.Drift, AlarmSeverity.Warning, column.Column, column.Sentence)
        {
            Statistic = "psi",
            Value = column.Psi,
            Reference = column.NoiseLevel,
            Threshold = options.PsiThreshold,
            PValue = column.PValue,
        };

        private static Alarm Alarm(LabelDrift label) => new(CheckName, AlarmKind.Drift, AlarmSeverity.Warning, label.Label, label.Sentence)
        {
            Direction = label.Current > label.Reference ? "up" : "down",
            Statistic = "mean",
            Value = label.Current,
            Reference = label.Reference,
            PValue = label.PValue,
        };
    }
}
