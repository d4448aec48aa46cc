namespace MlOps.Core;

/// <summary>Loads models of one platform.</summary>
public interface IModelRuntime
{
    /// <summary>Gets the platform of the bundles that it loads, as mlnet_zip.</summary>
    string Platform { get; }

    /// <summary>Loads a verified bundle. No code from the bundle runs.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <returns>The model, ready to predict.</returns>
    /// <exception cref="DataException">The model cannot be loaded here, for instance because a preparation step is not registered.</exception>
    Task<ILoadedModel> LoadAsync(BundleContent bundle, CancellationToken cancellationToken = default);
}

/// <summary>A model in memory, with its preparation. Thread-safe; whoever loaded it disposes it.</summary>
public interface ILoadedModel : IDisposable
{
    /// <summary>Gets what the bundle says about itself.</summary>
    BundleManifest Manifest { get; }

    /// <summary>Predicts.</summary>
    /// <param name="inputs">One tensor for each column of the signature, in any order, all with the same number of rows. Numbers are converted where nothing is lost. Unused columns may be left out.</param>
    /// <returns>The outputs in the order of the signature, one row for each row of the inputs.</returns>
    /// <exception cref="ModelInputException">An input is missing, unknown, of a wrong type or of another number of rows, or a preparation step refuses a value.</exception>
    IReadOnlyList<Tensor> Predict(IReadOnlyList<Tensor> inputs);

    /// <summary>Binds the model to .NET types, for calls without a protocol between.</summary>
    /// <typeparam name="TInput">A class whose public properties are named as the input columns.</typeparam>
    /// <typeparam name="TOutput">A class whose public properties are named as the outputs, and take their types.</typeparam>
    /// <returns>A function that predicts one row. Thread-safe, as long as this model is not disposed.</returns>
    /// <exception cref="ModelInputException">The types do not fit the signature.</exception>
    Func<TInput, TOutput> Bind<TInput, TOutput>()
        where TInput : class
        where TOutput : class, new();
}

/// <summary>Opens registered models: fetches the bundle, verifies it and hands it to its runtime. Thread-safe.</summary>
public interface IModelLoader
{
    /// <summary>Reads a bundle that is not registered yet, as a pipeline has just made it, and checks the digest of the file and of each part. For what is registered, use the overload that takes its version.</summary>
    /// <param name="bundle">The file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The verified bundle.</returns>
    /// <exception cref="ArtifactCorruptException">The file is damaged.</exception>
    Task<BundleContent> ReadAsync(ArtifactRef bundle, CancellationToken cancellationToken = default);

    /// <summary>Reads the bundle of a registered version, under the same conditions as <see cref="LoadAsync"/>: the digests fit, and it has the signatures that this host asks for.</summary>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The verified bundle.</returns>
    /// <exception cref="ArtifactCorruptException">The file is damaged.</exception>
    /// <exception cref="MlOpsException">This host does not trust the version.</exception>
    Task<BundleContent> ReadAsync(ModelVersion version, CancellationToken cancellationToken = default);

    /// <summary>Loads a version of a model. It is used only after it has reproduced the sample predictions in its bundle.</summary>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <returns>The model, which the caller disposes.</returns>
    /// <exception cref="ArtifactCorruptException">The file is damaged.</exception>
    /// <exception cref="MlOpsException">This host does not trust the version.</exception>
    /// <exception cref="DataException">No runtime for its platform is registered, or the model does not reproduce its samples.</exception>
    Task<ILoadedModel> LoadAsync(ModelVersion version, CancellationToken cancellationToken = default);
}
