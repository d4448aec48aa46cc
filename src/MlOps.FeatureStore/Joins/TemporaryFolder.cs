namespace MlOps.FeatureStore;

/// <summary>A folder for temporary files that is made when it is first needed, belongs to this user only, and is removed in the end.</summary>
internal sealed class TemporaryFolder(string? parent) : IDisposable
{
    private readonly Lock _lock = new();
    private string? _path;
    private int _files;

    /// <summary>Makes a new file.</summary>
    /// <returns>The empty file, to be written.</returns>
    public FileStream Create()
    {
        lock (_lock)
        {
            _path ??= Make();
            return new(Path.Combine(_path, $"{_files++}.arrow"), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 1 << 16);
        }
    }

    public void Dispose()
    {
        if (_path is not null && Directory.Exists(_path)) Directory.Delete(_path, recursive: true);
    }

    private string Make()
    {
        if (parent is null) return Directory.CreateTempSubdirectory("mlops-join-").FullName;
        var path = Path.Combine(parent, $"mlops-join-{Guid.NewGuid():N}");
        return (OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)).FullName;
    }
}
