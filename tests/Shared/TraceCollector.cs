using System.Diagnostics;

namespace MlOps.Tests;

/// <summary>Keeps the activities of one source that this test caused.</summary>
internal sealed class TraceCollector : IDisposable
{
    private readonly Activity _root = new Activity("test").Start();
    private readonly ActivityListener _listener;
    private readonly List<Activity> _activities = [];

    public TraceCollector(string source)
    {
        _listener = new()
        {
            ShouldListenTo = s => s.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId != _root.TraceId) return;
                lock (_activities) _activities.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Gets those that have ended so far.</summary>
    public IReadOnlyList<Activity> Activities
    {
        get
        {
            lock (_activities) return [.. _activities];
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _root.Dispose();
    }
}
