using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MlOps.Monitoring;

/// <summary>Writes files that are there whole or not at all, also after the power failed: when it returns, the disk has the content and the name.</summary>
internal static class DurableFile
{
    private const string TemporarySuffix = ".tmp";

    /// <summary>Writes a file, in place of what has its name.</summary>
    /// <exception cref="IOException">It cannot be written, as when the disk is full; what had the name has it still.</exception>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var temporary = $"{path}.{Guid.NewGuid():n}{TemporarySuffix}";
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await RandomAccess.WriteAsync(file, content, 0, cancellationToken).ConfigureAwait(false);
                RandomAccess.FlushToDisk(file);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e)
        {
            File.Delete(temporary);
            if (MayNotGrow(e)) throw new IOException($"'{path}' cannot be written: {e.Message}", e);
            throw;
        }

        FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Says whether an error of writing is what .NET makes of a file that may not grow (EFBIG), by a limit of the process or of the file system: for us the disk is full.</summary>
    public static bool MayNotGrow(Exception error) => error is ArgumentOutOfRangeException;

    /// <summary>Brings a file that something else has written onto the disk.</summary>
    public static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Brings the names of files in a folder onto the disk. Windows does so by itself.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        using var handle = new SafeFileHandle(Open(folder, 0), ownsHandle: true); // read-only; .NET opens no folders
        if (handle.IsInvalid || Flush(handle) != 0) throw new IOException($"The folder '{folder}' could not be brought onto the disk: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern nint Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Flush(SafeFileHandle file);
}
