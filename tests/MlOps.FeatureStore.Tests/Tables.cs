using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

/// <summary>Makes Arrow batches of rows of values, and reads them back.</summary>
internal static class Tables
{
    public static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);

    /// <summary>Makes a batch of rows.</summary>
    public static RecordBatch Batch(IReadOnlyList<Column> columns, params FeatureValue[][] rows)
    {
        var builders = columns.Select(c => new ArrowColumnBuilder(c.Type)).ToList();
        foreach (var row in rows)
        {
            for (var i = 0; i < builders.Count; i++) builders[i].Append(row[i]);
        }

        return new(new DatasetSchema(columns).ToArrow(), builders.Select(b => b.Build()), rows.Length);
    }

    /// <summary>Reads the rows of a batch.</summary>
    public static IEnumerable<FeatureValue[]> Rows(RecordBatch batch) =>
        Enumerable.Range(0, batch.Length).Select(row => Enumerable.Range(0, batch.ColumnCount).Select(column => ArrowValues.Read(batch.Column(column), row)).ToArray());

    /// <summary>Reads the rows of batches.</summary>
    public static async Task<List<FeatureValue[]>> RowsAsync(IAsyncEnumerable<RecordBatch> batches)
    {
        var rows = new List<FeatureValue[]>();
        await foreach (var batch in batches) rows.AddRange(Rows(batch));
        return rows;
    }

    /// <summary>Gives batches one after the other.</summary>
    public static async IAsyncEnumerable<RecordBatch> AsAsync(params RecordBatch[] batches)
    {
        await Task.CompletedTask;
        foreach (var batch in batches) yield return batch;
    }

    /// <summary>Keeps rows as a dataset.</summary>
    public static Task<Dataset> WriteAsync(IDatasetStore store, IReadOnlyList<Column> columns, params FeatureValue[][] rows) =>
        store.WriteAsync("rows", new("rows", "test"), AsAsync(Batch(columns, rows)));
}
