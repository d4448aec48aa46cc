using System.Text.Json;

namespace MlOps.DataValidation.Tests;

/// <summary>Reads the peers' cases, from the folder that MLOPS_ORACLES names or that lies beside the repository.</summary>
internal static class Oracles
{
    private static string Root => Environment.GetEnvironmentVariable("MLOPS_ORACLES") is { Length: > 0 } folder ? folder : Path.Combine(Repository(), "..", "shared", "oracles");

    public static JsonElement Load(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, file)));
        return document.RootElement.Clone();
    }

    public static IEnumerable<TheoryDataRow<string>> Rows(string file, Func<IEnumerable<string>> ids)
    {
        if (File.Exists(Path.Combine(Root, file))) return [.. ids().Select(id => new TheoryDataRow<string>(id) { TestDisplayName = id })];
        if (Environment.GetEnvironmentVariable("CI") == "true") throw new FileNotFoundException($"The peers' cases are not there. MLOPS_ORACLES names their folder.", file);
        return [new(file) { TestDisplayName = file, Skip = $"The peers' cases are not there ({file}). MLOPS_ORACLES names their folder." }];
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "MlOps.Sdk.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? AppContext.BaseDirectory;
    }
}
