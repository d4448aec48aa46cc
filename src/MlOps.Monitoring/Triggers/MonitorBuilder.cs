using Microsoft.Extensions.DependencyInjection;

namespace MlOps.Monitoring;

/// <summary>Describes a monitor.</summary>
public sealed class MonitorBuilder
{
    internal MonitorBuilder()
    {
    }

    internal List<Action<MonitorOptions>> Configurations { get; } = [];

    /// <summary>What checks of the monitor add to the host, given the name of the monitor.</summary>
    internal List<Action<IServiceCollection, string>> Additions { get; } = [];

    internal List<PipelineAction> Pipelines { get; } = [];

    /// <summary>Sets options in code, after configuration.</summary>
    /// <param name="configure">Sets the options.</param>
    /// <returns>This builder.</returns>
    public MonitorBuilder Configure(Action<MonitorOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Configurations.Add(configure);
        return this;
    }

    /// <summary>Says what is done when a check finds drift: an alarm of the kind <see cref="AlarmKind.Drift"/> that is at least a warning. The same drift of the same version starts a pipeline once.</summary>
    /// <param name="drift">Names the pipelines.</param>
    /// <returns>This builder.</returns>
    public MonitorBuilder OnDrift(Action<TriggerActions> drift) => Add(TriggerConditions.Drift(), drift);

    /// <summary>Says what is done when the model has become worse, by labels or by estimates: an alarm of the kind <see cref="AlarmKind.Performance"/> that is at least a warning. The same drop of the same version starts a pipeline once.</summary>
    /// <param name="drop">Names the pipelines.</param>
    /// <returns>This builder.</returns>
    public MonitorBuilder OnPerformanceDrop(Action<TriggerActions> drop) => Add(TriggerConditions.Performance(), drop);

    /// <summary>Says what is done about other alarms. The same causes of the same version start a pipeline once. No failure of a check starts one.</summary>
    /// <param name="predicate">Says which alarms.</param>
    /// <param name="alarm">Names the pipelines.</param>
    /// <returns>This builder.</returns>
    public MonitorBuilder OnAlarm(Func<Alarm, bool> predicate, Action<TriggerActions> alarm)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return Add(TriggerConditions.Alarm(predicate), alarm);
    }

    /// <summary>Says what is done when as many true values have become known since the pipeline was started for it last; before the first start, since the window began. They are counted in the log when the monitor runs.</summary>
    /// <param name="count">How many, at least one.</param>
    /// <param name="labels">Names the pipelines.</param>
    /// <returns>This builder.</returns>
    public MonitorBuilder OnNewLabels(long count, Action<TriggerActions> labels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Add(TriggerConditions.Labels(count), labels);
    }

    /// <summary>Says what is done when as many predictions have succeeded since the pipeline was started for it last; before the first start, since the window began. They are counted in the log when the monitor runs.</summary>
    /// <param name="count">How many, at least one.</param>
    /// <param name="data">Names the pipelines.</param>
    /// <returns>This builder.</returns>
    public MonitorBuilder OnNewData(long count, Action<TriggerActions> data)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Add(TriggerConditions.Data(count), data);
    }

    /// <summary>Says what is done when there is a version of a dataset that neither a version of the model nor a run of the pipeline has learned from: other rows, acquired by whatever pipeline. It is looked for in the lineage when the monitor runs.</summary>
    /// <param name="dataset">The name of the dataset, as it was acquired.</param>
    /// <param name="data">Names the pipelines.</param>
    /// <returns>This builder.</returns>
    /// <remarks>
    /// Only the latest version counts, and it starts a pipeline once, whichever monitor on whichever host saw it. What the pipeline acquires while it runs starts it no further time.
    /// A host with such a monitor needs an <see cref="Core.ILineageStore"/>.
    /// </remarks>
    public MonitorBuilder OnNewData(string dataset, Action<TriggerActions> data)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dataset);
        return Add(TriggerConditions.Dataset(dataset), data);
    }

    /// <summary>Says what is done when it is time, whatever was found. It is looked at when the monitor runs, and is due when a moment of the schedule lies between the last window that it was started for and the end of this one.</summary>
    /// <param name="cron">The moments, in UTC: minute, hour, day, month, day of the week; with seconds before them when there are six.</param>
    /// <param name="schedule">Names the pipelines.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">It is no schedule.</exception>
    public MonitorBuilder OnSchedule(string cron, Action<TriggerActions> schedule)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(cron);
        return Add(TriggerConditions.Schedule(CronText.Parse(cron) ?? throw new ArgumentException(CronText.Problem(cron), nameof(cron))), schedule);
    }

    private MonitorBuilder Add(TriggerCondition condition, Action<TriggerActions> describe)
    {
        ArgumentNullException.ThrowIfNull(describe);
        describe(new TriggerActions(this, condition));
        return this;
    }
}

/// <summary>What a monitor does when there is a reason.</summary>
public sealed class TriggerActions
{
    private readonly MonitorBuilder _monitor;
    private readonly TriggerCondition _condition;

    internal TriggerActions(MonitorBuilder monitor, TriggerCondition condition) => (_monitor, _condition) = (monitor, condition);

    /// <summary>Runs a pipeline. It is not run within the monitor's cool-down, beyond its budget, beside itself, or after runs that did not help: see <see cref="MonitorOptions"/>. What started it before is remembered for all monitors and hosts.</summary>
    /// <param name="pipeline">The name that the pipeline is registered under.</param>
    /// <param name="parameters">Computes the parameters of the run from the report, as invariant text; null for none.</param>
    /// <returns>This object.</returns>
    /// <exception cref="ArgumentException">The monitor runs the pipeline for this reason already.</exception>
    public TriggerActions Run(string pipeline, Func<MonitorReport, IReadOnlyDictionary<string, string>>? parameters = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pipeline);
        if (_monitor.Pipelines.Exists(p => p.Pipeline == pipeline && (p.Condition == _condition || (p.Condition.Kind == _condition.Kind && p.Condition.Subject == _condition.Subject && p.Condition.Kind != TriggerKinds.Alarm))))
            throw new ArgumentException($"The monitor runs pipeline '{pipeline}' for this reason ({_condition.Kind}) already.", nameof(pipeline));
        _monitor.Pipelines.Add(new(pipeline, _condition, parameters ?? (_ => new Dictionary<string, string>())));
        return this;
    }
}

/// <summary>A pipeline that is run for a reason.</summary>
internal sealed record PipelineAction(string Pipeline, TriggerCondition Condition, Func<MonitorReport, IReadOnlyDictionary<string, string>> Parameters);

/// <summary>A monitor that the host added.</summary>
internal sealed record MonitorDefinition(string Name, IReadOnlyList<PipelineAction> Pipelines);
