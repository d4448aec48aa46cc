namespace MlOps.Serving;

/// <summary>Keeps the few versions that were asked for by number. Thread-safe.</summary>
internal sealed class VersionCache(int capacity)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<ServedModel> _latestFirst = new();

    public bool TryLease(string model, int version, out ModelLease lease)
    {
        lock (_gate)
        {
            for (var node = _latestFirst.First; node is not null; node = node.Next)
            {
                if (node.Value.Version.Version != version || node.Value.Name != model || !node.Value.TryLease()) continue;
                _latestFirst.Remove(node);
                _latestFirst.AddFirst(node);
                lease = new(node.Value);
                return true;
            }
        }

        lease = default;
        return false;
    }

    /// <summary>Takes over a model; the one that was used least recently is let go.</summary>
    public void Add(ServedModel served)
    {
        ServedModel? oldest = null;
        lock (_gate)
        {
            _latestFirst.AddFirst(served);
            if (_latestFirst.Count > capacity)
            {
                oldest = _latestFirst.Last!.Value;
                _latestFirst.RemoveLast();
            }
        }

        oldest?.Release();
    }

    public void Clear()
    {
        ServedModel[] all;
        lock (_gate)
        {
            all = [.. _latestFirst];
            _latestFirst.Clear();
        }

        foreach (var served in all) served.Release();
    }
}
