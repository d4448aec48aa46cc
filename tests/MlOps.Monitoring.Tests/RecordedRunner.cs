using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>A runner that remembers what it was asked to run.</summary>
internal sealed class RecordedRunner : IPipelineRunner
{
    public List<(string Pipeline, PipelineRequest Request)> Requests { get; } = [];

    public Exception? Error { get; set; }

    public TaskCompletionSource? Hold { get; set; }

    public Func<Task>? Work { get; set; }

    public IReadOnlyList<StageRun> Stages { get; set; } = [];

    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyCollection<string> Pipelines => ["retrain"];

    public async Task<PipelineRun> RunAsync(string pipeline, PipelineRequest? request = null, CancellationToken cancellationToken = default)
    {
        lock (Requests) Requests.Add((pipeline, request!));
        Started.TrySetResult();
        if (Hold is not null) await Hold.Task.WaitAsync(cancellationToken);
        if (Work is not null) await Work();
        return Error is null ? new($"run-{Requests.Count}", pipeline, RunStatus.Finished, false, TimeSpan.Zero, Stages) : throw Error;
    }

    public Task<ReplayReport> ReplayAsync(string runId, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<CacheDecision>> ExplainAsync(string pipeline, PipelineRequest? request = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}
