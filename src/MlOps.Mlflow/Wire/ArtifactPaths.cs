namespace MlOps.Mlflow;

/// <summary>Paths of artifacts as they come from outside. None of them ever becomes a path of this machine: they are keys of a run's files.</summary>
internal static class ArtifactPaths
{
    private const int MaxDecodings = 10;
    private const int MaxLength = 4096;

    /// <summary>Takes a path apart: it is decoded until it stays the same, so that nothing hides in an encoding.</summary>
    /// <returns>Its parts; none for the root.</returns>
    /// <exception cref="WireException">It leaves its root, or is no relative path.</exception>
    public static string[] Split(string path)
    {
        var decoded = Decode(path) ?? throw Invalid();
        if (decoded.Length > MaxLength || decoded.StartsWith('/') || decoded.AsSpan().IndexOfAny('\\', '#', '\0') >= 0 || HasDrive(decoded)
            || decoded.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || decoded.Any(char.IsControl))
            throw Invalid();
        var parts = decoded.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in parts)
        {
            // Also where a URI would have parameters or a query.
            foreach (var piece in part.Split(';', '?', '&', '=')) if (piece.Trim() == "..") throw Invalid();
        }

        return Array.FindAll(parts, part => part != ".");
    }

    public static string Join(ReadOnlySpan<string> parts) => string.Join('/', parts!);

    /// <summary>Decodes until nothing changes; null when it does not end.</summary>
    public static string? Decode(string text)
    {
        for (var i = 0; i <= MaxDecodings; i++)
        {
            var decoded = Uri.UnescapeDataString(text);
            if (decoded == text) return text;
            text = decoded;
        }

        return null;
    }

    public static bool HasDrive(string path) => path.Length >= 2 && char.IsAsciiLetter(path[0]) && path[1] == ':' && (path.Length == 2 || path[2] is '/' or '\\' || path.IndexOf('/', StringComparison.Ordinal) < 0);

    private static WireException Invalid() => WireException.Invalid("Invalid path");
}
