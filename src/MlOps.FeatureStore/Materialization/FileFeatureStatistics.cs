using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.FeatureStore;

/// <summary>Keeps statistics of features as files, the newest hundred of each view.</summary>
internal sealed class FileFeatureStatistics(IOptions<MlOpsOptions> options) : IFeatureStatistics
{
    private const int MaxKept = 100;

    public async Task WriteAsync(FeatureStatistics statistics, CancellationToken cancellationToken)
    {
        var folder = FeatureFolder.Of(options.Value, "statistics", statistics.View);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{FeatureTime.ToMicros(statistics.At):D19}-{Guid.NewGuid():N}.json"));
        var temporary = path + ".tmp";
        try
        {
            await File.WriteAllTextAsync(temporary, JsonSerializer.Serialize(new Kept(statistics.View, statistics.At, statistics.From, statistics.To, JsonDocument.Parse(statistics.Profile.ToJson()).RootElement), MlOpsJson.Options), cancellationToken).ConfigureAwait(false);
            File.Move(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        foreach (var old in Files(folder).Skip(MaxKept)) File.Delete(old);
    }

    public async Task<IReadOnlyList<FeatureStatistics>> ListAsync(string view, int limit = 1, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(view);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var found = new List<FeatureStatistics>();
        var folder = FeatureFolder.Of(options.Value, "statistics", view);
        foreach (var file in Directory.Exists(folder) ? Files(folder).Take(limit) : [])
        {
            try
            {
                var kept = JsonSerializer.Deserialize<Kept>(await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false), MlOpsJson.Options)!;
                found.Add(new(kept.View, kept.At, kept.From, kept.To, DatasetProfile.FromJson(kept.Profile.GetRawText())));
            }
            catch (FileNotFoundException)
            {
                // Somebody else has just removed it because there are newer ones.
            }
            catch (Exception e) when (e is JsonException or InvalidDataException)
            {
                throw new StoreException($"The statistics of feature view '{view}' in '{Path.GetFileName(file)}' are damaged. Delete the file.", e);
            }
        }

        return found;
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*.json").OrderByDescending(Path.GetFileName, StringComparer.Ordinal);

    private sealed record Kept(string View, DateTimeOffset At, DateTimeOffset From, DateTimeOffset To, JsonElement Profile);
}
