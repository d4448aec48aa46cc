using System.Text.Json;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Where an unfinished materialization goes on: the span that it reads, the state of the source, and how many rows of it are written.</summary>
/// <param name="IsFull">Whether the span was asked for; else it is what was new.</param>
/// <param name="From">The first event time, in microseconds.</param>
/// <param name="To">The last event time, in microseconds.</param>
/// <param name="CreatedAfter">Rows created later are read whatever their event time is; null for none.</param>
/// <param name="Source">The fingerprint of the source. Rows of another state may stand in another order.</param>
/// <param name="Rows">How many rows are done.</param>
/// <param name="MaxCreated">The latest created time of them.</param>
internal sealed record ResumePoint(bool IsFull, long From, long To, long? CreatedAfter, string Source, long Rows, long MaxCreated)
{
    public EventSpan Span => new(From, To, CreatedAfter);

    public static ResumePoint? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        try
        {
            return JsonSerializer.Deserialize<ResumePoint>(text, MlOpsJson.Options);
        }
        catch (JsonException)
        {
            return null; // of another version of the feature store: the run begins anew, which does no harm
        }
    }

    public override string ToString() => JsonSerializer.Serialize(this, MlOpsJson.Options);
}
