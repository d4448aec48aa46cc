using System.Diagnostics.Metrics;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Counts the statuses of the values of one read, view by view.</summary>
internal sealed class StatusCounts(OnlinePlan plan)
{
    private static readonly string[] Names = ["missing", "present", "null", "outside time to live", "unavailable", "other schema"];
    private readonly long[] _counts = new long[plan.Views.Length * Names.Length];

    public void Add(int view, ReadOnlySpan<FeatureStatus> statuses)
    {
        var counts = _counts.AsSpan(view * Names.Length, Names.Length);
        foreach (var status in statuses) counts[(int)status]++;
    }

    public void Report(Counter<long> counter)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] > 0) counter.Add(_counts[i], new("view", plan.Views[i / Names.Length].Name), new("status", Names[i % Names.Length]));
        }
    }
}
