using System.Runtime.CompilerServices;
using System.Text;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Reads the predictions that a monitor watches. Others of the model, as those of a shadow, are in the same log.</summary>
internal static class WatchedPredictions
{
    private static readonly byte[] Shadow = Encoding.UTF8.GetBytes(PredictionVariants.Shadow);
    private static readonly byte[] Batch = Encoding.UTF8.GetBytes(PredictionVariants.Batch);

    /// <summary>Reads the predictions of a window whose variants the options name; with none named, all but those of a shadow.</summary>
    public static async IAsyncEnumerable<RecordBatch> ReadWatchedAsync(
        this IPredictionLog log, string model, DateTimeOffset from, DateTimeOffset to, MonitorOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[][] wanted = [.. options.Variants.Select(Encoding.UTF8.GetBytes)];
        await foreach (var batch in log.ReadAsync(model, from, to, cancellationToken).ConfigureAwait(false))
        {
            if (Pick(batch, wanted) is { Length: > 0 } picked) yield return picked;
        }
    }

    /// <summary>Gives the rows of a batch that are not of a shadow; the batch itself when all are not.</summary>
    public static RecordBatch WithoutShadows(RecordBatch batch) => Pick(batch, []);

    /// <summary>Says whether a row is of a shadow.</summary>
    public static bool IsShadow(this StringArray? variants, int row) => variants.IsOf(Shadow, row);

    /// <summary>Says whether a row is one of a dataset.</summary>
    public static bool IsBatch(this StringArray? variants, int row) => variants.IsOf(Batch, row);

    /// <summary>Gives some rows of a batch.</summary>
    public static RecordBatch Take(RecordBatch batch, List<int> rows)
    {
        var schema = DatasetSchema.FromArrow(batch.Schema);
        return new(batch.Schema, batch.Arrays.Select((array, i) => ColumnUnion.Take(array, rows, rows.Count, schema[i].Type)), rows.Count);
    }

    private static bool IsOf(this StringArray? variants, ReadOnlySpan<byte> variant, int row) => variants is not null && !variants.IsNull(row) && variants.GetBytes(row).SequenceEqual(variant);

    private static RecordBatch Pick(RecordBatch batch, byte[][] wanted)
    {
        var variants = ColumnReader.Find(batch, PredictionColumns.Variant) as StringArray;
        if (wanted.Length == 0 && variants is null) return batch;
        var rows = new List<int>(batch.Length);
        for (var row = 0; row < batch.Length; row++)
        {
            if (wanted.Length == 0 ? !variants.IsShadow(row) : IsWanted(variants, wanted, row)) rows.Add(row);
        }

        return rows.Count == batch.Length ? batch : Take(batch, rows);
    }

    private static bool IsWanted(StringArray? variants, byte[][] wanted, int row)
    {
        foreach (var variant in wanted)
        {
            if (variants.IsOf(variant, row)) return true;
        }

        return false;
    }
}
