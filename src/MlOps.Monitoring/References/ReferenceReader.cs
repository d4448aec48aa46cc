using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;
using Column = MlOps.Core.Column;

namespace MlOps.Monitoring;

/// <summary>Finds the reference of a version: what a source of the host gives, else the training data, which are read once.</summary>
internal sealed class ReferenceReader(IDatasetStore datasets, IEnumerable<IReferenceSource>? sources = null)
{
    private const string Binary = "binary-classification";
    private const string Regression = "regression";
    private const int Parts = 10;

    private readonly IReferenceSource[] _sources = [.. sources ?? []];

    /// <summary>Asks the sources of the host.</summary>
    public async ValueTask<Reference?> FindAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        foreach (var source in _sources)
        {
            if (await source.FindAsync(context, cancellationToken).ConfigureAwait(false) is { } profile) return Describe(profile, context, [], isTraining: false);
        }

        return null;
    }

    /// <summary>Reads the training data, once for all columns.</summary>
    public async Task<Reference> ReadAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        var (manifest, dataset) = (context.Manifest, context.RequireTraining());
        var wanted = manifest.Signature.InputSchema.Where(c => ProfileFeeder.IsCompared(c.Type)).Select(c => c.Name).Append(manifest.Label).Distinct().Where(dataset.Schema.Contains).ToList();
        var profile = new DatasetProfile { Fingerprint = dataset.Fingerprint };
        profile.AddRows(dataset.RowCount);
        DatasetProfile[] parts = [.. Enumerable.Range(0, context.Options.Thresholds.Values.Any(t => t.Sigmas is not null) ? Parts : 1).Select(_ => new DatasetProfile())];
        var rows = 0L;
        if (wanted.Count > 0)
        {
            await foreach (var batch in datasets.ReadAsync(dataset, wanted, cancellationToken).ConfigureAwait(false))
            {
                for (var at = 0; at < batch.Length;)
                {
                    var part = (int)Math.Min(parts.Length - 1, rows * parts.Length / Math.Max(1, dataset.RowCount));
                    var end = part == parts.Length - 1 ? batch.Length : (int)Math.Min(batch.Length, at + ((((part + 1) * dataset.RowCount) + parts.Length - 1) / parts.Length) - rows);
                    Add(parts[part], batch, at, end - at, manifest);
                    rows += end - at;
                    at = end;
                }
            }
        }

        foreach (var part in parts)
        {
            foreach (var name in part.Columns) profile.Column(name).Merge(part[name]);
        }

        var segments = Segment.Of(profile, context.Options).ToDictionary(s => s, _ => new DatasetProfile());
        if (segments.Count > 0) await ReadAsync(segments, dataset, wanted, manifest, cancellationToken).ConfigureAwait(false);
        return Describe(profile, context, parts.Length > 1 ? parts : [], isTraining: true) with { Segments = segments };
    }

    // Which values are the most frequent is known after the first reading only.
    private async Task ReadAsync(Dictionary<Segment, DatasetProfile> segments, Dataset dataset, List<string> wanted, BundleManifest manifest, CancellationToken cancellationToken)
    {
        await foreach (var batch in datasets.ReadAsync(dataset, wanted, cancellationToken).ConfigureAwait(false))
        {
            foreach (var (segment, rows) in Segment.Split(batch, segments.Keys)) Add(segments[segment], rows, 0, rows.Length, manifest);
        }
    }

    private static void Add(DatasetProfile profile, RecordBatch batch, int at, int rows, BundleManifest manifest)
    {
        profile.AddRows(rows);
        for (var i = 0; i < batch.ColumnCount; i++)
            Add(profile, batch.Schema.GetFieldByIndex(i).Name, rows == batch.Length ? batch.Column(i) : ArrowArrayFactory.Slice(batch.Column(i), at, rows), rows, manifest);
    }

    private static void Add(DatasetProfile profile, string name, IArrowArray values, int rows, BundleManifest manifest)
    {
        if (name == manifest.Label && ProfileFeeder.TypeOf(values) is ColumnType.Boolean or ColumnType.Int64 or ColumnType.Float64)
            ProfileFeeder.Add(profile.Column(PredictionColumns.Truth), values, rows, ColumnType.Float64);
        if (manifest.Signature.InputSchema.FirstOrDefault(c => c.Name == name) is { } input) ProfileFeeder.Add(profile.Column(name), values, rows, input.Type);
    }

    private static Reference Describe(DatasetProfile profile, MonitorContext context, IReadOnlyList<DatasetProfile> parts, bool isTraining)
    {
        var columns = context.Manifest.Signature.InputSchema.Select(c => new ReferenceColumn(c, ProblemOf(c, profile, isTraining))).ToList();
        return new(profile, columns, LabelOf(profile, context.Manifest), isTraining) { Parts = parts };
    }

    private static string? ProblemOf(Column column, DatasetProfile profile, bool isTraining)
    {
        if (profile.TryGet(column.Name, out _)) return ProfileFeeder.IsCompared(column.Type) ? null : Always(column.Type);
        return ProfileFeeder.IsCompared(column.Type) || column.Type == ColumnType.Binary ? $"The {(isTraining ? "training data have" : "reference has")} no such column." : Always(column.Type);
    }

    private static string Always(ColumnType type) => $"Not compared: a {type} always moves.";

    // The mean of a class number says nothing, so only truth values and numbers are compared.
    private static ReferenceLabel? LabelOf(DatasetProfile profile, BundleManifest manifest)
    {
        if (manifest.Task is not (Binary or Regression) || !profile.TryGet(PredictionColumns.Truth, out var truth) || truth.Numbers is not { Count: > 0 } values) return null;
        var isShare = values.Min >= 0 && values.Max <= 1 && truth.Distinct.Value <= 2 && values.Zeros + values.Sum == values.Count;
        return manifest.Task == Binary && !isShare ? null : new(manifest.Label, manifest.Task == Binary, values);
    }
}
