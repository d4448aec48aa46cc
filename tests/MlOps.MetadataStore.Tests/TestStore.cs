using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MlOps.MetadataStore.Tests;

internal static class TestStore
{
    public static FileArtifactStore Open(string folder, TimeProvider? time = null, ILogger<FileArtifactStore>? logger = null) =>
        new(folder, TimeSpan.FromDays(1), time ?? TimeProvider.System, logger ?? NullLogger<FileArtifactStore>.Instance);

    public static string PathOf(string folder, string digest) => Path.Combine(folder, "sha256", digest[..2], digest);

    /// <summary>Flips a bit in the middle of a stored file, as a failing disk does.</summary>
    public static void Damage(string folder, string digest)
    {
        var path = PathOf(folder, digest);
        var content = File.ReadAllBytes(path);
        content[content.Length / 2] ^= 1;
        File.SetAttributes(path, FileAttributes.Normal);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(path, content);
    }
}

/// <summary>As many zeros as wanted. Those that have no end come slowly, so that who writes them until it is killed does not fill the disk before.</summary>
internal sealed class Zeros(long length) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (length == long.MaxValue) Thread.Sleep(10);
        var given = (int)Math.Min(count, length - Position);
        buffer.AsSpan(offset, given).Clear();
        Position += given;
        return given;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
