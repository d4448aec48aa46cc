using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Reads the training data of a version, one column at a time, and keeps what is needed to compare with them.</summary>
internal sealed class ReferenceReader(IDatasetStore datasets)
{
    private const string Binary = "binary-classification";
    private const string Regression = "regression";

    public async Task<ReferenceProfile> ReadAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        var (version, manifest) = (context.Version, context.Manifest);
        var dataset = context.Data("training")
            ?? throw new DataException($"Version {version.Version} of model '{version.Model}' does not say which data it was trained on, so there is nothing to compare with. Train and register it again.");
        var columns = new List<ReferenceColumn>();
        foreach (var column in manifest.Signature.InputSchema) columns.Add(await ReadColumnAsync(dataset, column, cancellationToken).ConfigureAwait(false));
        return new(dataset.RowCount, columns, await ReadLabelAsync(dataset, manifest, cancellationToken).ConfigureAwait(false));
    }

    private async Task<ReferenceColumn> ReadColumnAsync(Dataset dataset, Column column, CancellationToken cancellationToken)
    {
        if (!dataset.Schema.Contains(column.Name)) return new(column) { Problem = "The training data have no such column." };
        return column.Type switch
        {
            ColumnType.Int64 or ColumnType.Float64 or ColumnType.Decimal => await ReadNumbersAsync(dataset, column, cancellationToken).ConfigureAwait(false),
            ColumnType.Boolean or ColumnType.String => await ReadCategoriesAsync(dataset, column, cancellationToken).ConfigureAwait(false),
            _ => new(column) { Problem = $"Not compared: a {column.Type} always moves." },
        };
    }

    private async Task<ReferenceColumn> ReadNumbersAsync(Dataset dataset, Column column, CancellationToken cancellationToken)
    {
        var values = new double[dataset.RowCount];
        var count = 0;
        await foreach (var batch in datasets.ReadAsync(dataset, [column.Name], cancellationToken).ConfigureAwait(false))
        {
            var array = batch.Column(0);
            for (var row = 0; row < array.Length; row++) values[count++] = ColumnReader.Number(array, row);
        }

        var bins = NumericBins.Of(values.AsSpan(0, count));
        var counts = new long[bins.Count];
        var missing = bins.AddTo(values.AsSpan(0, count), counts);
        return new(column) { Bins = bins, Counts = counts, Missing = missing };
    }

    private async Task<ReferenceColumn> ReadCategoriesAsync(Dataset dataset, Column column, CancellationToken cancellationToken)
    {
        var counter = new CategoryCounter();
        await foreach (var batch in datasets.ReadAsync(dataset, [column.Name], cancellationToken).ConfigureAwait(false))
            ColumnReader.Count(batch.Column(0), batch.Length, column.Type, counter);
        return new(column) { Categories = counter.Counts, Overflow = counter.Overflow, Missing = counter.Missing };
    }

    // The mean of a class number says nothing, so only truth values and numbers are compared.
    private async Task<ReferenceLabel?> ReadLabelAsync(Dataset dataset, BundleManifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.Task is not (Binary or Regression) || !dataset.Schema.Contains(manifest.Label)) return null;
        if (dataset.Schema[manifest.Label].Type is not (ColumnType.Boolean or ColumnType.Int64 or ColumnType.Float64 or ColumnType.Decimal)) return null;
        var moments = default(RunningMoments);
        var isShare = true;
        await foreach (var batch in datasets.ReadAsync(dataset, [manifest.Label], cancellationToken).ConfigureAwait(false))
        {
            var array = batch.Column(0);
            for (var row = 0; row < array.Length; row++)
            {
                var value = ColumnReader.Number(array, row);
                if (double.IsNaN(value)) continue;
                if (value is not (0 or 1)) isShare = false;
                moments = moments.With(value);
            }
        }

        return moments.Count == 0 || (manifest.Task == Binary && !isShare) ? null : new(manifest.Label, manifest.Task == Binary, moments);
    }
}
