using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Reads the events of one view without the rows that its guards refuse. Used for one run.</summary>
internal sealed class GuardedEvents(IEventReader reader, ViewGuards guards, RejectedRows refused) : IEventReader
{
    public long Refused { get; private set; }

    public long Flagged { get; private set; }

    public Task<Dataset?> KeepRefusedAsync(CancellationToken cancellationToken) => refused.KeepAsync(cancellationToken);

    public Task<FeatureView> PinAsync(FeatureView view, CancellationToken cancellationToken) => reader.PinAsync(view, cancellationToken);

    public Task<DatasetSchema> GetSchemaAsync(FeatureView view, IReadOnlyList<Feature>? features, CancellationToken cancellationToken) => reader.GetSchemaAsync(view, features, cancellationToken);

    public async IAsyncEnumerable<RecordBatch> ReadAsync(FeatureView view, IReadOnlyList<Feature>? features, EventSpan? span, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in reader.ReadAsync(view, features, span, cancellationToken).ConfigureAwait(false))
        {
            var guarded = guards.Check(batch);
            (Refused, Flagged) = (Refused + guarded.Refused, Flagged + guarded.Flagged);
            refused.Add(guarded.Rows);
            yield return guarded.Refused == 0 ? batch : ArrowRows.Take(batch, [.. Enumerable.Range(0, batch.Length).Where(i => guarded.IsTaken[i])]);
        }
    }
}
