namespace MlOps.Core;

/// <summary>Shorter ways to import a model.</summary>
public static class ModelImporterExtensions
{
    /// <summary>Imports a model from a file.</summary>
    /// <param name="importer">The importer.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="import">What is said of the model.</param>
    /// <param name="cancellationToken">Stops the import; nothing is registered then.</param>
    /// <returns>The version.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataException">The file cannot be imported; the message says why.</exception>
    public static async Task<ModelVersion> ImportAsync(this IModelImporter importer, string path, ModelImport import, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(importer);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using var _ = file.ConfigureAwait(false);
        return await importer.ImportAsync(file, import, cancellationToken).ConfigureAwait(false);
    }
}
