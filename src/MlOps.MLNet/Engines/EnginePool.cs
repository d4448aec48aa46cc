using System.Collections.Concurrent;

namespace MlOps.MLNet;

/// <summary>Keeps idle engines for the next call. An engine serves one call at a time; when all are busy another one is made. Thread-safe.</summary>
internal sealed class EnginePool(EngineBlueprint blueprint, bool reuse) : IDisposable
{
    private readonly ConcurrentQueue<Engine> _idle = new();
    private readonly int _limit = Environment.ProcessorCount * 2;
    private Engine? _next; // spares most calls the queue
    private int _count;
    private volatile bool _disposed;

    /// <summary>Takes an engine. Give it back with <see cref="Return"/>, or dispose it when the call failed.</summary>
    public Engine Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var next = _next;
        if (next is not null && Interlocked.CompareExchange(ref _next, null, next) == next) return next;
        if (!_idle.TryDequeue(out var engine)) return new(blueprint, reuse);
        Interlocked.Decrement(ref _count);
        return engine;
    }

    public void Return(Engine engine)
    {
        if (_disposed) engine.Dispose();
        else if (_next is not null || Interlocked.CompareExchange(ref _next, engine, null) is not null)
        {
            if (Interlocked.Increment(ref _count) <= _limit) _idle.Enqueue(engine);
            else
            {
                Interlocked.Decrement(ref _count);
                engine.Dispose();
            }
        }

        if (_disposed) Clear(); // it may have been disposed meanwhile
    }

    public void Dispose()
    {
        _disposed = true;
        Clear();
    }

    private void Clear()
    {
        Interlocked.Exchange(ref _next, null)?.Dispose();
        while (_idle.TryDequeue(out var engine)) engine.Dispose();
    }
}
