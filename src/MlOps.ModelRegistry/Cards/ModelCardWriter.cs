using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Collects what is known of a version. The run is looked up when the host has a metadata store.</summary>
internal sealed class ModelCardWriter(IServiceProvider services) : IModelCards
{
    public async Task<ModelCard> CreateAsync(string model, int version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var registry = services.GetRequiredService<IModelRegistry>();
        var found = await registry.FindAsync(model, version, cancellationToken).ConfigureAwait(false)
            ?? throw new NotFoundException("version", string.Create(CultureInfo.InvariantCulture, $"{model}/{version}"));
        var registered = await registry.FindModelAsync(model, cancellationToken).ConfigureAwait(false);
        var run = found.RunId is { } id && services.GetService<IMetadataStore>() is { } store ? await store.FindRunAsync(id, cancellationToken).ConfigureAwait(false) : null;
        var manifest = found.Bundle?.Manifest;
        ModelCardSection?[] sections =
        [
            About(found, manifest),
            Said("Description", found.Description ?? registered?.Description),
            Said("Intended use", Tag(ModelCardTags.IntendedUse)),
            Said("Limits", Tag(ModelCardTags.Limits)),
            Said("Owners", Tag(ModelCardTags.Owners)),
            Metrics("Metrics on the validation split", found.Evaluation),
            Slices("Slices of the validation split", found.Evaluation),
            Metrics("Metrics on the holdout", found.Acceptance),
            Slices("Slices of the holdout", found.Acceptance),
            Checks(found),
            manifest is null ? null : Data(found, manifest),
            manifest is null ? null : Inputs(manifest),
            manifest is null ? null : Outputs(manifest),
            Pairs("Hyperparameters", manifest?.Hyperparameters),
            Pairs("Parameters of the run", run?.Parameters),
            Pairs("Environment", manifest?.Environment),
            Pairs("Tags", found.Tags),
        ];
        return new(found.Model, found.Version, [.. sections.OfType<ModelCardSection>()]);

        string? Tag(string name) => found.Tags.GetValueOrDefault(name) ?? registered?.Tags.GetValueOrDefault(name);
    }

    private static ModelCardSection About(ModelVersion version, BundleManifest? manifest)
    {
        (string What, string? Value)[] facts =
        [
            ("Semantic version", version.SemanticVersion),
            ("Aliases", version.Aliases.Count == 0 ? null : string.Join(", ", version.Aliases)),
            ("Stage", version.Stage is ModelStages.None ? null : version.Stage),
            ("Task", manifest?.Task),
            ("Label", manifest?.Label),
            ("Platform", manifest?.Platform),
            ("Registered", version.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            ("Registered by", version.By),
            ("Run", version.RunId),
            ("Source", version.Source),
            ("SHA-256 of the bundle", version.Bundle?.Artifact.Digest),
            ("Signed with the keys", version.Signatures.Count == 0 ? null : string.Join(", ", version.Signatures.Select(s => s.KeyId).Distinct())),
        ];
        return Table("About", ["what", "value"], facts.Where(fact => !string.IsNullOrEmpty(fact.Value)).Select(fact => (string[])[fact.What, fact.Value!]))!;
    }

    private static ModelCardSection? Said(string title, string? text) => string.IsNullOrWhiteSpace(text) ? null : new(title) { Text = text };

    private static ModelCardSection? Metrics(string title, EvaluationReport? report)
    {
        if (report is null) return null;
        string[] columns = report.Incumbent is null ? ["metric", "model", "baseline"] : ["metric", "model", "baseline", report.IncumbentVersion ?? "incumbent"];
        var rows = report.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => (string[])
            [m.Key, Number(m.Value), Find(report.Baseline, m.Key), .. report.Incumbent is null ? [] : (string[])[Find(report.Incumbent, m.Key)]]);
        return Table(title, columns, rows) is { } table ? table with { Text = string.Create(CultureInfo.InvariantCulture, $"Judged on {report.Data.RowCount} rows of {report.Data.Name}.") } : null;
    }

    private static ModelCardSection? Slices(string title, EvaluationReport? report)
    {
        if (report is null || report.Slices.Count == 0) return null;
        var names = report.Slices.SelectMany(slice => slice.Metrics.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        return Table(title, ["slice", "rows", .. names], report.Slices.Select(slice => (string[])[slice.Slice, slice.Rows.ToString(CultureInfo.InvariantCulture), .. names.Select(name => Find(slice.Metrics, name))]));
    }

    private static ModelCardSection? Checks(ModelVersion version) => Table(
        "Standards it was held to",
        ["on", "asked", "observed", "holds"],
        new[] { ("validation", version.Evaluation), ("holdout", version.Acceptance) }
            .SelectMany(judged => (judged.Item2?.Checks ?? []).Select(check => (string[])[judged.Item1, check.Description, Number(check.Observed), check.Holds ? "yes" : "no"])));

    private static ModelCardSection? Data(ModelVersion version, BundleManifest manifest)
    {
        Dictionary<string, DatasetReference> used = new(manifest.Data);
        if (version.Acceptance is { } acceptance) used.TryAdd("holdout", acceptance.Data);
        return Table("Data", ["used for", "dataset", "rows", "columns", "SHA-256 of the rows"], used.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => (string[])
            [d.Key, d.Value.Name, d.Value.RowCount.ToString(CultureInfo.InvariantCulture), d.Value.Schema.Count.ToString(CultureInfo.InvariantCulture), d.Value.Fingerprint]));
    }

    private static ModelCardSection? Inputs(BundleManifest manifest) => Table("Inputs", ["column", "type"], manifest.Signature.InputSchema.Select(column => (string[])[column.Name, column.Type.ToString()]));

    private static ModelCardSection? Outputs(BundleManifest manifest) => Table(
        "Outputs", ["output", "type", "width"], manifest.Signature.Outputs.Select(output => (string[])[output.Name, output.Type.ToString(), output.Width.ToString(CultureInfo.InvariantCulture)]));

    private static ModelCardSection? Pairs(string title, IReadOnlyDictionary<string, string>? pairs) =>
        Table(title, ["name", "value"], (pairs ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (string[])[pair.Key, pair.Value]));

    private static ModelCardSection? Table(string title, IReadOnlyList<string> columns, IEnumerable<string[]> rows)
    {
        List<string[]> all = [.. rows];
        return all.Count == 0 ? null : new(title) { Columns = columns, Rows = all };
    }

    private static string Find(IReadOnlyDictionary<string, double> metrics, string name) => metrics.TryGetValue(name, out var value) ? Number(value) : string.Empty;

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
