using System.Buffers.Binary;

namespace MlOps.Data;

/// <summary>Divides rows by group, so that no group is in two parts, as near to the wanted proportions of rows as whole groups allow.</summary>
internal sealed record GroupSplit(string GroupColumn, SplitFractions Fractions, int? Seed) : SplitStage
{
    protected override async Task<SplitCheck?> AssignAsync(SplitSource source, byte[] parts, CancellationToken cancellationToken)
    {
        string[] columns = [GroupColumn];
        var salt = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(salt, Seed ?? source.Seed);
        var sizes = new Dictionary<UInt128, long>();
        var start = 0;
        await foreach (var batch in source.ReadAsync(columns, cancellationToken).ConfigureAwait(false))
        {
            var keys = new RowKeys(batch, columns);
            for (var row = 0; row < batch.Length; row++)
            {
                if (keys.IsMissing(row)) throw source.Missing(GroupColumn, start + row);
                var group = keys.Digest(row, salt);
                sizes[group] = sizes.GetValueOrDefault(group) + 1;
            }

            start += batch.Length;
        }

        var partOf = Assign(sizes, start);
        var check = new SplitCheck(columns, batch =>
        {
            var keys = new RowKeys(batch, columns);
            return row => partOf[keys.Digest(row, salt)];
        });
        start = 0;
        await foreach (var batch in source.ReadAsync(columns, cancellationToken).ConfigureAwait(false))
        {
            var part = check.PartOf(batch);
            for (var row = 0; row < batch.Length; row++) parts[start + row] = part(row);
            start += batch.Length;
        }

        return check;
    }

    /// <summary>Goes through the groups in the order of their seeded digests, which is random; a group belongs where its middle row falls.</summary>
    private Dictionary<UInt128, byte> Assign(Dictionary<UInt128, long> sizes, long total)
    {
        var partOf = new Dictionary<UInt128, byte>(sizes.Count);
        long before = 0;
        foreach (var (group, size) in sizes.OrderBy(s => s.Key))
        {
            partOf[group] = Fractions.PartOf((before + (size / 2d)) / total);
            before += size;
        }

        return partOf;
    }
}
