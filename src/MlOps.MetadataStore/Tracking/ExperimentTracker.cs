using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>Starts and ends runs in the metadata store of the host.</summary>
internal sealed class ExperimentTracker(
    IMetadataStore metadata, IArtifactStore? artifacts, ILineageStore? lineage, IOptions<RunLoggerOptions> options, TimeProvider time, ILogger<ExperimentTracker> logger) : IExperimentTracker
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Surroundings = new(Describe);

    public TimeProvider Time => time;

    public async Task<TrackedRun> StartAsync(string experiment, string? name = null, TrackedRun? parent = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(experiment);
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now).ToString("N");
        name ??= string.Create(CultureInfo.InvariantCulture, $"{experiment} {now.UtcDateTime:yyyy-MM-dd HH:mm:ss}");
        var tags = new Dictionary<string, string>(Surroundings.Value) { [RunTags.Name] = name };
        await metadata.StartRunAsync(new(id, experiment, name, now) { ParentId = parent?.Id, Tags = tags }, cancellationToken).ConfigureAwait(false);
        return new(this, id, experiment, name, new(metadata, id, options.Value, time, logger));
    }

    public async Task<T> RunAsync<T>(string experiment, Func<TrackedRun, CancellationToken, Task<T>> work, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        var run = await StartAsync(experiment, name, null, cancellationToken).ConfigureAwait(false);
        await using (run.ConfigureAwait(false))
        {
            T result;
            try
            {
                result = await work(run, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                await FailAsync(run, e).ConfigureAwait(false);
                throw;
            }

            await run.CompleteAsync().ConfigureAwait(false);
            return result;
        }
    }

    public async Task<ArtifactRef> StoreAsync(string runId, string path, Stream content, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (artifacts is null) throw new InvalidOperationException("The host has no artifact store to keep files in. Choose one, for instance with UseFileArtifacts().");
        RunChecks.Check(Entries(path, new(new('0', 64), 0))); // before gigabytes are stored for nothing
        var stored = await artifacts.PutAsync(content, cancellationToken).ConfigureAwait(false);
        await metadata.LogAsync(runId, Entries(path, stored), cancellationToken).ConfigureAwait(false);
        return stored;

        static RunEntries Entries(string path, ArtifactRef artifact) => new() { Artifacts = new Dictionary<string, ArtifactRef> { [path] = artifact } };
    }

    public async Task EndAsync(TrackedRun run, RunStatus status, string? error, IReadOnlyCollection<LineageEdge> edges)
    {
        await run.Log.DisposeAsync().ConfigureAwait(false);
        try
        {
            if (lineage is not null && edges.Count > 0) await lineage.RecordAsync(edges).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // a run does not fail for its lineage
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LineageNotRecorded(run.Id, e);
        }

        if (run.Log.Lost > 0)
        {
            var lost = new Dictionary<string, string> { ["mlops.lost_entries"] = run.Log.Lost.ToString(CultureInfo.InvariantCulture) };
            await metadata.LogAsync(run.Id, new() { Tags = lost }).ConfigureAwait(false);
        }

        await metadata.EndRunAsync(run.Id, status, time.GetUtcNow(), error).ConfigureAwait(false);
    }

    public void EndNotRecorded(string runId, Exception error) => logger.EndNotRecorded(runId, error);

    private async Task FailAsync(TrackedRun run, Exception error)
    {
        try
        {
            await run.FailAsync(error).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // why the work failed says more
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.EndNotRecorded(run.Id, e);
        }
    }

    // As the pipeline runner describes them, so that runs of both can be compared.
    private static Dictionary<string, string> Describe()
    {
        var entry = Assembly.GetEntryAssembly() ?? typeof(ExperimentTracker).Assembly;
        var version = entry.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? entry.GetName().Version?.ToString() ?? "0";
        var tags = new Dictionary<string, string>
        {
            [RunTags.SourceName] = entry.GetName().Name ?? "unknown",
            [RunTags.SourceType] = "LOCAL",
            ["mlops.code.assembly"] = $"{entry.GetName().Name} {version}",
            ["mlops.code.mvid"] = entry.ManifestModule.ModuleVersionId.ToString("D"),
            ["mlops.environment.os"] = RuntimeInformation.OSDescription,
            ["mlops.environment.architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
            ["mlops.environment.dotnet"] = RuntimeInformation.FrameworkDescription,
            ["mlops.environment.processors"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        };
        if (version.Split('+') is [_, { Length: 40 } commit] && commit.All(char.IsAsciiHexDigitLower)) tags[RunTags.Commit] = commit;
        return tags;
    }
}
