namespace MlOps.Core;

/// <summary>Makes the edges of what the contracts know.</summary>
public static class LineageEdges
{
    /// <summary>Gives what a registered version came from, as its bundle says: its data, its features, its run.</summary>
    /// <param name="version">The version.</param>
    /// <returns>The edges. A version without a run is joined to its data directly; one without a bundle has no data that is known.</returns>
    public static IReadOnlyList<LineageEdge> Of(ModelVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        var node = LineageNode.Of(version);
        if (version.RunId is not { } runId) return version.Bundle is null ? [] : Of(version.Bundle, node, null, version.CreatedAt);
        var learned = version.Bundle is null ? [] : Of(version.Bundle, LineageNode.Run(runId), runId, version.CreatedAt);
        return [.. learned, new(LineageNode.Run(runId), node, LineageRelations.Registered, version.CreatedAt) { RunId = runId }];
    }

    /// <summary>Gives what a packaged model was made of, as its manifest says: the data of its splits, and the features, which are the columns that it learned from together with their preparation.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="learner">What learned it: the run, or the version when no run is known.</param>
    /// <param name="runId">The run; null when it is not known.</param>
    /// <param name="at">When.</param>
    /// <returns>The edges.</returns>
    public static IReadOnlyList<LineageEdge> Of(ModelBundle bundle, LineageNode learner, string? runId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(learner);
        List<LineageEdge> edges = [.. bundle.Manifest.Data.Select(data => new LineageEdge(LineageNode.Of(data.Value), learner, RelationOf(data.Key), at) { RunId = runId })];
        if (bundle.Manifest.FeatureService is { } service) edges.Add(new(LineageNode.FeatureService(service.Name, service.Version), learner, LineageRelations.LearnedFrom, at) { RunId = runId });
        if (!bundle.Manifest.Data.TryGetValue("training", out var training)) return edges;
        var features = FeaturesOf(bundle.Manifest, training);
        edges.Add(new(LineageNode.Of(training), features, LineageRelations.Derived, at) { RunId = runId });
        edges.Add(new(features, learner, LineageRelations.LearnedFrom, at) { RunId = runId });
        return edges;
    }

    /// <summary>Gives the relation between a run and a dataset that it used for something.</summary>
    /// <param name="part">What for: training, validation, holdout; anything else is just read.</param>
    /// <returns>The relation.</returns>
    public static string RelationOf(string? part) => part switch
    {
        "training" => LineageRelations.LearnedFrom,
        "validation" => LineageRelations.ValidatedWith,
        "holdout" => LineageRelations.AcceptedWith,
        _ => LineageRelations.Read,
    };

    // Features of other rows are other features, or everything that has the same columns would seem to come from one another.
    private static LineageNode FeaturesOf(BundleManifest manifest, DatasetReference training)
    {
        var content = System.Text.Json.JsonSerializer.Serialize(new { training.Fingerprint, manifest.Features, manifest.Label, manifest.Preparation }, MlOpsJson.Options);
        return new(LineageKind.Features, Sha256.Hex(content)) { Name = LineageChecks.Shorten($"{manifest.Features.Count} features of {training.Name}", "features") };
    }
}
