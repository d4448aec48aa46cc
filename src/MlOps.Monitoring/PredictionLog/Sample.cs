using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Chooses a share of the requests by their identifiers: each process, and each run, chooses the same.</summary>
/// <remarks>FNV-1a of 64 bits over the UTF-16 units, mixed as MurmurHash3 ends, so that identifiers that differ in one digit are chosen independently.</remarks>
internal sealed class Sample(double share, bool keepsErrors)
{
    private readonly bool _isAll = share >= 1;
    private readonly ulong _limit = share <= 0 ? 0 : (ulong)(Math.Min(share, 0.9999999999999999) * ulong.MaxValue);

    public bool Takes(PredictionEntry entry) => _isAll || (keepsErrors && entry.Error is not null) || Hash(entry.Id) < _limit;

    internal static ulong Hash(string id)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var unit in id) hash = (hash ^ unit) * 1_099_511_628_211UL;
        hash = (hash ^ (hash >> 33)) * 0xff51_afd7_ed55_8ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ce_b9fe_1a85_ec53UL;
        return hash ^ (hash >> 33);
    }
}
