using System.Text.Json;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.FeatureStore;

/// <summary>Keeps statistics of features as files, the newest hundred of each view.</summary>
internal sealed class FileFeatureStatistics(IOptions<MlOpsOptions> options) : IFeatureStatistics
{
    public Task WriteAsync(FeatureStatistics statistics, CancellationToken cancellationToken)
    {
        var kept = new Kept(statistics.View, statistics.At, statistics.From, statistics.To, JsonDocument.Parse(statistics.Profile.ToJson()).RootElement);
        return FilesOf(statistics.View).AddAsync(statistics.At, JsonSerializer.Serialize(kept, MlOpsJson.Options), cancellationToken);
    }

    public Task<IReadOnlyList<FeatureStatistics>> ListAsync(string view, int limit = 1, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(view);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return FilesOf(view).ListAsync(
            limit,
            static text =>
            {
                var kept = JsonSerializer.Deserialize<Kept>(text, MlOpsJson.Options)!;
                return new FeatureStatistics(kept.View, kept.At, kept.From, kept.To, DatasetProfile.FromJson(kept.Profile.GetRawText()));
            },
            cancellationToken);
    }

    private KeptFiles FilesOf(string view) => new(FeatureFolder.Of(options.Value, "statistics", view), $"statistics of feature view '{view}'");

    private sealed record Kept(string View, DateTimeOffset At, DateTimeOffset From, DateTimeOffset To, JsonElement Profile);
}
