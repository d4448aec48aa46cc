using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Gives the folders in which the feature store keeps files of views.</summary>
internal static class FeatureFolder
{
    private const int ReadableLength = 40;

    /// <summary>Gives the folder of a view. Whatever the view is called, it lies where it should, and two views that differ in case only have two folders.</summary>
    public static string Of(MlOpsOptions options, string purpose, string view)
    {
        var readable = string.Concat(view.Take(ReadableLength).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        return options.PathOf(Path.Combine("features", purpose, $"{readable}-{Sha256.Hex(view)[..12]}"));
    }
}
