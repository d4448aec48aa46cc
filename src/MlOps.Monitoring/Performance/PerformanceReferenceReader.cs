using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Reads what a window is held against: the validation data of the version, scored by the version itself, or a labelled period of the log.</summary>
internal sealed class PerformanceReferenceReader(IDatasetStore datasets, IPredictionLog log, IServiceProvider services)
{
    /// <summary>Reads the reference; null with the reason when there is none.</summary>
    public async Task<(ReferenceScores? Reference, string? Problem)> ReadAsync(MonitorContext context, PerformanceTask task, CancellationToken cancellationToken)
    {
        var rows = new Rows(context.Manifest, task, task.Name == PerformanceMetric.Regression && task.Options.Estimate ? services.GetService<ITreeLearner>() : null);
        string? problem;
        if (task.Options is { ReferenceFrom: { } from, ReferenceTo: { } to })
        {
            await ReadLogAsync(context, rows, from, to, cancellationToken).ConfigureAwait(false);
            problem = rows.Labels == 0 ? $"No prediction of version {context.Version.Version} between {from:u} and {to:u} has a label." : null;
        }
        else
        {
            problem = await ReadDataAsync(context, rows, cancellationToken).ConfigureAwait(false);
        }

        return problem is null ? (rows.Build(task.Options.ReferenceFrom is { } start ? FormattableString.Invariant($"log from {start:yyyy-MM-dd}") : "validation", cancellationToken), null) : (null, problem);
    }

    private async Task<string?> ReadDataAsync(MonitorContext context, Rows rows, CancellationToken cancellationToken)
    {
        if (context.Data("validation") is not { } data) return "The version does not name validation data.";
        if (!data.Schema.Contains(context.Manifest.Label)) return $"The validation data have no column '{context.Manifest.Label}', which holds the labels.";
        if (services.GetService<IModelLoader>() is not { } loader) return "The host has no model loader, so the validation data cannot be scored. Add the model registry.";
        using var model = await loader.LoadAsync(context.Version, cancellationToken).ConfigureAwait(false);
        var inputs = context.Manifest.Signature.InputSchema;
        string[] columns = [.. inputs.Select(c => c.Name).Concat([context.Manifest.Label]).Concat(rows.Columns).Where(data.Schema.Contains).Distinct(StringComparer.Ordinal)];
        var share = Math.Max(1, (int)Math.Ceiling((double)data.RowCount / rows.Task.Options.ReferenceRows));
        await foreach (var batch in datasets.ReadAsync(data, columns, cancellationToken).ConfigureAwait(false))
        {
            if (batch.Length == 0) continue;
            var part = Part(batch, share);
            var scored = rows.Task.Outputs.Read(model.Predict(ArrowTensors.Of(part, inputs)), ColumnReader.Find(part, context.Manifest.Label));
            rows.Add(scored, part, null);
        }

        return rows.Labels == 0 ? "No row of the validation data has a label." : null;
    }

    private async Task ReadLogAsync(MonitorContext context, Rows rows, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await foreach (var batch in log.ReadWatchedAsync(context.Version.Model, from, to, context.Options, cancellationToken).ConfigureAwait(false))
        {
            if (rows.Labels >= rows.Task.Options.ReferenceRows) break;
            if (rows.Task.Outputs.Read(batch) is not { } scored) continue;
            var kept = LogRows.OfVersion(batch, context.Version.Version).Where(i => !double.IsNaN(scored.Truth[i])).ToList();
            if (kept.Count > 0) rows.Add(scored, batch, kept);
        }
    }

    // Of each batch its first rows, so that they come from all of the data.
    private static RecordBatch Part(RecordBatch batch, int share) => batch.Slice(0, (batch.Length + share - 1) / share);

    /// <summary>The rows as they are collected.</summary>
    private sealed class Rows
    {
        private readonly List<ScoredRows> _parts = [];
        private readonly Dictionary<string, List<string?>> _columns = new(StringComparer.Ordinal);
        private readonly FeatureColumns.Collector _features;
        private readonly ITreeLearner? _learner;

        public Rows(BundleManifest manifest, PerformanceTask task, ITreeLearner? learner)
        {
            (Task, _features, _learner) = (task, new(manifest.Signature.InputSchema), learner);
            foreach (var column in task.Options.SliceBy.Concat(task.Options.RankBy is { } by ? [by] : [])) _columns.TryAdd(column, []);
        }

        public PerformanceTask Task { get; }

        public IEnumerable<string> Columns => _columns.Keys;

        public long Labels { get; private set; }

        public void Add(ScoredRows scored, RecordBatch batch, List<int>? kept)
        {
            _parts.Add(kept is null ? scored : scored.Take(kept));
            Labels += _parts[^1].Truth.LongCount(t => !double.IsNaN(t));
            foreach (var (name, values) in _columns)
            {
                var column = ColumnReader.Find(batch, name);
                for (var i = 0; i < (kept?.Count ?? batch.Length); i++) values.Add(column is null ? null : ColumnReader.AnyText(column, kept?[i] ?? i));
            }

            if (_learner is not null) _features.Add(batch, kept);
        }

        public ReferenceScores Build(string source, CancellationToken cancellationToken)
        {
            var rows = ScoredRows.Concat(_parts);
            var columns = _columns.Where(c => c.Value.Exists(v => v is not null)).ToDictionary(c => c.Key, c => c.Value.ToArray(), StringComparer.Ordinal);
            var (estimator, problem) = Estimator(rows, cancellationToken);
            return new(Task, source, rows, columns, estimator, problem);
        }

        private (PerformanceEstimator? Estimator, string? Problem) Estimator(ScoredRows rows, CancellationToken cancellationToken)
        {
            if (!Task.Options.Estimate) return (null, "The monitor is not to estimate.");
            switch (Task.Name)
            {
                case PerformanceMetric.Binary:
                    return Task.Outputs.HasScores ? BinaryEstimator.Learn(rows, Task.Outputs.IsProbability) : (null, "The model gives no scores, so nothing can be estimated.");
                case PerformanceMetric.Multiclass:
                    return MulticlassEstimator.Learn(rows);
            }

            if (_learner is null) return (null, "The host has no learner of trees, so losses cannot be estimated. Add one with AddTraining.");
            if (Task.Losses.Count == 0) return (null, "No metric of single rows is asked for.");
            if (_features.IsEmpty) return (null, "The model has no input that trees could learn from.");
            var (features, columns) = _features.Learn();
            return (new LossEstimator(DirectLoss.Fit(_learner, Task.Losses, columns, rows.Predicted, rows.Truth, folds: 0, cancellationToken: cancellationToken), features), null);
        }
    }
}
