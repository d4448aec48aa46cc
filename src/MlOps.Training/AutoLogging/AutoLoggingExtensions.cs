using System.Globalization;
using Microsoft.ML;
using MlOps.Training;

namespace MlOps.Core;

/// <summary>Logs what ML.NET knows, in one call each: to the context of a stage, to a tracked run, to a buffered logger.</summary>
public static class AutoLoggingExtensions
{
    /// <summary>Logs the hyperparameters of a trainer, or of every trainer in a chain, as parameters: chain, trainer, and trainer.NumberOfLeaves and so on.</summary>
    /// <param name="log">The run.</param>
    /// <param name="estimator">The trainer or the chain.</param>
    /// <param name="prefix">What stands before each name.</param>
    /// <remarks>ML.NET has no public way to ask a trainer, so it is read by reflection; what cannot be read is left out. Of a trainer around another, as one-versus-all, the inner one is logged as trainer.inner.</remarks>
    public static void LogTrainer(this IRunLog log, IEstimator<ITransformer> estimator, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(prefix);
        foreach (var (name, value) in TrainerReader.Read(estimator)) log.LogParameter(prefix + name, value);
    }

    /// <summary>Logs an object of options, as LightGbmBinaryTrainer.Options, as parameters.</summary>
    /// <param name="log">The run.</param>
    /// <param name="options">The options of any trainer.</param>
    /// <param name="prefix">What stands before each name.</param>
    public static void LogTrainerOptions(this IRunLog log, object options, string prefix = "trainer.")
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(prefix);
        foreach (var (name, value) in TrainerReader.ReadOptions(options)) log.LogParameter(prefix + name, value);
    }

    /// <summary>Logs every number of a metrics object of ML.NET, as BinaryClassificationMetrics: in snake case, arrays by their index, a confusion matrix by actual and predicted class.</summary>
    /// <param name="log">The run.</param>
    /// <param name="metrics">The metrics of any task.</param>
    /// <param name="prefix">What stands before each name, as validation.</param>
    /// <param name="step">The step of a series, 0 for a single value.</param>
    /// <remarks>Of more than 50 classes, arrays and the matrix are left out; the tag {prefix}classes says how many there are.</remarks>
    public static void LogMetrics(this IRunLog log, object metrics, string prefix = "", long step = 0)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(prefix);
        var (values, classes) = MetricsReader.Read(metrics);
        foreach (var (name, value) in values) log.LogMetric(prefix + name, value, step);
        if (classes is { } count) log.SetTag(prefix + "classes", count.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Logs what data a model is given: as an input with the hash of its content and its schema, and the distribution of its label. It reads the data once.</summary>
    /// <param name="log">The run.</param>
    /// <param name="data">The data.</param>
    /// <param name="name">What it is called, for people.</param>
    /// <param name="context">What for: training, validation, holdout.</param>
    /// <param name="label">The column of the label; null when there is none.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>What was logged.</returns>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public static DataViewSummary LogDataView(
        this IRunLog log, IDataView data, string name, string context = "training", string? label = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(context);
        var summary = DataViewReader.Read(data, label, cancellationToken);
        log.LogInput(new(name, summary.Hash, context) { SourceType = "dataview", Schema = summary.Schema, Profile = summary.ToProfile() });
        log.LogMetric($"data.{context}.rows", summary.RowCount);
        foreach (var (what, value) in summary.Label) log.LogMetric($"data.{context}.label.{what}", value);
        return summary;
    }
}
