using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.ML;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>How a model did on rows and on parts of them.</summary>
internal sealed record Judgement(SortedDictionary<string, double> Metrics, IReadOnlyList<SliceMetrics> Slices);

/// <summary>Judges packaged models on rows.</summary>
internal sealed class ModelJudge(IDatasetStore datasets, IModelLoader loader, TransformerCatalog catalog, ILogger<ModelJudge> logger)
{
    /// <summary>Says which versions a judgement would compare with. The stage does not know its model yet, so every model counts.</summary>
    public static async ValueTask<string?> GetCacheKeyAsync(IReadOnlyList<Gate> gates, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (gates.FirstOrDefault(g => g.Alias is not null)?.Alias is not { } alias) return "no incumbent";
        var registry = services.GetRequiredService<IModelRegistry>();
        var key = new StringBuilder(alias);
        foreach (var model in await registry.ListModelsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await registry.FindByAliasAsync(model, alias, cancellationToken).ConfigureAwait(false) is { } version)
                key.Append(' ').Append(model).Append('/').Append(version.Version).Append('@').Append(version.Bundle?.Artifact.Digest);
        }

        return key.ToString();
    }

    /// <summary>Judges a model.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="data">The rows, open.</param>
    /// <param name="gates">The standards.</param>
    /// <param name="sliceBy">By which columns it is judged on parts of the rows.</param>
    /// <param name="prefix">What stands before the name of each logged metric.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<EvaluationReport> JudgeAsync(
        ModelBundle bundle, Dataset data, IReadOnlyList<Gate> gates, IReadOnlyList<SliceBy> sliceBy, string prefix, StageContext context, CancellationToken cancellationToken)
    {
        if (data.RowCount == 0) throw new TrainingException($"Model '{bundle.Model}' cannot be judged on '{data.Name}': it has no rows. Change the split.");
        var content = await loader.ReadAsync(bundle.Artifact, cancellationToken).ConfigureAwait(false);
        context.Report($"judging {bundle.Model} on {data.RowCount} rows of {data.Name}");
        var slices = await ReadSlicesAsync(content.Manifest, data, sliceBy, context, cancellationToken).ConfigureAwait(false);
        var (metrics, parts) = await EvaluateAsync(content, data, slices, cancellationToken).ConfigureAwait(false);
        var baseline = await EvaluateBaselineAsync(content, data, cancellationToken).ConfigureAwait(false);
        var alias = gates.FirstOrDefault(g => g.Alias is not null)?.Alias;
        var incumbent = alias is null ? null : await FindIncumbentAsync(content.Manifest, alias, data, slices, context, cancellationToken).ConfigureAwait(false);
        var mainMetric = content.Manifest.Hyperparameters.GetValueOrDefault(ModelTrainer.MetricKey) ?? LearningTasks.Parse(content.Manifest.Task).MainMetric();
        var checks = gates.Select(gate => GateKeeper.Check(gate, mainMetric, metrics, baseline, incumbent)).ToList();
        foreach (var (name, value) in metrics) context.LogMetric(prefix + name, value);
        foreach (var (name, value) in baseline) context.LogMetric($"{prefix}baseline.{name}", value);
        foreach (var (name, value) in incumbent?.Metrics ?? new Dictionary<string, double>()) context.LogMetric($"{prefix}{alias}.{name}", value);
        logger.Judged(bundle.Model, data.Name, checks.Count(c => c.Holds), checks.Count);
        context.Report($"{checks.Count(c => c.Holds)} of {checks.Count} checks hold", 1);
        return new(data.ToReference(), metrics, baseline, incumbent?.Metrics, incumbent?.Version, checks)
        {
            Slices = incumbent?.Slices is { Count: > 0 } others ? [.. parts.Zip(others, (part, other) => part with { Incumbent = other.Metrics })] : parts,
        };
    }

    private async Task<IReadOnlyList<RowSlices>> ReadSlicesAsync(BundleManifest manifest, Dataset data, IReadOnlyList<SliceBy> sliceBy, StageContext context, CancellationToken cancellationToken)
    {
        var preparation = catalog.Load(manifest.Preparation);
        var prepared = preparation.GetOutputSchema(data.Schema);
        var all = new List<RowSlices>(sliceBy.Count);
        foreach (var by in sliceBy)
        {
            if (!data.Schema.Contains(by.Column) && !prepared.Contains(by.Column))
            {
                var columns = string.Join(", ", data.Schema.Concat(prepared).Select(c => c.Name).Distinct());
                throw new DataException($"'{data.Name}' cannot be judged by slice: it has no column '{by.Column}', only {columns}.") { DataSource = data.Name, Column = by.Column };
            }

            var rows = data.Schema.Contains(by.Column) ? datasets.ReadAsync(data, [by.Column], cancellationToken) : datasets.ReadPreparedAsync(data, preparation, cancellationToken);
            var slices = await RowSlices.ReadAsync(data.Name, rows, by).ConfigureAwait(false);
            if (slices.Slices.Count < slices.Count) context.Report($"{slices.Slices.Count} of {slices.Count} values of {by.Column} are judged: the {by.MaxSlices} largest with {by.MinRows} rows or more");
            all.Add(slices);
        }

        return all;
    }

    private Task<Judgement> EvaluateAsync(BundleContent content, Dataset data, IReadOnlyList<RowSlices> slices, CancellationToken cancellationToken) =>
        content.Parts.TryGetValue(BundleFile.ModelPart, out var zip)
            ? EvaluateAsync(content.Manifest, zip, LabelColumn(content.Manifest, ModelTrainer.LabelColumnKey), data, slices, cancellationToken)
            : throw new TrainingException($"The bundle of model '{content.Manifest.Model}' lacks the part '{BundleFile.ModelPart}'.");

    private async Task<Judgement> EvaluateAsync(
        BundleManifest manifest, byte[] zip, string labelColumn, Dataset data, IReadOnlyList<RowSlices> slices, CancellationToken cancellationToken)
    {
        var task = LearningTasks.Parse(manifest.Task);
        var preparation = catalog.Load(manifest.Preparation);
        var ml = new MLContext();
        return await Task.Run(
            () => Fitting.Run(
                ml,
                () =>
                {
                    var model = new BundleModel(ml, zip);
                    var options = model.ViewOptions(preparation.GetOutputSchema(data.Schema), task, manifest.Label);
                    return model.Evaluate(task, datasets.ToDataView(data, preparation, options, cancellationToken), labelColumn, slices);
                },
                e => new($"Model '{manifest.Model}' could not be judged on '{data.Name}': {e.Message}", e),
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<SortedDictionary<string, double>> EvaluateBaselineAsync(BundleContent content, Dataset data, CancellationToken cancellationToken)
    {
        var manifest = content.Manifest;
        if (content.Parts.TryGetValue(ModelTrainer.BaselinePart, out var zip))
            return (await EvaluateAsync(manifest, zip, LabelColumn(manifest, ModelTrainer.BaselineLabelColumnKey), data, [], cancellationToken).ConfigureAwait(false)).Metrics;
        var baseline = ConstantBaseline.Read(content.Parts[ConstantBaseline.Part]);
        var preparation = catalog.Load(manifest.Preparation);
        var label = preparation.GetOutputSchema(data.Schema)[manifest.Label];
        var rows = datasets.ReadRowsAsync(data, preparation, [manifest.Label], cancellationToken);
        return baseline.Evaluate(await LabelSummary.ReadAsync(data.Name, rows, label, baseline.Task, baseline.Mean).ConfigureAwait(false));
    }

    private async Task<Incumbent> FindIncumbentAsync(
        BundleManifest candidate, string alias, Dataset data, IReadOnlyList<RowSlices> slices, StageContext context, CancellationToken cancellationToken)
    {
        var registry = context.Services.GetService<IModelRegistry>()
            ?? throw new TrainingException($"'{candidate.Model}' is to be compared with {alias}, but this host has no model registry.");
        if (await registry.FindByAliasAsync(candidate.Model, alias, cancellationToken).ConfigureAwait(false) is not { } version) return new(null, null, null);
        var name = $"{version.Model}/{version.Version}";
        if (version.Bundle is not { Manifest: var manifest }) return new(name, null, "it has no bundle, only a source");
        if (Mismatch(manifest, candidate, data) is { } reason) return new(name, null, reason);
        try
        {
            context.Report($"judging {alias} {name} on the same rows");
            var content = await loader.ReadAsync(version, cancellationToken).ConfigureAwait(false);
            var (metrics, parts) = await EvaluateAsync(content, data, slices, cancellationToken).ConfigureAwait(false);
            return new(name, metrics, null) { Slices = parts };
        }
        catch (Exception e) when (e is DataException or TrainingException)
        {
            return new(name, null, $"it cannot be judged on these rows: {e.Message}");
        }
    }

    private static string? Mismatch(BundleManifest incumbent, BundleManifest candidate, Dataset data)
    {
        if (incumbent.Platform != candidate.Platform) return $"it runs on {incumbent.Platform}, which this stage cannot judge";
        if (incumbent.Task != candidate.Task) return $"it learned a {incumbent.Task}, not a {candidate.Task}";
        if (incumbent.Label != candidate.Label) return $"it learned to predict '{incumbent.Label}', not '{candidate.Label}'";
        var missing = incumbent.Signature.InputSchema.FirstOrDefault(c => !data.Schema.Contains(c.Name) || data.Schema[c.Name].Type != c.Type);
        return missing is null ? null : $"it needs the column '{missing.Name}' as {missing.Type}, which these rows do not have";
    }

    private static string LabelColumn(BundleManifest manifest, string key) => manifest.Hyperparameters.GetValueOrDefault(key) ?? manifest.Label;
}
