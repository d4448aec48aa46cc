using System.Collections.Concurrent;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Holds features that are read to the guards that look at reading. What is refused is given as missing, counted, or fails the read, as the guard says.</summary>
internal sealed class GuardedOnlineFeatures(IOnlineFeatures inner, FeatureDefinitions definitions, IEnumerable<IFeatureGuard> guards, FeatureStoreMetrics metrics) : IOnlineFeatures
{
    private const int MaxKept = 256;

    private readonly IFeatureGuard[] _guards = [.. guards.Where(g => g.OnRead is not null)];
    private readonly ConcurrentDictionary<string, IReadOnlyList<GuardedPart>> _parts = new(StringComparer.Ordinal);

    public async ValueTask<FeatureVectors> ReadAsync(OnlineQuery query, CancellationToken cancellationToken = default)
    {
        var vectors = await inner.ReadAsync(query, cancellationToken).ConfigureAwait(false);
        HashSet<(int Entity, int Feature)>? refused = null;
        foreach (var part in PartsOf(query)) Check(part, vectors, ref refused);
        return refused is null ? vectors : Without(vectors, refused);
    }

    private void Check(GuardedPart part, FeatureVectors vectors, ref HashSet<(int Entity, int Feature)>? refused)
    {
        int[] entities = [.. Enumerable.Range(0, vectors.Count).Where(e => part.Outputs.Any(o => vectors.StatusOf(e, o.Place) == FeatureStatus.Present))];
        if (entities.Length == 0) return;
        var columns = part.Outputs.Select(o =>
        {
            var builder = new ArrowColumnBuilder(o.Type);
            foreach (var entity in entities) builder.Append(vectors[entity, o.Place]);
            return builder.Build();
        });
        using var rows = new RecordBatch(part.Schema, columns, entities.Length);
        HashSet<int> rejected = [], flagged = [];
        foreach (var finding in part.Guard.Check(rows))
        {
            if (!finding.IsRefused || part.Guard.OnRead == RefusedRows.Flag)
            {
                flagged.Add(finding.Row);
                continue;
            }

            if (part.Guard.OnRead == RefusedRows.Fail) throw new DataException($"Features of view '{part.Guard.View}' that were read are refused: {(finding.Column is null ? string.Empty : finding.Column + ": ")}{finding.Message}.") { Column = finding.Column };
            rejected.Add(finding.Row);
            refused ??= [];
            foreach (var output in part.Outputs.Where(o => finding.Column is null || o.Feature == finding.Column)) refused.Add((entities[finding.Row], output.Place));
        }

        metrics.Guarded(part.Guard.View, "read", rejected.Count, flagged.Count);
    }

    private IReadOnlyList<GuardedPart> PartsOf(OnlineQuery query)
    {
        var key = query.Service ?? string.Join('\n', query.Features);
        key = (query.Service is null ? "f" : "s") + key;
        if (_parts.TryGetValue(key, out var parts)) return parts;
        var outputs = FeatureSelection.Resolve(definitions, query.Service, query.Features, query.FullNames).Outputs;
        parts = [.. _guards.SelectMany(guard => outputs
            .Select((output, place) => (output.Reference, Output: new GuardedOutput(output.Reference.Feature, output.Type, place)))
            .Where(o => o.Reference.View == guard.View)
            .GroupBy(o => string.Join('\n', o.Reference.KeyColumns.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => $"{k.Key}\t{k.Value}")))
            .Select(g => new GuardedPart(guard, [.. g.Select(o => o.Output).DistinctBy(o => o.Feature)])))];
        if (_parts.Count < MaxKept) _parts.TryAdd(key, parts);
        return parts;
    }

    private static FeatureVectors Without(FeatureVectors vectors, HashSet<(int Entity, int Feature)> refused)
    {
        var columns = vectors.Columns.Count;
        var places = columns * vectors.Count;
        var (bits, objects, statuses, times) = (new long[places], new object?[places], new FeatureStatus[places], new long[places]);
        for (var entity = 0; entity < vectors.Count; entity++)
        {
            for (var feature = 0; feature < columns; feature++)
            {
                var place = (entity * columns) + feature;
                var value = vectors[entity, feature];
                var isRefused = refused.Contains((entity, feature));
                if (!isRefused) (bits[place], objects[place]) = (value.Bits, value.Object);
                statuses[place] = isRefused && vectors.StatusOf(entity, feature) == FeatureStatus.Present ? FeatureStatus.Null : vectors.StatusOf(entity, feature);
                times[place] = vectors.EventTimeOf(entity, feature) is { } time ? FeatureTime.ToMicros(time) : long.MinValue;
            }
        }

        return new(vectors.Columns, vectors.Count, bits, objects, statuses, times);
    }

    private sealed record GuardedOutput(string Feature, ColumnType Type, int Place);

    private sealed record GuardedPart(IFeatureGuard Guard, IReadOnlyList<GuardedOutput> Outputs)
    {
        public Schema Schema { get; } = new DatasetSchema(Outputs.Select(o => new MlOps.Core.Column(o.Feature, o.Type))).ToArrow();
    }
}
