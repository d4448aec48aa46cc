using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>Puts a trained model into a bundle with all that is needed to serve it and to know where it came from.</summary>
internal sealed class ModelPackager(IDatasetStore datasets, IArtifactStore artifacts)
{
    /// <summary>The platform of the bundles.</summary>
    public const string Platform = "mlnet_zip";

    /// <summary>The part that lists what stands in each place of the vector of features.</summary>
    public const string SlotsPart = "features.json";

    /// <summary>The part that lists what stands in each place of the scores of several classes.</summary>
    public const string ClassesPart = "classes.json";

    /// <summary>Packs a model.</summary>
    /// <returns>The bundle, stored. The same training gives the same bytes.</returns>
    public async Task<ModelBundle> PackAsync(
        TrainingJob job,
        TrainedModel best,
        TrainedBaseline baseline,
        SortedDictionary<string, double> metrics,
        SortedDictionary<string, string> hyperparameters,
        int sampleRows,
        CancellationToken cancellationToken)
    {
        var label = job.Trainer.Label;
        var shape = ModelShape.Of(best.Model, job.Training.Schema, job.Trainer.Task, label);
        if (job.TrainingLabels.InfiniteRows.FirstOrDefault(c => shape.Features.Contains(c.Key)) is { Key: not null } infinite)
        {
            throw new DataException($"Row {infinite.Value} of '{job.Split.Training.Name}': the feature '{infinite.Key}' is infinite, or too large for a Single. Clip it in a stage before.")
            {
                DataSource = job.Split.Training.Name,
                Row = infinite.Value,
                Column = infinite.Key,
            };
        }

        var parts = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [BundleFile.ModelPart] = Save(best.Ml, best.Model, shape.Inputs),
            [SlotsPart] = Slots(best.Model, job.Training.Schema, ChainInspector.FeatureColumn(best.Estimators)),
        };
        if (job.Trainer.Task == LearningTask.MulticlassClassification) parts[ClassesPart] = Slots(best.Model, job.Training.Schema, "Score");
        if (baseline.Model is null) parts[ConstantBaseline.Part] = job.Constant.ToBytes();
        else parts[ModelTrainer.BaselinePart] = Save(baseline.Model.Ml, baseline.Model.Model, job.Training.Schema);

        var (inputs, samples) = await SampleAsync(job, best, shape, parts[BundleFile.ModelPart], Math.Max(sampleRows, 1), cancellationToken).ConfigureAwait(false);
        if (sampleRows > 0) parts[BundleFile.SamplesPart] = samples.ToBytes();
        var manifest = new BundleManifest
        {
            Model = job.Model,
            Platform = Platform,
            Task = job.Trainer.Task.ToText(),
            Signature = new(inputs, shape.Outputs),
            Features = shape.Features,
            Label = label,
            Preparation = job.Split.Preparation,
            Hyperparameters = hyperparameters,
            Metrics = metrics,
            Baseline = baseline.Metrics,
            Data = new SortedDictionary<string, DatasetReference>(StringComparer.Ordinal)
            {
                ["training"] = job.Split.Training.ToReference(),
                ["validation"] = job.Split.Validation.ToReference(),
                ["holdout"] = job.Split.Holdout.ToReference(),
            },
            FeatureService = job.Split.Training.FeatureService,
            Environment = EnvironmentOf(job.Seed),
        };

        using var file = new MemoryStream();
        manifest = BundleFile.Write(file, manifest, parts);
        file.Position = 0;
        return new(job.Model, await artifacts.PutAsync(file, cancellationToken).ConfigureAwait(false), manifest);
    }

    private async Task<(DatasetSchema Inputs, BundleSamples Samples)> SampleAsync(
        TrainingJob job, TrainedModel best, ModelShape shape, byte[] zip, int rows, CancellationToken cancellationToken)
    {
        // A request has no label.
        var label = job.Trainer.Label;
        var raw = new DatasetSchema(job.Split.Validation.Schema.Where(c => c.Name != label));
        var rowsOfSplit = datasets.ReadAsync(job.Split.Validation, [.. raw.Select(c => c.Name)], cancellationToken);
        var everything = await SampleTensors.ReadAsync(rowsOfSplit, raw, rows).ConfigureAwait(false);
        var wanted = new DatasetSchema(shape.Inputs.Where(c => c.Name != label).Select(c => job.Schema[c.Name]));
        var inputs = ModelShape.RawColumns(raw, job.Preparation, wanted, SampleTensors.ToBatch(raw, everything));
        IReadOnlyList<Tensor> given = [.. inputs.Select(c => everything.First(t => t.Name == c.Name))];
        var outputs = Fitting.Run(
            best.Ml,
            () =>
            {
                // Without a preparation a request's fraction never becomes a decimal.
                var columns = job.Preparation.IsEmpty ? new DatasetSchema(inputs.Select(c => c.Type == ColumnType.Decimal ? c with { Type = ColumnType.Float64 } : c)) : inputs;
                return new BundleModel(new MLContext(), zip).Predict(job.Preparation.Apply(SampleTensors.ToBatch(columns, given)), job.ViewOptions, shape.Outputs);
            },
            e => new($"The model '{job.Model}' cannot predict from its inputs {string.Join(", ", inputs.Select(c => c.Name))} alone: {e.Message}", e) { Trainer = job.TrainerName },
            cancellationToken);
        return (inputs, new(given, outputs));
    }

    private static byte[] Save(MLContext ml, ITransformer model, DataViewSchema inputs)
    {
        using var memory = new MemoryStream();
        ml.Model.Save(model, inputs, memory);
        memory.Position = 0;
        return DeterministicZip.Normalize(memory);
    }

    private static byte[] Slots(ITransformer model, DataViewSchema inputs, string? column)
    {
        var slots = default(VBuffer<ReadOnlyMemory<char>>);
        if (column is not null && model.GetOutputSchema(inputs).GetColumnOrNull(column) is { } vector && vector.HasSlotNames()) vector.GetSlotNames(ref slots);
        return JsonSerializer.SerializeToUtf8Bytes(slots.DenseValues().Select(slot => slot.ToString()), MlOpsJson.Options);
    }

    private static SortedDictionary<string, string> EnvironmentOf(int seed) => new(StringComparer.Ordinal)
    {
        ["framework"] = RuntimeInformation.FrameworkDescription,
        ["os"] = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : OperatingSystem.IsLinux() ? "linux" : RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
        ["microsoft.ml"] = VersionOf(typeof(MLContext)),
        ["mlops"] = VersionOf(typeof(ModelPackager)),
        ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
    };

    // Without what stands after the plus: the commit.
    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? type.Assembly.GetName().Version?.ToString() ?? "unknown";
}
