using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>Runs the registered pipelines in this process.</summary>
internal sealed class PipelineRunner(
    IServiceProvider services,
    IEnumerable<PipelineRegistration> registrations,
    IOptionsMonitor<PipelineOptions> options,
    CodeFingerprint code,
    TimeProvider time,
    ILogger<PipelineRunner> logger) : IPipelineRunner
{
    private readonly FrozenDictionary<string, PipelineRegistration> _registrations = registrations.ToFrozenDictionary(r => r.Name, StringComparer.Ordinal);

    public IReadOnlyCollection<string> Pipelines => _registrations.Keys;

    public async Task<PipelineRun> RunAsync(string pipeline, PipelineRequest? request = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var settings = SettingsOf(pipeline);
        var stores = new Stores(services, time, logger);
        var scope = services.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var graph = PipelineGraph.Build(_registrations[pipeline], request ?? new(), settings, scope.ServiceProvider);
            var hold = await new RunOpener(graph, stores, settings, code, services, time, logger).OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (hold.ConfigureAwait(false))
                return await new RunExecution(graph, hold, stores, settings, code, services, time, logger).RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<IReadOnlyList<CacheDecision>> ExplainAsync(string pipeline, PipelineRequest? request = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var settings = SettingsOf(pipeline);
        var stores = new Stores(services, time, logger);
        var scope = services.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var graph = PipelineGraph.Build(_registrations[pipeline], request ?? new(), settings, scope.ServiceProvider);
            var (runId, finished) = await new RunOpener(graph, stores, settings, code, services, time, logger).PeekAsync(cancellationToken).ConfigureAwait(false);
            var lookup = new CacheLookup(stores, graph.Name, graph.Request.Force, finished);
            return await ExplainAsync(graph, runId, lookup, scope.ServiceProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<ReplayReport> ReplayAsync(string runId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(runId);
        cancellationToken.ThrowIfCancellationRequested();
        var stores = new Stores(services, time, logger);
        var original = await RecordedRun.ReadAsync(stores, runId, cancellationToken).ConfigureAwait(false);
        var settings = SettingsOf(original.Pipeline);
        var scope = services.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var (graph, differences) = original.Rebuild(_registrations[original.Pipeline], settings, scope.ServiceProvider);
            return await new ReplayExecution(graph, original, differences, stores, settings, code, services, time).RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<CacheDecision>> ExplainAsync(
        PipelineGraph graph, string runId, CacheLookup lookup, IServiceProvider scope, CancellationToken cancellationToken)
    {
        var decisions = new List<CacheDecision>();
        var outputs = new Dictionary<StageNode, string>();
        foreach (var node in graph.Stages)
        {
            if (node.Inputs.FirstOrDefault(input => !outputs.ContainsKey(input)) is { } unknown)
            {
                decisions.Add(new(node.Name, false, $"Its input '{unknown.Name}' will be made anew."));
                continue;
            }

            var key = await StageKey.MakeAsync(node, [.. node.Inputs.Select(i => outputs[i])], graph.Seed, runId, code, scope, cancellationToken).ConfigureAwait(false);
            var found = await lookup.FindAsync(node, key, cancellationToken).ConfigureAwait(false);
            if (found.Checkpoint is { OutputFingerprint: { } fingerprint }) outputs[node] = fingerprint;
            decisions.Add(new(node.Name, found.Checkpoint is not null, found.Reason));
        }

        return decisions;
    }

    private PipelineOptions SettingsOf(string pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        if (_registrations.ContainsKey(pipeline)) return options.Get(pipeline);
        var known = _registrations.Count == 0 ? "None is registered." : $"There are: {string.Join(", ", _registrations.Keys.Order(StringComparer.Ordinal))}.";
        throw new ArgumentException($"There is no pipeline '{pipeline}'. {known}", nameof(pipeline));
    }
}
