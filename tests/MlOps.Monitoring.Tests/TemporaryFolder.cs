namespace MlOps.Monitoring.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mlops-monitoring-").FullName;

    public string[] Files(string pattern = "*.parquet") => [.. Directory.EnumerateFiles(Path, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
