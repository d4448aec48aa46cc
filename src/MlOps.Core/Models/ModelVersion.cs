namespace MlOps.Core;

/// <summary>A version of a model to be registered.</summary>
/// <param name="Model">The name of the model: with a bundle letters, digits, dots, dashes and underscores, at most 200; without one as <see cref="NewModel"/> says.</param>
/// <param name="Bundle">The packaged model; null for one that is only known by its source.</param>
/// <param name="RunId">The run that made it, or null.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Evaluation">How it was judged on the validation split, or null.</param>
/// <param name="Acceptance">How it was judged on the holdout, or null.</param>
public sealed record NewModelVersion(
    string Model, ModelBundle? Bundle, string? RunId, DateTimeOffset CreatedAt, EvaluationReport? Evaluation = null, EvaluationReport? Acceptance = null)
{
    /// <summary>Gets who registers it.</summary>
    /// <value>The default is the run, or nobody.</value>
    public string By { get; init; } = RunId is null ? "unknown" : "run " + RunId;

    /// <summary>Gets where its files come from, as a URI; null for the bundle alone.</summary>
    public string? Source { get; init; }

    /// <summary>Gets a link to its run for people; null for none.</summary>
    public string? RunLink { get; init; }

    /// <summary>Gets what is said of it; null for nothing.</summary>
    public string? Description { get; init; }

    /// <summary>Gets its semantic version (semver.org 2.0.0), as 1.4.0-rc.1; null for none. No two versions of a model have the same text.</summary>
    public string? SemanticVersion { get; init; }

    /// <summary>Gets its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the signatures of its bundle.</summary>
    public IReadOnlyList<BundleSignature> Signatures { get; init; } = [];
}

/// <summary>A registered version of a model.</summary>
/// <param name="Model">The name of the model.</param>
/// <param name="Version">The number, from 1.</param>
/// <param name="Bundle">The packaged model; null for one that is only known by its <see cref="Source"/> and cannot be served from here.</param>
/// <param name="RunId">The run that made it, or null.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="Evaluation">How it was judged on the validation split, or null.</param>
/// <param name="Acceptance">How it was judged on the holdout, or null.</param>
/// <param name="Aliases">The aliases that point to it now, in order.</param>
public sealed record ModelVersion(
    string Model,
    int Version,
    ModelBundle? Bundle,
    string? RunId,
    DateTimeOffset CreatedAt,
    EvaluationReport? Evaluation,
    EvaluationReport? Acceptance,
    IReadOnlyList<string> Aliases)
{
    /// <summary>Gets when what is said of it last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; } = CreatedAt;

    /// <summary>Gets who registered it.</summary>
    public string By { get; init; } = "unknown";

    /// <summary>Gets where its files come from, as a URI; null for the bundle alone.</summary>
    public string? Source { get; init; }

    /// <summary>Gets a link to its run for people; null for none.</summary>
    public string? RunLink { get; init; }

    /// <summary>Gets what is said of it; null for nothing.</summary>
    public string? Description { get; init; }

    /// <summary>Gets its semantic version; null for none.</summary>
    public string? SemanticVersion { get; init; }

    /// <summary>Gets its stage, one of <see cref="ModelStages"/>.</summary>
    public string Stage { get; init; } = ModelStages.None;

    /// <summary>Gets its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the signatures of its bundle.</summary>
    public IReadOnlyList<BundleSignature> Signatures { get; init; } = [];

    /// <summary>Gives the bundle of a version that is to be used here.</summary>
    /// <returns>The bundle.</returns>
    /// <exception cref="DataException">It has none.</exception>
    public ModelBundle RequireBundle() => Bundle ?? throw new DataException(
        $"Version {Version} of model '{Model}' has no bundle, only a source ('{Source}'), so it cannot be loaded here. Register it from a pipeline, or import its file.")
    { DataSource = $"{Model}/{Version}" };
}

/// <summary>What is to be changed of a version, all of it or nothing. What is null stays.</summary>
/// <param name="Note">Who changes it, why and when.</param>
public sealed record VersionChange(ChangeNote Note)
{
    /// <summary>Gets the new description; empty removes it.</summary>
    public string? Description { get; init; }

    /// <summary>Gets the tags to set.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the tags to remove; one that is not there is passed over.</summary>
    public IReadOnlyList<string> RemovedTags { get; init; } = [];

    /// <summary>Gets the new stage, one of <see cref="ModelStages"/>.</summary>
    public string? Stage { get; init; }

    /// <summary>Gets whether the other versions of the new stage are archived. Only with the stages Staging and Production.</summary>
    public bool ArchiveOthers { get; init; }

    /// <summary>Gets a signature of its bundle to add.</summary>
    public BundleSignature? Signature { get; init; }
}

/// <summary>A signature over the digest of a bundle.</summary>
/// <param name="KeyId">The key, as the signer calls it.</param>
/// <param name="Algorithm">How it was made, as ecdsa-p256-sha256.</param>
/// <param name="Value">The signature in Base64.</param>
/// <param name="SignedAt">When it was made.</param>
public sealed record BundleSignature(string KeyId, string Algorithm, string Value, DateTimeOffset SignedAt);

/// <summary>Which versions to list. All conditions must hold.</summary>
public sealed record VersionQuery
{
    /// <summary>Gets the model; null for all.</summary>
    public string? Model { get; init; }

    /// <summary>Gets the condition over name, version_number, run_id, source_path and tags: MLflow's grammar with OR, NOT, parentheses and IN; null for all.</summary>
    public string? Filter { get; init; }

    /// <summary>Gets the order, as <c>creation_timestamp DESC</c>; by default by the name of the model, the newest version first.</summary>
    public IReadOnlyList<string> OrderBy { get; init; } = [];

    /// <summary>Gets the stage; null for all.</summary>
    public string? Stage { get; init; }

    /// <summary>Gets how many to list at most.</summary>
    /// <value>The default is 100, the most 200,000.</value>
    public int Limit { get; init; } = 100;

    /// <summary>Gets where to read on: <see cref="Page{T}.Next"/> of the page before; null for the first.</summary>
    public string? After { get; init; }
}
