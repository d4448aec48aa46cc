using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Pipelines.Tests;

/// <summary>A host with stores in memory and one pipeline, "test", that is given as a delegate.</summary>
internal sealed class PipelineHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public PipelineHost(
        Action<PipelineBuilder> define,
        Action<PipelineOptions>? options = null,
        Action<IServiceCollection>? configure = null,
        IReadOnlyDictionary<string, string?>? configuration = null,
        PipelineHost? sharing = null)
    {
        var services = new ServiceCollection();
        Checkpoints = sharing?.Checkpoints ?? new InMemoryCheckpointStore();
        Metadata = sharing?.Metadata ?? new InMemoryMetadataStore();
        Artifacts = sharing?.Artifacts ?? new InMemoryArtifactStore();
        Time = sharing?.Time ?? new();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton(Journal);
        services.AddSingleton(new Script(define));
        services.AddSingleton(Metadata);
        if (configuration is not null) services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build());
        configure?.Invoke(services);
        services.TryAddSingleton(Checkpoints);
        services.TryAddSingleton(Artifacts);
        services.AddMlOpsCore().AddPipeline<ScriptedPipeline>("test", options);
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public ICheckpointStore Checkpoints { get; }

    public IMetadataStore Metadata { get; }

    public IArtifactStore Artifacts { get; }

    public TestTime Time { get; }

    public Journal Journal { get; } = new();

    public IServiceProvider Services => _services;

    public IPipelineRunner Runner => _services.GetRequiredService<IPipelineRunner>();

    public Task<PipelineRun> RunAsync(PipelineRequest? request = null) => Runner.RunAsync("test", request, TestContext.Current.CancellationToken);

    public Task<IReadOnlyList<CacheDecision>> ExplainAsync(PipelineRequest? request = null) => Runner.ExplainAsync("test", request, TestContext.Current.CancellationToken);

    public async Task<Run> RecordAsync(string runId) => (await Metadata.FindRunAsync(runId, TestContext.Current.CancellationToken))!;

    public async Task<Run> LastRecordAsync() => (await Metadata.SearchRunsAsync(new(), TestContext.Current.CancellationToken)).Items[0];

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

/// <summary>A clock that moves a millisecond each time it is read and remembers for how long it was asked to wait.</summary>
internal sealed class TestTime : FakeTimeProvider
{
    public TestTime()
        : base(new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)) => AutoAdvanceAmount = TimeSpan.FromMilliseconds(1);

    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Waits.Enqueue(dueTime);
        return timer;
    }

    /// <summary>Lets a wait pass as soon as somebody waits for just so long.</summary>
    public async Task PassAsync(TimeSpan wait)
    {
        while (!Waits.Contains(wait)) await Task.Yield();
        Advance(wait);
    }
}

internal sealed record Script(Action<PipelineBuilder> Define);

internal sealed class ScriptedPipeline(Script script) : PipelineDefinition
{
    public override void Define(PipelineBuilder pipeline) => script.Define(pipeline);
}

/// <summary>Notes which stages ran.</summary>
internal sealed class Journal
{
    private readonly Lock _gate = new();
    private readonly List<string> _entries = [];

    public IReadOnlyList<string> Entries { get { lock (_gate) return [.. _entries]; } }

    public void Add(string entry)
    {
        lock (_gate) _entries.Add(entry);
    }

    public int Count(string entry) => Entries.Count(e => e == entry);
}
