using System.Globalization;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Keeps what a feature store has found out as files of a folder, each named by its moment: the newest so many.</summary>
/// <param name="folder">The folder; it is made when it is first needed.</param>
/// <param name="what">What is kept, for messages.</param>
internal sealed class KeptFiles(string folder, string what)
{
    private const int MaxKept = 100;

    /// <summary>Adds one, whole or not at all, and removes the oldest beyond a hundred.</summary>
    /// <param name="at">The moment.</param>
    /// <param name="text">The JSON text.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>When it is kept.</returns>
    public async Task AddAsync(DateTimeOffset at, string text, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{FeatureTime.ToMicros(at):D19}-{Guid.NewGuid():N}.json"));
        var temporary = path + ".tmp";
        try
        {
            await File.WriteAllTextAsync(temporary, text, cancellationToken).ConfigureAwait(false);
            File.Move(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        foreach (var old in NewestFirst().Skip(MaxKept)) File.Delete(old);
    }

    /// <summary>Reads the newest.</summary>
    /// <typeparam name="T">What is kept.</typeparam>
    /// <param name="limit">At most so many.</param>
    /// <param name="read">Reads the JSON text.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The newest first.</returns>
    /// <exception cref="StoreException">A file is damaged.</exception>
    public async Task<IReadOnlyList<T>> ListAsync<T>(int limit, Func<string, T> read, CancellationToken cancellationToken)
    {
        var found = new List<T>();
        foreach (var file in Directory.Exists(folder) ? NewestFirst().Take(limit) : [])
        {
            try
            {
                found.Add(read(await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false)));
            }
            catch (FileNotFoundException)
            {
                // Somebody else has just removed it because there are newer ones.
            }
            catch (Exception e) when (e is JsonException or InvalidDataException or ArgumentException)
            {
                throw new StoreException($"The {what} in '{Path.GetFileName(file)}' are damaged. Delete the file.", e);
            }
        }

        return found;
    }

    private IEnumerable<string> NewestFirst() => Directory.EnumerateFiles(folder, "*.json").OrderByDescending(Path.GetFileName, StringComparer.Ordinal);
}
