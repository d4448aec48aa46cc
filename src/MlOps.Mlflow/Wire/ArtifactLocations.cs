using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>The URIs under which clients look for artifacts. This server follows none of them: it only writes them down.</summary>
internal static class ArtifactLocations
{
    private const string Proxied = "mlflow-artifacts";
    private const string Anchor = "/api/2.0/mlflow-artifacts/artifacts/";

    private static readonly HashSet<string> Schemes = new(StringComparer.OrdinalIgnoreCase)
    {
        Proxied, "file", "http", "https", "s3", "s3a", "r2", "gs", "wasb", "wasbs", "abfs", "abfss", "adl", "azureml", "dbfs", "hdfs", "viewfs", "ftp", "sftp", "oss", "b2", "runs", "models",
    };

    /// <summary>Checks the location that a client gives a new experiment.</summary>
    /// <returns>The location; one that is a path of this machine is made absolute.</returns>
    public static string Check(string location)
    {
        if (location.StartsWith("runs:", StringComparison.OrdinalIgnoreCase) || location.StartsWith("models:", StringComparison.OrdinalIgnoreCase))
            throw WireException.Invalid($"Artifact location cannot be a runs:/ or models:/ URI. Given: '{location}'");
        var (scheme, rest) = SplitScheme(location);
        var decoded = ArtifactPaths.Decode(location) ?? throw WireException.Invalid("Invalid 'artifact_location'");
        if (decoded.Contains('#', StringComparison.Ordinal) || decoded.Contains(';', StringComparison.Ordinal)) throw WireException.Invalid("'artifact_location' URL can't include fragments or params.");
        var query = decoded.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0 && decoded.AsSpan(query).Contains("..", StringComparison.Ordinal)) throw WireException.Invalid("Invalid query string");
        if (decoded.Contains('\0', StringComparison.Ordinal) || decoded.Any(char.IsControl)) throw WireException.Invalid("Invalid 'artifact_location'");
        if (scheme is null) return Path.IsPathRooted(location) || ArtifactPaths.HasDrive(location) ? location : Path.GetFullPath(location);
        if (!Schemes.Contains(scheme)) throw WireException.Invalid($"'artifact_location' has the scheme '{scheme}', which is not supported.");
        if (scheme.Equals(Proxied, StringComparison.OrdinalIgnoreCase) && Array.Exists(rest.Split('/', '\\', '?'), part => ArtifactPaths.Decode(part) == "..")) throw WireException.Invalid("Invalid 'artifact_location'");
        return location;
    }

    public static bool IsKnownScheme(string scheme) => Schemes.Contains(scheme);

    /// <summary>Gives the location of an experiment.</summary>
    public static string Of(Experiment experiment, string root) => experiment.ArtifactLocation ?? Append(root, experiment.Id);

    public static string OfRun(string location, string runId) => Append(location, $"{runId}/artifacts");

    /// <summary>Gives the parts of the path of a location that this server keeps itself; null when another place is meant.</summary>
    public static string[]? ProxiedParts(string location)
    {
        var (scheme, rest) = SplitScheme(location);
        if (scheme is null) return null;
        var end = rest.AsSpan().IndexOfAny('?', '#');
        var path = end < 0 ? rest : rest[..end];
        if (scheme.Equals(Proxied, StringComparison.OrdinalIgnoreCase))
        {
            if (path.StartsWith("//", StringComparison.Ordinal))
            {
                var slash = path.IndexOf('/', 2);
                path = slash < 0 ? string.Empty : path[slash..];
            }
        }
        else if (scheme.StartsWith("http", StringComparison.OrdinalIgnoreCase) && path.IndexOf(Anchor, StringComparison.Ordinal) is >= 0 and var anchor)
        {
            path = path[(anchor + Anchor.Length)..];
        }
        else
        {
            return null;
        }

        return path.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Splits the scheme off; a drive letter and a path have none.</summary>
    public static (string? Scheme, string Path) SplitScheme(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        if (colon < 2 || !char.IsAsciiLetter(uri[0])) return (null, uri);
        for (var i = 1; i < colon; i++) if (!char.IsAsciiLetterOrDigit(uri[i]) && uri[i] is not ('+' or '-' or '.')) return (null, uri);
        return (uri[..colon], uri[(colon + 1)..]);
    }

    private static string Append(string uri, string path)
    {
        var query = uri.IndexOf('?', StringComparison.Ordinal);
        var (head, tail) = query < 0 ? (uri, string.Empty) : (uri[..query], uri[query..]);
        var scheme = SplitScheme(head);
        var separator = head.EndsWith('/') ? string.Empty : "/";
        if (scheme.Scheme is not null && scheme.Path.Length == 0) separator = "/";
        return $"{head}{separator}{path}{tail}";
    }
}
