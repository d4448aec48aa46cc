namespace MlOps.Core;

/// <summary>The hash by which requests are chosen for a sample: each process, and each run, chooses the same.</summary>
/// <remarks>FNV-1a of 64 bits over the UTF-16 units, mixed as MurmurHash3 ends, so that identifiers that differ in one digit are chosen independently.</remarks>
internal static class SampleHash
{
    public static ulong Of(string id)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var unit in id) hash = (hash ^ unit) * 1_099_511_628_211UL;
        return Mix(hash);
    }

    /// <summary>Hashes the row of something that has a hash.</summary>
    public static ulong Of(ulong hash, long row) => Mix(hash ^ Mix((ulong)row + 1));

    /// <summary>Gives the limit below which the hashes of a share of all lie.</summary>
    public static ulong Limit(double share) => share <= 0 ? 0 : (ulong)(Math.Min(share, 0.9999999999999999) * ulong.MaxValue);

    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51_afd7_ed55_8ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ce_b9fe_1a85_ec53UL;
        return hash ^ (hash >> 33);
    }
}
