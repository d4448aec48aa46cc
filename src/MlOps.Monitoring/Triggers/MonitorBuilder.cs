using Microsoft.Extensions.DependencyInjection;

namespace MlOps.Monitoring;

/// <summary>Describes a monitor.</summary>
public sealed class MonitorBuilder
{
    internal MonitorBuilder()
    {
    }

    internal List<Action<MonitorOptions>> Configurations { get; } = [];

    /// <summary>Gets what the checks of the monitor add to the host, under its name.</summary>
    internal List<Action<IServiceCollection, string>> Additions { get; } = [];

    internal DriftActions Actions { get; } = new();

    /// <summary>Sets options in code, after configuration.</summary>
    /// <param name="configure">Sets the options.</param>
    /// <returns>This builder.</returns>
    public MonitorBuilder Configure(Action<MonitorOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Configurations.Add(configure);
        return this;
    }

    /// <summary>Says what is done when there is drift.</summary>
    /// <param name="drift">Names the actions.</param>
    /// <returns>This builder.</returns>
    public MonitorBuilder OnDrift(Action<DriftActions> drift)
    {
        ArgumentNullException.ThrowIfNull(drift);
        drift(Actions);
        return this;
    }
}

/// <summary>What a monitor does when there is drift.</summary>
public sealed class DriftActions
{
    internal DriftActions()
    {
    }

    internal List<PipelineAction> Pipelines { get; } = [];

    /// <summary>Runs a pipeline, with the trigger drift. The same drift of the same version does not run it twice, and it is not run again within the monitor's cool-down, whichever monitor of the host started it.</summary>
    /// <param name="pipeline">The name that the pipeline is registered under.</param>
    /// <param name="parameters">Computes the parameters of the run from the report, as invariant text; null for none.</param>
    /// <returns>This object.</returns>
    public DriftActions Run(string pipeline, Func<MonitorReport, IReadOnlyDictionary<string, string>>? parameters = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pipeline);
        if (Pipelines.Exists(p => p.Pipeline == pipeline)) throw new ArgumentException($"The monitor runs pipeline '{pipeline}' already.", nameof(pipeline));
        Pipelines.Add(new(pipeline, parameters ?? (_ => new Dictionary<string, string>())));
        return this;
    }
}

/// <summary>A pipeline that is run when there is drift.</summary>
internal sealed record PipelineAction(string Pipeline, Func<MonitorReport, IReadOnlyDictionary<string, string>> Parameters);

/// <summary>A monitor that the host added.</summary>
internal sealed record MonitorDefinition(string Name, IReadOnlyList<PipelineAction> Pipelines);
