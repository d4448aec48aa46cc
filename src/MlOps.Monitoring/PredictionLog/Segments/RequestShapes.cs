using System.Collections.Concurrent;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>The shapes of the requests that were seen lately. Thread-safe.</summary>
internal sealed class RequestShapes(PredictionLogOptions options, IReadOnlyList<IColumnTags> tags)
{
    // A caller who sends ever other columns fills it, and makes others find their shapes again; it does not fill the memory.
    private const int Most = 1_024;

    private readonly ConcurrentDictionary<string, LogPolicy> _policies = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private volatile RequestShape[] _shapes = [];
    private RequestShape? _last;
    private int _next;

    public RequestShape Of(PredictionEntry entry)
    {
        if (_last is { } last && last.Fits(entry)) return last;
        foreach (var shape in _shapes)
        {
            if (shape.Fits(entry)) return _last = shape;
        }

        lock (_gate)
        {
            foreach (var shape in _shapes)
            {
                if (shape.Fits(entry)) return _last = shape;
            }

            ModelNames.CheckModel(entry.Model);
            if (_policies.Count >= Most) _policies.Clear();
            var made = new RequestShape(entry, _next++, _policies.GetOrAdd(entry.Model, static (model, o) => new(o.options, model, o.tags), (options, tags)));
            _shapes = _shapes.Length >= Most ? [made] : [.. _shapes, made];
            return _last = made;
        }
    }
}
