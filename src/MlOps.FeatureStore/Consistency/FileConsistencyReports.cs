using System.Text.Json;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Keeps reports of consistency as files, the newest hundred of each model.</summary>
internal sealed class FileConsistencyReports(IOptions<MlOpsOptions> options) : IConsistencyReports
{
    public Task WriteAsync(ConsistencyReport report, CancellationToken cancellationToken) =>
        FilesOf(report.Query.Model).AddAsync(report.Query.To, JsonSerializer.Serialize(report, MlOpsJson.Options), cancellationToken);

    public Task<IReadOnlyList<ConsistencyReport>> ListAsync(string model, int limit = 1, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return FilesOf(model).ListAsync(limit, static text => JsonSerializer.Deserialize<ConsistencyReport>(text, MlOpsJson.Options) ?? throw new JsonException("There is no report."), cancellationToken);
    }

    private KeptFiles FilesOf(string model) => new(FeatureFolder.Of(options.Value, "consistency", model), $"reports of consistency of model '{model}'");
}
