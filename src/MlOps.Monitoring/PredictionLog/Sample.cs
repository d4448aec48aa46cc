using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Chooses a share of the requests by their identifiers: each process, and each run, chooses the same.</summary>
internal sealed class Sample(double share, bool keepsErrors)
{
    private readonly bool _isAll = share >= 1;
    private readonly ulong _limit = SampleHash.Limit(share);

    public bool Takes(PredictionEntry entry) => _isAll || (keepsErrors && entry.Error is not null) || Hash(entry) < _limit;

    private static ulong Hash(PredictionEntry entry) => entry.RowNumbers is { Count: > 0 } rows ? SampleHash.Of(SampleHash.Of(entry.Id), rows[0]) : SampleHash.Of(entry.Id);
}
