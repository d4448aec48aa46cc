namespace MlOps.Core;

/// <summary>Keeps registered models, their versions, the aliases that point to versions, and the history of all of it. Thread-safe, also between processes.</summary>
/// <remarks>
/// Every change is atomic and leaves its entries in the history, one for each thing that it did. The history is only appended to and chained by hashes: see
/// <see cref="RegistryEvent"/> and <see cref="RegistryHistory"/>. Before an alias moves or a version gets the stage Production, every <see cref="IAliasGate"/> of the
/// host is asked; what they object to is not done. <see cref="ModelRegistryExtensions"/> says more with these calls: all pages, what an alias pointed to at a time, going back.
/// </remarks>
public interface IModelRegistry
{
    /// <summary>Registers a model without a version. Registering a version of a new name does this by itself.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">The name is no name for a model, or a text is too long or no text.</exception>
    /// <exception cref="ConflictException">There is a model of the name.</exception>
    Task<RegisteredModel> CreateModelAsync(NewModel model, CancellationToken cancellationToken = default);

    /// <summary>Finds a model.</summary>
    /// <param name="model">The name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The model; null when there is none.</returns>
    Task<RegisteredModel?> FindModelAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>Changes what is said of a model, or its name.</summary>
    /// <param name="model">The name.</param>
    /// <param name="change">What to change.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The model as it is afterwards.</returns>
    /// <exception cref="NotFoundException">There is no such model.</exception>
    /// <exception cref="ConflictException">Another model has the new name, or had it with versions of the same numbers; nothing was changed.</exception>
    /// <exception cref="GateRefusedException">A gate objects to an alias or a stage under the new name; nothing was changed.</exception>
    Task<RegisteredModel> ChangeModelAsync(string model, ModelChange change, CancellationToken cancellationToken = default);

    /// <summary>Removes a model with its versions and aliases. Its history stays, and a later model of the name goes on counting its versions where this one stopped.</summary>
    /// <param name="model">The name.</param>
    /// <param name="note">Who does so, why and when.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is removed.</returns>
    /// <exception cref="NotFoundException">There is no such model.</exception>
    /// <exception cref="GateRefusedException">A gate objects to the removal of an alias; nothing was changed.</exception>
    Task DeleteModelAsync(string model, ChangeNote note, CancellationToken cancellationToken = default);

    /// <summary>Lists models, by default by name.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A page of them.</returns>
    /// <exception cref="SearchException">The filter, the order or the page is not understood.</exception>
    Task<Page<RegisteredModel>> SearchModelsAsync(ModelQuery query, CancellationToken cancellationToken = default);

    /// <summary>Registers the next version of a model; the first call for a name also registers the model. Its cost does not depend on how many versions there are.</summary>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The version with its number, 1 for the first. Registering the same bundle from the same run again returns the version that is there; without a bundle each call makes a version.</returns>
    /// <exception cref="ArgumentException">The name is no name for a model, or there is neither a bundle nor a source.</exception>
    /// <exception cref="ConflictException">Another version of the model has the same semantic version.</exception>
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

    /// <summary>Changes what is said of a version. What it is, its bundle and its judgements, never changes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The number.</param>
    /// <param name="change">What to change.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The version as it is afterwards.</returns>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="GateRefusedException">A gate objects to the stage; nothing was changed.</exception>
    Task<ModelVersion> ChangeVersionAsync(string model, int version, VersionChange change, CancellationToken cancellationToken = default);

    /// <summary>Removes a version with the aliases that point to it. Its history stays and its number is never given again.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The number.</param>
    /// <param name="note">Who does so, why and when.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is removed.</returns>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="GateRefusedException">A gate objects to the removal of an alias; nothing was changed.</exception>
    Task DeleteVersionAsync(string model, int version, ChangeNote note, CancellationToken cancellationToken = default);

    /// <summary>Lists versions of models, by default by the name of the model, the newest version first.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A page of them.</returns>
    /// <exception cref="SearchException">The filter, the order or the page is not understood.</exception>
    Task<Page<ModelVersion>> SearchVersionsAsync(VersionQuery query, CancellationToken cancellationToken = default);

    /// <summary>Finds the newest version of each stage, for a page of models at once.</summary>
    /// <param name="models">The models, at most <see cref="RegistryChecks.MaxModels"/>; one that is not there is passed over.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The versions, by the name of the model and then in the order of <see cref="ModelStages.All"/>.</returns>
    /// <exception cref="ArgumentException">There are too many models, or one has no name.</exception>
    Task<IReadOnlyList<ModelVersion>> GetLatestVersionsAsync(IReadOnlyCollection<string> models, CancellationToken cancellationToken = default);

    /// <summary>Points an alias to a version and records who did so and why.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is recorded.</returns>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="ConflictException">The alias does not point where <see cref="AliasChange.From"/> says, or is to go back to a version that it never pointed to; nothing was changed.</exception>
    /// <exception cref="GateRefusedException">A gate objects, with its reasons; nothing was changed.</exception>
    Task SetAliasAsync(AliasChange change, CancellationToken cancellationToken = default);

    /// <summary>Records that somebody approves of a version for an alias. A gate may ask for it.</summary>
    /// <param name="approval">The approval.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is recorded.</returns>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    Task ApproveAsync(Approval approval, CancellationToken cancellationToken = default);

    /// <summary>Reads the history, the oldest entry first.</summary>
    /// <param name="query">Which entries.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The entries.</returns>
    Task<IReadOnlyList<RegistryEvent>> GetHistoryAsync(RegistryHistoryQuery query, CancellationToken cancellationToken = default);

    /// <summary>Tells of what any process changes from now on, within a second.</summary>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>The entries of the history, each at least once and in order; it ends only with the token.</returns>
    IAsyncEnumerable<RegistryEvent> WatchAsync(CancellationToken cancellationToken = default);
}
