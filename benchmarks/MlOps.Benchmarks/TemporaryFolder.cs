namespace MlOps.Benchmarks;

/// <summary>A folder that is gone when it is no longer used.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mlops-benchmark-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
