using Apache.Arrow;

namespace MlOps.Data;

/// <summary>Divides rows by the SHA-256 of their key, so that a key is always in the same part.</summary>
internal sealed record HashSplit(IReadOnlyList<string> KeyColumns, SplitFractions Fractions) : SplitStage
{
    protected override async Task<SplitCheck?> AssignAsync(SplitSource source, byte[] parts, CancellationToken cancellationToken)
    {
        var start = 0;
        await foreach (var batch in source.ReadAsync(KeyColumns, cancellationToken).ConfigureAwait(false))
        {
            var keys = new RowKeys(batch, KeyColumns);
            for (var row = 0; row < batch.Length; row++)
            {
                if (keys.IsMissing(row)) throw source.Missing(KeyColumns[0], start + row);
                parts[start + row] = PartOf(keys, row);
            }

            start += batch.Length;
        }

        return new(KeyColumns, Parts);
    }

    private Func<int, byte> Parts(RecordBatch batch)
    {
        var keys = new RowKeys(batch, KeyColumns);
        return row => PartOf(keys, row);
    }

    private byte PartOf(RowKeys keys, int row) => Fractions.PartOf((double)(ulong)(keys.Digest(row) >> 64) / 18446744073709551616d);
}
