using System.Globalization;
using System.Text;
using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>A run of an <see cref="IExperimentTracker"/>. Thread-safe.</summary>
/// <remarks>
/// Metrics, parameters, tags and inputs are buffered, as <see cref="RunLogger"/> does it; files are stored at once. A run that is disposed without having been ended by a call has
/// failed: whoever left early did not say that it went well.
/// </remarks>
public sealed class TrackedRun : IRunLog, IAsyncDisposable
{
    private readonly ExperimentTracker _tracker;
    private readonly Lock _gate = new();
    private readonly List<LineageEdge> _lineage = [];
    private Task? _ended;

    internal TrackedRun(ExperimentTracker tracker, string id, string experiment, string name, RunLogger log)
    {
        (_tracker, Id, Experiment, Name, Log) = (tracker, id, experiment, name, log);
    }

    /// <summary>Gets the identifier.</summary>
    public string Id { get; }

    /// <summary>Gets the name of the experiment.</summary>
    public string Experiment { get; }

    /// <summary>Gets the name, for people.</summary>
    public string Name { get; }

    /// <summary>Gets the buffered logger of the run.</summary>
    public RunLogger Log { get; }

    /// <summary>Logs a metric.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value; NaN and infinities are allowed.</param>
    /// <param name="step">The step of a series, 0 for a single value.</param>
    public void LogMetric(string name, double value, long step = 0) => Log.LogMetric(name, value, step);

    /// <summary>Logs a parameter. It keeps its first value.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    public void LogParameter(string name, string value) => Log.LogParameter(name, value);

    /// <summary>Logs a parameter. It keeps its first value.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value; numbers and times are written in the invariant culture.</param>
    public void LogParameter(string name, object? value) => Log.LogParameter(name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty);

    /// <summary>Sets a tag. Setting it again replaces the value.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    public void SetTag(string name, string value) => Log.SetTag(name, value);

    /// <summary>Writes a note for people.</summary>
    /// <param name="markdown">The note, in Markdown. Another one replaces it.</param>
    public void SetNote(string markdown) => Log.SetTag(RunTags.Note, markdown);

    /// <summary>Logs a dataset that the run uses, and joins it to the run in the lineage.</summary>
    /// <param name="input">The dataset and what for.</param>
    public void LogInput(DatasetInput input)
    {
        Log.LogInput(input);
        if (input is not { Name.Length: > 0, Fingerprint.Length: > 0 }) return; // the store will say so
        Join(LineageNode.Dataset(input.Fingerprint) with { Name = LineageChecks.Shorten(input.Name, input.Fingerprint) }, input.Context);
    }

    /// <summary>Logs a dataset that the run uses, and joins it to the run in the lineage.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="context">What for: training, validation, holdout, or anything else.</param>
    public void LogInput(Dataset dataset, string context = "training")
    {
        ArgumentNullException.ThrowIfNull(dataset);
        LogInput(dataset.ToReference(), context, dataset.Origin);
    }

    /// <summary>Logs a dataset that the run uses, and joins it to the run in the lineage.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="context">What for: training, validation, holdout, or anything else.</param>
    /// <param name="origin">Where its rows came from; null when not known.</param>
    public void LogInput(DatasetReference dataset, string context = "training", DatasetOrigin? origin = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentException.ThrowIfNullOrWhiteSpace(context);
        Log.LogInput(new(dataset.Name, dataset.Fingerprint, context) { SourceType = origin?.Kind, Source = origin?.Location, Schema = dataset.Schema.ToString() });
        Join(LineageNode.Of(dataset), context);
    }

    /// <summary>Stores a file of the run.</summary>
    /// <param name="path">Its path within the run, with slashes, as plots/roc.svg. Another file of the path replaces it.</param>
    /// <param name="content">The bytes, read to the end. The caller disposes it.</param>
    /// <param name="cancellationToken">Stops the call; nothing is stored then.</param>
    /// <returns>The digest and size.</returns>
    /// <exception cref="ArgumentException">The path leaves the run or is none.</exception>
    public Task<ArtifactRef> LogArtifactAsync(string path, Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return _tracker.StoreAsync(Id, path, content, cancellationToken);
    }

    /// <summary>Stores a file of the run.</summary>
    /// <param name="file">The file on this machine.</param>
    /// <param name="path">Its path within the run; null for the name of the file.</param>
    /// <param name="cancellationToken">Stops the call; nothing is stored then.</param>
    /// <returns>The digest and size.</returns>
    public async Task<ArtifactRef> LogArtifactAsync(string file, string? path = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, useAsync: true);
        await using (content.ConfigureAwait(false))
            return await _tracker.StoreAsync(Id, path ?? Path.GetFileName(file), content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores a text as a file of the run, in UTF-8.</summary>
    /// <param name="path">Its path within the run.</param>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Stops the call; nothing is stored then.</param>
    /// <returns>The digest and size.</returns>
    public async Task<ArtifactRef> LogTextAsync(string path, string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await _tracker.StoreAsync(Id, path, content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts a run that is part of this one.</summary>
    /// <param name="name">Its name, for people.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The run.</returns>
    public Task<TrackedRun> StartNestedAsync(string name, CancellationToken cancellationToken = default) => _tracker.StartAsync(Experiment, name, this, cancellationToken);

    /// <summary>Ends the run: it went well.</summary>
    /// <returns>When everything that was logged and the end are recorded.</returns>
    public Task CompleteAsync() => EndAsync(RunStatus.Finished, null);

    /// <summary>Ends the run: it failed, or was cancelled.</summary>
    /// <param name="error">Why. An <see cref="OperationCanceledException"/> means that it was killed.</param>
    /// <returns>When everything that was logged and the end are recorded.</returns>
    public Task FailAsync(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return EndAsync(error is OperationCanceledException ? RunStatus.Killed : RunStatus.Failed, error.Message);
    }

    /// <summary>Ends the run. The first call says how; later ones wait for it.</summary>
    /// <param name="status">How: finished, failed or killed.</param>
    /// <param name="error">Why it failed, or null.</param>
    /// <returns>When everything that was logged and the end are recorded.</returns>
    public Task EndAsync(RunStatus status, string? error = null)
    {
        if (status is not (RunStatus.Finished or RunStatus.Failed or RunStatus.Killed)) throw new ArgumentException($"A run cannot end as {status}.", nameof(status));
        lock (_gate) return _ended ??= _tracker.EndAsync(this, status, error, [.. _lineage]);
    }

    /// <summary>Writes what waits. A run that was not ended by a call has failed.</summary>
    /// <returns>When everything is recorded. It does not throw: what could not be recorded is logged.</returns>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await EndAsync(RunStatus.Failed, "It was left without saying that it went well: call CompleteAsync at its end.").ConfigureAwait(false);
        }
#pragma warning disable CA1031 // an exception that is under way says more
        catch (Exception e)
#pragma warning restore CA1031
        {
            _tracker.EndNotRecorded(Id, e);
        }
    }

    private void Join(LineageNode dataset, string context)
    {
        var edge = new LineageEdge(dataset, LineageNode.Run(Id) with { Name = LineageChecks.Shorten(Name, Id) }, LineageEdges.RelationOf(context), _tracker.Time.GetUtcNow()) { RunId = Id };
        lock (_gate) _lineage.Add(edge);
    }
}
