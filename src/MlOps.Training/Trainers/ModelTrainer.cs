using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Training;

/// <summary>Tries hyperparameters, keeps the best model, trains the baseline beside, and has the result packaged.</summary>
internal sealed class ModelTrainer(IDatasetStore datasets, IArtifactStore artifacts, TransformerCatalog catalog, ILogger<ModelTrainer> logger)
{
    /// <summary>The hyperparameter of a bundle that names the metric it was tuned by.</summary>
    public const string MetricKey = "search.metric";

    /// <summary>The hyperparameter of a bundle that names the column which the evaluator takes as the label.</summary>
    public const string LabelColumnKey = "label_column";

    /// <summary>The same of a baseline of the trainer's own.</summary>
    public const string BaselineLabelColumnKey = "baseline.label_column";

    /// <summary>The part of a bundle that holds a baseline of the trainer's own.</summary>
    public const string BaselinePart = "baseline";

    /// <summary>Trains, tunes and packages a model.</summary>
    public async Task<Candidate> TrainAsync(string model, Trainer trainer, DataSplit split, TrainOptions options, StageContext context, CancellationToken cancellationToken)
    {
        options.Check();
        ModelNames.CheckModel(model);
        var name = trainer.GetType().Name;
        var job = await PrepareAsync(model, trainer, split, options, context.Seed, cancellationToken).ConfigureAwait(false);
        logger.TrainingStarted(model, name, split.Training.RowCount, split.Training.Name);

        // ML.NET is synchronous and takes its time.
        var (best, folds, baseline) = await Task.Run(
            () =>
            {
                var chosen = Search(job, options, context, cancellationToken);
                return (chosen, CrossValidate(job, chosen, options, context, cancellationToken), FitBaseline(job, context, cancellationToken));
            },
            cancellationToken).ConfigureAwait(false);

        context.Report("packaging");
        var metrics = new SortedDictionary<string, double>(best.Metrics, StringComparer.Ordinal);
        foreach (var (metric, value) in folds) metrics[metric] = value;
        var hyperparameters = Hyperparameters(best, baseline, job, options);
        var bundle = await new ModelPackager(datasets, artifacts).PackAsync(job, best, baseline, metrics, hyperparameters, options.SampleRows, cancellationToken).ConfigureAwait(false);

        foreach (var (key, value) in hyperparameters) context.LogParameter(key, value);
        context.LogParameter("features", string.Join(", ", bundle.Manifest.Features));
        context.LogParameter("label", trainer.Label);
        context.LogParameter("task", trainer.Task.ToText());
        foreach (var (metric, value) in metrics) context.LogMetric(metric, value);
        foreach (var (metric, value) in baseline.Metrics) context.LogMetric($"baseline.{metric}", value);
        context.Report($"trained {model}", 1);
        logger.Trained(model, name, options.Trials, job.Metric, metrics[job.Metric], baseline.Metrics.GetValueOrDefault(job.Metric, double.NaN));
        return new(bundle, split);
    }

    private async Task<TrainingJob> PrepareAsync(string model, Trainer trainer, DataSplit split, TrainOptions options, int seed, CancellationToken cancellationToken)
    {
        foreach (var part in new[] { split.Training, split.Validation })
        {
            if (part.RowCount == 0) throw new TrainingException($"'{part.Name}' has no rows, so nothing can be learned or tuned. Change the split.") { Trainer = trainer.GetType().Name };
        }

        var preparation = catalog.Load(split.Preparation);
        if (preparation.Steps.FirstOrDefault(step => !step.KeepsRows) is { } dropping)
            throw new TrainingException($"The preparation step {dropping.GetType().Name} drops rows, but every request must get its answer. Apply it before the split.");
        var schema = preparation.GetOutputSchema(split.Training.Schema);
        if (!schema.Contains(trainer.Label))
        {
            throw new DataException($"{trainer.GetType().Name} predicts '{trainer.Label}', but '{split.Training.Name}' has no such column. It has: {string.Join(", ", schema.Select(c => c.Name))}.")
            {
                DataSource = split.Training.Name,
                Column = trainer.Label,
            };
        }

        RequireNoLabel(preparation, split.Training.Schema, trainer.Label);
        var label = schema[trainer.Label];
        foreach (var exact in trainer.ExactColumns) _ = schema[exact];
        var training = await SummarizeAsync(split.Training, [.. schema.Where(c => c == label || c.Type == ColumnType.Float64).Select(c => c.Name)], double.NaN).ConfigureAwait(false);
        if (training.IsConstant)
        {
            throw new TrainingException($"The label '{label.Name}' has one value only in all {training.Rows} rows of '{split.Training.Name}', so there is nothing to learn. Check how it is made, or split otherwise.")
            {
                Trainer = trainer.GetType().Name,
            };
        }

        var constant = ConstantBaseline.Of(trainer.Task, training);
        var validation = await SummarizeAsync(split.Validation, [label.Name], constant.Mean).ConfigureAwait(false);
        var viewOptions = BundleModel.ViewOptions(schema, trainer.Task, label.Name, trainer.ExactColumns);
        return new(
            model,
            trainer,
            split,
            preparation,
            schema,
            viewOptions,
            datasets.ToDataView(split.Training, preparation, viewOptions, cancellationToken),
            datasets.ToDataView(split.Validation, preparation, viewOptions, cancellationToken),
            training,
            constant,
            constant.Evaluate(validation),
            options.Metric ?? trainer.Task.MainMetric(),
            options.Threads,
            seed,
            new WarningsOfTraining(model, logger));

        Task<LabelSummary> SummarizeAsync(Dataset part, string[]? columns, double centre) =>
            LabelSummary.ReadAsync(part.Name, datasets.ReadRowsAsync(part, preparation, columns, cancellationToken), label, trainer.Task, centre);
    }

    private static void RequireNoLabel(Preparation preparation, DatasetSchema raw, string label)
    {
        if (!raw.Contains(label)) return;
        try
        {
            preparation.GetOutputSchema(new(raw.Where(c => c.Name != label)));
        }
        catch (DataException e)
        {
            throw new TrainingException($"The preparation needs the label '{label}', which a request does not have: {e.Message} Apply that step before the split.", e);
        }
    }

    private TrainedModel Search(TrainingJob job, TrainOptions options, StageContext context, CancellationToken cancellationToken)
    {
        var gate = new Lock();
        TrainedModel? best = null;
        var failures = new SortedDictionary<int, TrainingException>();
        var done = 0;
        Concurrently.For(
            1,
            options.Trials,
            options.Parallelism,
            trial =>
            {
                using var activity = Instruments.Start(job.TrainerName, trial);
                var started = Stopwatch.GetTimestamp();
                try
                {
                    var candidate = Fit(job, job.Trainer.Build, trial, job.Training, job.Validation, cancellationToken);
                    var value = candidate.Metrics.TryGetValue(job.Metric, out var found)
                        ? found
                        : throw new ArgumentException($"There is no metric '{job.Metric}' for a {job.Trainer.Task.ToText()}. There are: {string.Join(", ", candidate.Metrics.Keys)}.");
                    var elapsed = Stopwatch.GetElapsedTime(started);
                    Instruments.Tried(activity, job.TrainerName, elapsed);
                    logger.TrialFinished(trial, job.TrainerName, job.Metric, value, elapsed.TotalMilliseconds);
                    if (options.Trials > 1)
                    {
                        foreach (var (metric, v) in candidate.Metrics) context.LogMetric($"trial.{metric}", v, trial);
                    }

                    lock (gate)
                    {
                        done++;
                        if (IsChosen(job.Metric, candidate, best)) best = candidate;
                        context.Report(string.Create(CultureInfo.InvariantCulture, $"trial {trial} of {options.Trials}: {job.Metric} {value:0.####}, best {best!.Metrics[job.Metric]:0.####}"), (double)done / options.Trials);
                    }
                }
                catch (TrainingException e)
                {
                    Instruments.Tried(activity, job.TrainerName, Stopwatch.GetElapsedTime(started), e);
                    if (options.Trials == 1) throw;

                    // Some values of hyperparameters do not go together.
                    lock (gate) failures[trial] = e;
                    logger.TrialFailed(e, trial, job.TrainerName);
                    context.LogMetric($"trial.{job.Metric}", double.NaN, trial);
                }
            },
            cancellationToken);
        return best ?? throw failures.First().Value;
    }

    private static SortedDictionary<string, double> CrossValidate(TrainingJob job, TrainedModel chosen, TrainOptions options, StageContext context, CancellationToken cancellationToken)
    {
        var summary = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (options.CrossValidationFolds == 0) return summary;
        var ml = new MLContext(job.Seed);
        var folds = Fitting.Run(ml, () => ml.Data.CrossValidationSplit(job.Training, options.CrossValidationFolds, seed: job.Seed), job.Failed(chosen.Trial), cancellationToken);
        var results = new IReadOnlyDictionary<string, double>[folds.Count];
        var done = 0;
        Concurrently.For(
            0,
            folds.Count,
            options.Parallelism,
            i =>
            {
                results[i] = Fit(job, job.Trainer.Build, chosen.Trial, folds[i].TrainSet, folds[i].TestSet, cancellationToken).Metrics;
                var count = Interlocked.Increment(ref done);
                context.Report($"fold {count} of {folds.Count}", (double)count / folds.Count);
            },
            cancellationToken);
        for (var i = 0; i < results.Length; i++)
        {
            foreach (var (metric, value) in results[i]) context.LogMetric($"cv.{metric}", value, i + 1);
        }

        foreach (var metric in results[0].Keys)
        {
            var mean = results.Average(r => r[metric]);
            summary[$"cv.{metric}.mean"] = mean;
            summary[$"cv.{metric}.sd"] = Math.Sqrt(results.Sum(r => (r[metric] - mean) * (r[metric] - mean)) / (results.Length - 1));
        }

        return summary;
    }

    private static TrainedBaseline FitBaseline(TrainingJob job, StageContext context, CancellationToken cancellationToken)
    {
        context.Report("baseline");
        var own = true;
        var fitted = Fit(
            job,
            (ml, trainerContext) =>
            {
                var chain = job.Trainer.BuildBaseline(ml, trainerContext);
                own = chain is not null;
                return chain;
            },
            trial: 1,
            job.Training,
            job.Validation,
            cancellationToken,
            "its baseline");
        return own ? new(fitted, fitted.Metrics) : new(null, job.ConstantMetrics);
    }

    /// <summary>Trains a chain and judges it. A builder that gives no chain gives a model without metrics.</summary>
    private static TrainedModel Fit(
        TrainingJob job, Func<MLContext, TrainerContext, IEstimator<ITransformer>?> build, int trial, IDataView training, IDataView validation, CancellationToken cancellationToken, string? what = null)
    {
        var ml = new MLContext(job.Seed);
        job.Warnings.ListenTo(ml);
        var context = new TrainerContext(job.Schema, job.Trainer.Label, job.Seed, trial, job.Threads);
        return Fitting.Run(
            ml,
            () =>
            {
                if (build(ml, context) is not { } chain) return new TrainedModel(ml, trial, null!, [], context.Choices, []);
                var estimators = ChainInspector.Estimators(chain);
                var model = chain.Fit(training);
                var outputSchema = model.GetOutputSchema(training.Schema);
                var label = ChainInspector.LabelColumn(estimators) is { } found && outputSchema.GetColumnOrNull(found) is not null ? found : job.Trainer.Label;
                // Fails with a clear sentence before ML.NET's evaluator fails with another.
                model = WithPlainLabels(ml, model, training, outputSchema);
                _ = ModelShape.Of(model, job.Training.Schema, job.Trainer.Task, job.Trainer.Label);
                return new(ml, trial, model, estimators, context.Choices, ModelMetrics.Compute(ml, job.Trainer.Task, model.Transform(validation), label)) { LabelColumn = label };
            },
            job.Failed(trial, what),
            cancellationToken);
    }

    /// <summary>Maps a predicted key back to the label that it stands for.</summary>
    private static ITransformer WithPlainLabels(MLContext ml, ITransformer model, IDataView training, DataViewSchema outputSchema) =>
        outputSchema.GetColumnOrNull("PredictedLabel")?.Type is KeyDataViewType
            ? new TransformerChain<ITransformer>(model, ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(model.Transform(training)))
            : model;

    // Of equal ones the first trial, whichever was ready first.
    private static bool IsChosen(string metric, TrainedModel candidate, TrainedModel? best)
    {
        if (best is null) return true;
        var (value, than) = (candidate.Metrics[metric], best.Metrics[metric]);
        return IsBetter(metric, value, than) || (candidate.Trial < best.Trial && !IsBetter(metric, than, value));
    }

    private static bool IsBetter(string metric, double value, double than) =>
        !double.IsNaN(value) && (double.IsNaN(than) || (MetricNames.IsError(metric) ? value < than : value > than));

    private static SortedDictionary<string, string> Hyperparameters(TrainedModel best, TrainedBaseline baseline, TrainingJob job, TrainOptions options)
    {
        var found = ChainInspector.Describe(best.Estimators);
        foreach (var (name, value) in best.Choices) found[name] = value;
        found["trainer.class"] = job.TrainerName;
        found[MetricKey] = job.Metric;
        found["search.trials"] = options.Trials.ToString(CultureInfo.InvariantCulture);
        found["search.best_trial"] = best.Trial.ToString(CultureInfo.InvariantCulture);
        found["cv.folds"] = options.CrossValidationFolds.ToString(CultureInfo.InvariantCulture);
        found["threads"] = options.Threads.ToString(CultureInfo.InvariantCulture);
        found[LabelColumnKey] = best.LabelColumn;
        found["baseline"] = baseline.Model is null ? "constant" : ChainInspector.Describe(baseline.Model.Estimators)["chain"];
        if (baseline.Model is not null) found[BaselineLabelColumnKey] = baseline.Model.LabelColumn;
        return found;
    }
}

/// <summary>What is to be trained, checked and ready.</summary>
internal sealed record TrainingJob(
    string Model,
    Trainer Trainer,
    DataSplit Split,
    Preparation Preparation,
    DatasetSchema Schema,
    DataViewOptions ViewOptions,
    IDataView Training,
    IDataView Validation,
    LabelSummary TrainingLabels,
    ConstantBaseline Constant,
    SortedDictionary<string, double> ConstantMetrics,
    string Metric,
    int Threads,
    int Seed,
    WarningsOfTraining Warnings)
{
    public string TrainerName => Trainer.GetType().Name;

    public Column Label => Schema[Trainer.Label];

    /// <summary>Makes the error of a trial that failed.</summary>
    public Func<Exception, TrainingException> Failed(int trial, string? what = null) => e =>
    {
        var infinite = TrainingLabels.InfiniteRows.Select(c => $" Column '{c.Key}' holds an infinite value in row {c.Value} of '{Split.Training.Name}', which may be the cause.").FirstOrDefault();
        return new($"{TrainerName} failed in {what ?? $"trial {trial}"}: {e.Message}{infinite}", e) { Trainer = TrainerName, Trial = trial };
    };
}

/// <summary>A chain that was trained, and how it did on the validation split.</summary>
internal sealed record TrainedModel(
    MLContext Ml, int Trial, ITransformer Model, IReadOnlyList<object> Estimators, IReadOnlyDictionary<string, string> Choices, SortedDictionary<string, double> Metrics)
{
    public string LabelColumn { get; init; } = string.Empty;
}

/// <summary>What was trained beside; the model is null for the constant.</summary>
internal sealed record TrainedBaseline(TrainedModel? Model, SortedDictionary<string, double> Metrics);
