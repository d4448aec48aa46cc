using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Where the files of a model version are said to come from. This server follows no source but those that lie in its own store.</summary>
internal static class ModelSources
{
    private const string Models = "models:";

    /// <summary>Gives the source of a version; a bundle of ours stands for itself.</summary>
    public static string Of(ModelVersion version) =>
        version.Source ?? (version.Bundle is null ? string.Empty : $"mlflow-artifacts:/models/{version.Model}/{version.Version}");

    /// <summary>Refuses a source that hides a path, or is a path of this machine outside of the run's own folder.</summary>
    /// <param name="source">The source.</param>
    /// <param name="runArtifactUri">The place of the run's artifacts; null when no run is given.</param>
    public static void Check(string source, string? runArtifactUri)
    {
        var (scheme, rest) = ArtifactLocations.SplitScheme(source);
        if (scheme is null || scheme.Equals("file", StringComparison.OrdinalIgnoreCase))
        {
            CheckLocal(source, LocalPath(source), runArtifactUri);
            return;
        }

        if (!ArtifactLocations.IsKnownScheme(scheme)) throw Relative(source);
        var decoded = ArtifactPaths.Decode(rest) ?? throw Relative(source);
        if (decoded.Any(char.IsControl) || decoded.AsSpan().IndexOfAny('\\', '#', ';') >= 0) throw Relative(source);
        var query = decoded.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0 && decoded.AsSpan(query).Contains("..", StringComparison.Ordinal)) throw Relative(source);
        var path = query < 0 ? decoded : decoded[..query];
        if (path.StartsWith("//", StringComparison.Ordinal))
        {
            var slash = path.IndexOf('/', 2);
            path = slash < 0 ? string.Empty : path[slash..];
        }

        path = path.TrimEnd('/');
        if (!path.StartsWith('/') || Array.Exists(path.Split('/'), part => part is "." or "..")) throw Relative(source);
    }

    /// <summary>Reads <c>models:/name/3</c> and <c>models:/name@alias</c>; null for any other URI.</summary>
    public static (string Name, string? Version, string? Alias)? Model(string source)
    {
        if (!source.StartsWith(Models, StringComparison.Ordinal)) return null;
        var path = source[Models.Length..].Trim('/');
        if (path.LastIndexOf('@') is > 0 and var at) return (path[..at], null, path[(at + 1)..]);
        if (path.LastIndexOf('/') is > 0 and var slash) return (path[..slash], path[(slash + 1)..], null);
        return null;
    }

    private static void CheckLocal(string source, string? path, string? runArtifactUri)
    {
        if (path is null) throw WireException.Invalid($"{source} is not a valid remote uri. For remote access on windows, please consider using a different scheme such as SMB (e.g. smb://<hostname>/<path>).");
        var decoded = ArtifactPaths.Decode(path);
        var root = runArtifactUri is not null && ArtifactLocations.SplitScheme(runArtifactUri) is var (scheme, _) && (scheme is null || scheme.Equals("file", StringComparison.OrdinalIgnoreCase)) ? LocalPath(runArtifactUri) : null;
        if (decoded is not null && root is not null && decoded.AsSpan().IndexOfAny('\0', '#', '?') < 0 && !decoded.Contains('\\', StringComparison.Ordinal) && Path.IsPathFullyQualified(decoded))
        {
            var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(decoded));
            var inside = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
            if (full == inside || full.StartsWith(inside + Path.DirectorySeparatorChar, StringComparison.Ordinal)) return;
        }

        throw WireException.Invalid($"Invalid model version source: '{source}'. To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the run_id.");
    }

    // Null for a file on another host.
    private static string? LocalPath(string uri)
    {
        var (scheme, rest) = ArtifactLocations.SplitScheme(uri);
        if (scheme is null) return uri;
        if (!rest.StartsWith("//", StringComparison.Ordinal)) return rest;
        var slash = rest.IndexOf('/', 2);
        var host = slash < 0 ? rest[2..] : rest[2..slash];
        return host.Length == 0 || host == "localhost" || host == "127.0.0.1" ? slash < 0 ? "/" : rest[slash..] : null;
    }

    private static WireException Relative(string source) => WireException.Invalid(
        $"Invalid model version source: '{source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.");
}
