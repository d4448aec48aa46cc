using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Keeps a plan for each shape of query that was seen. Thread-safe.</summary>
internal sealed class OnlinePlans(FeatureDefinitions definitions, OnlineTables tables, IEnumerable<IOnlineDecoders> decoders)
{
    // Callers far away may ask for any combination of features: more shapes than this are not a host's own.
    private const int Most = 1_000;

    private readonly IOnlineDecoders[] _decoders = [.. decoders];
    private readonly ConcurrentDictionary<Shape, OnlinePlan> _plans = new();
    private readonly ConditionalWeakTable<IReadOnlyList<string>, Seen> _seen = [];

    /// <summary>Gets the plan of a query.</summary>
    /// <param name="query">The query.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="NotFoundException">There is no such service, view or feature.</exception>
    /// <exception cref="DataException">Nothing is asked for, or two outputs have one name.</exception>
    public OnlinePlan Get(OnlineQuery query)
    {
        if (query.Service is not null) return Get(new Shape(query.Service, [], query.FullNames));
        ArgumentNullException.ThrowIfNull(query.Features, nameof(query));

        // A list that is used again needs no hash of all its names, only a look whether it is as it was.
        if (_seen.TryGetValue(query.Features, out var seen) && seen.Shape.FullNames == query.FullNames && seen.Shape.IsSame(query.Features)) return seen.Plan;
        var shape = new Shape(null, [.. query.Features], query.FullNames);
        var plan = Get(shape);
        _seen.AddOrUpdate(query.Features, new(shape, plan));
        return plan;
    }

    private OnlinePlan Get(Shape shape)
    {
        if (_plans.TryGetValue(shape, out var plan)) return plan;
        plan = new(FeatureSelection.Resolve(definitions, shape.Service, shape.Features, shape.FullNames), tables, _decoders);
        if (_plans.Count >= Most) _plans.Clear();
        return _plans.GetOrAdd(shape, plan);
    }

    private sealed record Seen(Shape Shape, OnlinePlan Plan);

    private readonly struct Shape(string? service, string[] features, bool fullNames) : IEquatable<Shape>
    {
        public string? Service { get; } = service;

        public string[] Features { get; } = features;

        public bool FullNames { get; } = fullNames;

        public bool IsSame(IReadOnlyList<string> others)
        {
            if (others.Count != Features.Length) return false;
            for (var i = 0; i < Features.Length; i++)
            {
                if (!ReferenceEquals(Features[i], others[i]) && Features[i] != others[i]) return false;
            }

            return true;
        }

        public bool Equals(Shape other) => Service == other.Service && FullNames == other.FullNames && IsSame(other.Features);

        public override bool Equals(object? obj) => obj is Shape other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(Service);
            hash.Add(FullNames);
            foreach (var feature in Features) hash.Add(feature);
            return hash.ToHashCode();
        }
    }
}
