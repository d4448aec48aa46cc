using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Finds runs, and the run that a path of the artifact proxy belongs to.</summary>
/// <remarks>
/// The proxy also takes paths that belong to no run, as MLflow's does. Those files are kept by one run of experiment 0 that exists for nothing else and that the API never shows.
/// </remarks>
internal sealed class RunDirectory(MlflowServer server)
{
    /// <summary>The run that keeps files which belong to no run: the text mlflow-artifacts in hexadecimal.</summary>
    public const string Loose = "6d6c666c6f772d617274696661637473";

    private const string Folder = "artifacts";

    public async Task<Run> FindAsync(string runId, CancellationToken cancellationToken) =>
        (runId == Loose ? null : await server.Metadata.FindRunAsync(runId, cancellationToken).ConfigureAwait(false)) ?? throw WireException.NoRun(runId);

    /// <summary>Finds a run with only some of its parts; null when there is none.</summary>
    public async Task<Run?> LookAsync(string runId, RunParts parts, CancellationToken cancellationToken)
    {
        if (!IsRunId(runId)) return null;
        var found = await server.Metadata.SearchRunsAsync(
            new() { Filter = $"attributes.run_id = '{runId}'", View = LifecycleView.All, Limit = 1, Parts = parts }, cancellationToken).ConfigureAwait(false);
        return found.Items.Count == 0 ? null : found.Items[0];
    }

    /// <summary>Gives the URI under which clients look for the artifacts of a run.</summary>
    public async Task<string> UriAsync(Run run, CancellationToken cancellationToken) =>
        ArtifactLocations.OfRun(await LocationAsync(run.ExperimentId, cancellationToken).ConfigureAwait(false), run.Id);

    public async Task<string> LocationAsync(string experimentId, CancellationToken cancellationToken) =>
        await server.Metadata.FindExperimentAsync(experimentId, cancellationToken).ConfigureAwait(false) is { } experiment
            ? ArtifactLocations.Of(experiment, server.ArtifactRoot)
            : ArtifactLocations.OfRun(server.ArtifactRoot, experimentId);

    /// <summary>Finds whose file a path of the proxy is.</summary>
    public async Task<ArtifactPlace> ResolveAsync(string[] parts, RunParts wanted, CancellationToken cancellationToken)
    {
        for (var i = 1; i < parts.Length; i++)
        {
            if (!IsRunId(parts[i]) || (i + 1 < parts.Length && parts[i + 1] != Folder)) continue;
            if (await LookAsync(parts[i], wanted, cancellationToken).ConfigureAwait(false) is not { } run || run.Id == Loose) break;
            var root = ArtifactLocations.ProxiedParts(await LocationAsync(run.ExperimentId, cancellationToken).ConfigureAwait(false));
            if (root is null || !parts.AsSpan(0, i).SequenceEqual(root)) break;
            return new(run, run.Id, ArtifactPaths.Join(parts.AsSpan(Math.Min(i + 2, parts.Length))), IsAboveRoot: i + 1 == parts.Length);
        }

        return new(await LookAsync(Loose, wanted, cancellationToken).ConfigureAwait(false), Loose, ArtifactPaths.Join(parts), IsAboveRoot: false);
    }

    /// <summary>Records files of a run.</summary>
    public async Task LogAsync(string runId, RunEntries entries, CancellationToken cancellationToken)
    {
        try
        {
            await server.Metadata.LogAsync(runId, entries, cancellationToken).ConfigureAwait(false);
        }
        catch (NotFoundException) when (runId == Loose)
        {
            await server.Metadata.StartRunAsync(
                new(Loose, Experiment.DefaultName, "files that belong to no run", DateTimeOffset.UnixEpoch) { ExperimentId = Experiment.DefaultId }, cancellationToken).ConfigureAwait(false);
            await server.Metadata.LogAsync(runId, entries, cancellationToken).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            throw WireException.NoRun(runId);
        }
        catch (ConflictException)
        {
            throw runId == Loose ? WireException.DeletedExperiment(Experiment.DefaultId) : WireException.DeletedRun(runId);
        }
    }

    private static bool IsRunId(string text) => text.Length == 32 && text.All(char.IsAsciiHexDigit);
}

/// <summary>Whose file a path of the proxy is.</summary>
/// <param name="Run">The run; null when nothing was ever put there.</param>
/// <param name="RunId">The identifier of the run.</param>
/// <param name="Path">The path within the run; empty for its root.</param>
/// <param name="IsAboveRoot">Whether the folder of the run is meant that holds its root.</param>
internal sealed record ArtifactPlace(Run? Run, string RunId, string Path, bool IsAboveRoot);
