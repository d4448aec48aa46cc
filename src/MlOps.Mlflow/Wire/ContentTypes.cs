namespace MlOps.Mlflow;

/// <summary>The content types of files by their names. Nothing that a browser would run has one: it is sent as bytes.</summary>
internal static class ContentTypes
{
    private const string Bytes = "application/octet-stream";

    private static readonly HashSet<string> Texts = new(StringComparer.OrdinalIgnoreCase)
    {
        "txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon", "toml", "yaml", "yml", "xml", "json", "js", "py", "py3", "csv", "tsv", "md", "rst", "mlmodel", "mlproject",
    };

    public static string Of(string name)
    {
        var extension = Path.GetExtension(name).TrimStart('.');
        if (Texts.Contains(extension.Length == 0 ? name : extension)) return "text/plain; charset=utf-8";
        return extension.ToUpperInvariant() switch
        {
            "PNG" => "image/png",
            "JPG" or "JPEG" => "image/jpeg",
            "GIF" => "image/gif",
            "WEBP" => "image/webp",
            "BMP" => "image/bmp",
            "PDF" => "application/pdf",
            "ZIP" => "application/zip",
            _ => Bytes,
        };
    }
}
