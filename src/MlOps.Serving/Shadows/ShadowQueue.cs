using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>The requests of a model that wait for its shadow. Whoever offers one never waits. Thread-safe.</summary>
internal sealed class ShadowQueue(string model, ShadowOptions options, ModelHost host, ServingMetrics metrics, ILogger logger)
{
    private readonly Channel<ShadowRequest> _waiting = Channel.CreateUnbounded<ShadowRequest>(); // bounded by its rows
    private readonly ulong _limit = SampleHash.Limit(options.Share);
    private AliasSlot? _slot;
    private long _rows;
    private int _isToldAbsent;
    private ServedModel? _failed;

    public string Model => model;

    public ShadowOptions Options => options;

    /// <summary>Offers a request that was answered. It has no shadow when the sample leaves it out, no version is loaded, the same version answered, or there is no room.</summary>
    public void Offer(in ShadowRequest request)
    {
        if (!Takes(request)) return;
        if (host.Current(model, options.Alias, ref _slot) is not { } version)
        {
            if (Interlocked.Exchange(ref _isToldAbsent, 1) == 0) logger.NoShadow(model, options.Alias);
            return;
        }

        Volatile.Write(ref _isToldAbsent, 0);
        if (version == request.Version) return;
        if (!TryTake(request.Rows) || !_waiting.Writer.TryWrite(request)) metrics.Shadowed(model, "dropped");
    }

    /// <summary>Takes what waits, as it comes. Each is given back with <see cref="Return"/>.</summary>
    public IAsyncEnumerable<ShadowRequest> ReadAsync(CancellationToken cancellationToken) => _waiting.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Makes room again for a request that is done.</summary>
    public void Return(in ShadowRequest request) => Interlocked.Add(ref _rows, -request.Rows);

    /// <summary>Takes nothing any more, and gives up what waits.</summary>
    public void Close()
    {
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out _)) metrics.Shadowed(model, "dropped");
    }

    /// <summary>Says of a loaded version once that it fails.</summary>
    public void Failed(ServedModel served, Exception error)
    {
        if (Interlocked.Exchange(ref _failed, served) != served) logger.ShadowFails(error, served.Version.Version, model);
    }

    private bool Takes(in ShadowRequest request) => options.Share >= 1 || SampleHash.Of(request.Origin.Subject ?? request.Stamp.Id) < _limit;

    private bool TryTake(int rows)
    {
        for (var taken = Volatile.Read(ref _rows); taken == 0 || taken + rows <= options.Capacity;)
        {
            var seen = Interlocked.CompareExchange(ref _rows, taken + rows, taken);
            if (seen == taken) return true;
            taken = seen;
        }

        return false;
    }
}
