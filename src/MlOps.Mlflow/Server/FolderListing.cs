using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>What lies in a folder of a run's files.</summary>
/// <param name="Path">The path from the root of the run.</param>
/// <param name="Size">The size in bytes; null for a folder.</param>
internal sealed record FolderEntry(string Path, long? Size);

internal static class FolderListing
{
    /// <summary>Lists a folder in order. Folders are what the paths of files imply; a file is not listed in itself.</summary>
    public static IReadOnlyList<FolderEntry> Of(IReadOnlyDictionary<string, ArtifactRef> files, string folder)
    {
        var prefix = folder.Length == 0 ? string.Empty : folder + "/";
        var entries = new SortedDictionary<string, long?>(StringComparer.Ordinal);
        foreach (var (path, file) in files)
        {
            if (!path.StartsWith(prefix, StringComparison.Ordinal) || path.Length == prefix.Length) continue;
            var slash = path.IndexOf('/', prefix.Length);
            entries[slash < 0 ? path : path[..slash]] = slash < 0 ? file.Size : null;
        }

        return [.. entries.Select(entry => new FolderEntry(entry.Key, entry.Value))];
    }
}
