namespace MlOps.Core;

/// <summary>Keeps the versions of models and the aliases that point to them. Thread-safe, also between processes.</summary>
public interface IModelRegistry
{
    /// <summary>Registers the next version of a model; the first call for a name also registers the model.</summary>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The version with its number, 1 for the first. Registering the same bundle from the same run again returns the version that is there.</returns>
    /// <exception cref="ArgumentException">The name is no name for a model.</exception>
    Task<ModelVersion> RegisterAsync(NewModelVersion version, CancellationToken cancellationToken = default);

    /// <summary>Finds a version.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The number.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The version; null when there is none.</returns>
    Task<ModelVersion?> FindAsync(string model, int version, CancellationToken cancellationToken = default);

    /// <summary>Finds the version that an alias points to.</summary>
    /// <param name="model">The model.</param>
    /// <param name="alias">The alias, as champion.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The version; null when there is none.</returns>
    Task<ModelVersion?> FindByAliasAsync(string model, string alias, CancellationToken cancellationToken = default);

    /// <summary>Lists the versions of a model, the newest first.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The versions; none when there is no such model.</returns>
    Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>Lists the names of the registered models, in order.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The names.</returns>
    Task<IReadOnlyList<string>> ListModelsAsync(CancellationToken cancellationToken = default);

    /// <summary>Points an alias to a version and records who did so and why.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is recorded.</returns>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="ConflictException">The alias does not point where <see cref="AliasChange.From"/> says; nothing was changed.</exception>
    Task SetAliasAsync(AliasChange change, CancellationToken cancellationToken = default);

    /// <summary>Lists the changes of the aliases of a model, the oldest first.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The changes.</returns>
    Task<IReadOnlyList<AliasChange>> GetAliasHistoryAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>Tells of changes of aliases made by any process from now on, within a second.</summary>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>The changes, each at least once and in order; it ends only with the token.</returns>
    IAsyncEnumerable<AliasChange> WatchAsync(CancellationToken cancellationToken = default);
}

/// <summary>A version of a model to be registered.</summary>
/// <param name="Model">The name of the model: letters, digits, dots, dashes and underscores, at most 200.</param>
/// <param name="Bundle">The packaged model.</param>
/// <param name="RunId">The run that made it, or null.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Evaluation">How it was judged on the validation split, or null.</param>
/// <param name="Acceptance">How it was judged on the holdout, or null.</param>
public sealed record NewModelVersion(
    string Model, ModelBundle Bundle, string? RunId, DateTimeOffset CreatedAt, EvaluationReport? Evaluation = null, EvaluationReport? Acceptance = null);

/// <summary>A registered version of a model.</summary>
/// <param name="Model">The name of the model.</param>
/// <param name="Version">The number, from 1.</param>
/// <param name="Bundle">The packaged model.</param>
/// <param name="RunId">The run that made it, or null.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="Evaluation">How it was judged on the validation split, or null.</param>
/// <param name="Acceptance">How it was judged on the holdout, or null.</param>
/// <param name="Aliases">The aliases that point to it now, in order.</param>
public sealed record ModelVersion(
    string Model,
    int Version,
    ModelBundle Bundle,
    string? RunId,
    DateTimeOffset CreatedAt,
    EvaluationReport? Evaluation,
    EvaluationReport? Acceptance,
    IReadOnlyList<string> Aliases);

/// <summary>A change of an alias.</summary>
/// <param name="Model">The model.</param>
/// <param name="Alias">The alias: letters, digits, dashes and underscores; not latest, and not v and a number.</param>
/// <param name="From">The version that it points to before; null when it points to none.</param>
/// <param name="To">The version that it points to after; null to remove the alias.</param>
/// <param name="By">Who changes it: a person or a run.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
public sealed record AliasChange(string Model, string Alias, int? From, int? To, string By, string Reason, DateTimeOffset At);
