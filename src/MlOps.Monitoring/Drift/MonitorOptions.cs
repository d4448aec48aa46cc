using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>What a monitor compares and when it alarms. Bound from <c>MlOps:Monitors:{name}</c>.</summary>
/// <remarks>An alarm needs both: a change that is large enough to matter, and one that chance does not explain.</remarks>
public sealed class MonitorOptions
{
    /// <summary>Gets or sets the model that is watched.</summary>
    /// <value>The default is null: the one that is called as the monitor.</value>
    public string? Model { get; set; }

    /// <summary>Gets or sets the alias of the version whose training data are the reference.</summary>
    /// <value>The default is champion.</value>
    [Required]
    public string Alias { get; set; } = ModelNames.Champion;

    /// <summary>Gets the variants whose predictions are watched, as they stand in <see cref="PredictionColumns.Variant"/>: aliases, batch, shadow. Others are passed over in all that the monitor finds and counts.</summary>
    /// <value>The default is none, which watches what callers were answered: all but those of a shadow. To watch a shadow, name <c>shadow</c> here and its alias in <see cref="Alias"/>.</value>
    public IList<string> Variants { get; } = [];

    /// <summary>Gets the input columns that are not compared, such as those that callers may leave out.</summary>
    /// <value>The default is none.</value>
    public IList<string> IgnoredColumns { get; } = [];

    /// <summary>Gets or sets from which population stability index on a column has moved far enough to matter.</summary>
    /// <value>The default is 0.1.</value>
    [Range(0.0, 100.0)]
    public double PsiThreshold { get; set; } = 0.1;

    /// <summary>Gets or sets by how much the share of missing values of a column must have changed to matter, up or down.</summary>
    /// <value>The default is 0.05: five rows in a hundred.</value>
    [Range(0.0, 1.0)]
    public double MissingShareChange { get; set; } = 0.05;

    /// <summary>Gets or sets by how much the share of categories that the reference never had must exceed what chance gives to matter.</summary>
    /// <value>The default is 0.01: one row in a hundred.</value>
    [Range(0.0, 1.0)]
    public double UnseenShareIncrease { get; set; } = 0.01;

    /// <summary>Gets the columns by whose values predictions are also compared apart, such as a country: the rows of each frequent value with the rows of the same value in the training data. They are judged together with all others.</summary>
    /// <value>The default is none. The training data are read twice where there are some.</value>
    public IList<string> Segments { get; } = [];

    /// <summary>Gets or sets how many values of each column of <see cref="Segments"/> are segments: the most frequent ones of the training data.</summary>
    /// <value>The default is 5.</value>
    [Range(1, 1000)]
    public int SegmentValues { get; set; } = 5;

    /// <summary>Gets the columns for which the host chooses a distance and a limit, by name; predictions are called <c>output.</c> and the name of the output.</summary>
    /// <value>The default is none: every column is judged by <see cref="Significance"/> and <see cref="PsiThreshold"/>.</value>
    public IDictionary<string, DriftThreshold> Thresholds { get; } = new Dictionary<string, DriftThreshold>(StringComparer.Ordinal);

    /// <summary>Gets or sets by how much the mean of the label, or its share of true, must have changed to matter, relative to the one in training.</summary>
    /// <value>The default is 0.2: by a fifth.</value>
    [Range(0.0, 1000.0)]
    public double LabelShareChange { get; set; } = 0.2;

    /// <summary>Gets or sets the chance of a false alarm: of all reports on data that have not changed at all, at most this share has an alarm, however many columns there are.</summary>
    /// <value>The default is 0.001, which is less than three false alarms a year in reports made every eight hours.</value>
    [Range(1e-12, 0.5)]
    public double Significance { get; set; } = 0.001;

    /// <summary>Gets or sets how many rows a window must have to be judged at all.</summary>
    /// <value>The default is 100.</value>
    [Range(2, int.MaxValue)]
    public int MinRows { get; set; } = 100;

    /// <summary>Gets or sets how many categories of a column are counted on their own; the others are counted together.</summary>
    /// <value>The default is 20.</value>
    [Range(1, 1000)]
    public int Categories { get; set; } = 20;

    /// <summary>Gets the names of checks of the host that this monitor leaves out.</summary>
    /// <value>The default is none.</value>
    public IList<string> SkippedChecks { get; } = [];

    /// <summary>Gets or sets the length of the chunks that a window is cut into, from its first moment on; each is judged by itself. Of this, <see cref="ChunkRows"/> and <see cref="ChunkCount"/> one at most is set.</summary>
    /// <value>The default is null: the window is one chunk.</value>
    [Range(typeof(TimeSpan), "00:00:01", "366.00:00:00")]
    public TimeSpan? ChunkPeriod { get; set; }

    /// <summary>Gets or sets how many predictions, in the order of the log, are a chunk; the last may have fewer.</summary>
    /// <value>The default is null: the window is not cut by rows.</value>
    [Range(1, int.MaxValue)]
    public int? ChunkRows { get; set; }

    /// <summary>Gets or sets into how many chunks of equal numbers of predictions the window is cut. The log is then read twice: once to count.</summary>
    /// <value>The default is null: the window is not cut into a number.</value>
    [Range(1, 100_000)]
    public int? ChunkCount { get; set; }

    /// <summary>Gets or sets how many reports of the monitor are kept as files when it runs: a page and its JSON for each window, in <c>reports/{monitor}</c> of the MlOps folder. The oldest go first.</summary>
    /// <value>The default is 0: none is written.</value>
    [Range(0, 100_000)]
    public int KeepReports { get; set; }

    /// <summary>Gets or sets when the host runs the monitor, in UTC: minute, hour, day, month, day of the week; with seconds before them when there are six. Of this, <see cref="Every"/> and <see cref="EveryPredictions"/> one at most is set.</summary>
    /// <value>The default is null: not by a calendar.</value>
    public string? Cron { get; set; }

    /// <summary>Gets or sets after how many predictions of the model, of all hosts together and without those of a shadow, the host runs the monitor. The window is what was predicted since the last run.</summary>
    /// <value>The default is null: not by a number.</value>
    [Range(1, int.MaxValue)]
    public int? EveryPredictions { get; set; }

    /// <summary>Gets or sets how many runs that were missed, as by a host that stood still, are made up for, the oldest first. Older ones are left out.</summary>
    /// <value>The default is 7.</value>
    [Range(1, 1000)]
    public int CatchUp { get; set; } = 7;

    /// <summary>Gets or sets how often the host runs the monitor, at multiples of it since 1970 in UTC: a day is from midnight to midnight.</summary>
    /// <value>The default is null: not by an interval. Without all three it runs only when it is asked to.</value>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan? Every { get; set; }

    /// <summary>Gets or sets how far back the host looks when it runs the monitor.</summary>
    /// <value>The default is seven days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "366.00:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Gets or sets how long after a monitor has started a pipeline this one does not start it again, whichever monitor on whichever host did.</summary>
    /// <value>The default is one day.</value>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00")]
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Gets or sets how often monitors, all together and on all hosts, may have started a pipeline within <see cref="Per"/> for this one to start it again.</summary>
    /// <value>The default is 4.</value>
    [Range(1, 10_000)]
    public int MaxRuns { get; set; } = 4;

    /// <summary>Gets or sets the time that <see cref="MaxRuns"/> is for.</summary>
    /// <value>The default is seven days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "366.00:00:00")]
    public TimeSpan Per { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Gets or sets after how many runs in a row that left the version in its place a pipeline is not started any more, but by a schedule.</summary>
    /// <value>The default is 3.</value>
    [Range(1, 1000)]
    public int StopAfter { get; set; } = 3;
}

[OptionsValidator]
internal sealed partial class MonitorOptionsValidator : IValidateOptions<MonitorOptions>;

/// <summary>Refuses options that contradict each other.</summary>
internal sealed class ChunkOptionsValidator : IValidateOptions<MonitorOptions>
{
    public ValidateOptionsResult Validate(string? name, MonitorOptions options) => new[] { options.ChunkPeriod is not null, options.ChunkRows is not null, options.ChunkCount is not null }.Count(isSet => isSet) > 1
        ? ValidateOptionsResult.Fail($"MlOps:Monitors:{name}: of ChunkPeriod, ChunkRows and ChunkCount one at most can be set.")
        : ValidateOptionsResult.Success;
}
