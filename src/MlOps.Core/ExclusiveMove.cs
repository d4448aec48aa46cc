using System.Runtime.InteropServices;

namespace MlOps.Core;

/// <summary>Gives a file a name that only one of several processes can have. For those who write a store of files.</summary>
public static class ExclusiveMove
{
    private const int Exists = 17; // EEXIST

    /// <summary>Moves a file to a name that is free.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">The name, in the same file system.</param>
    /// <returns>True when it has the name; false when another file has it, and then nothing has changed.</returns>
    /// <exception cref="IOException">It cannot be moved; where it is not Windows, the file system must have hard links.</exception>
    /// <remarks>
    /// Only on Windows is <see cref="File.Move(string, string, bool)"/> without overwriting one step. Elsewhere it looks whether the name is free, and then renames over whatever has come since: of two files that are given one name at once, one is lost.
    /// A hard link is one step.
    /// </remarks>
    public static bool TryMove(string from, string to)
    {
        ArgumentException.ThrowIfNullOrEmpty(from);
        ArgumentException.ThrowIfNullOrEmpty(to);
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(from, to, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(to))
            {
                return false;
            }
        }

        if (Link(from, to) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == Exists ? false : throw new IOException($"'{from}' could not be moved to '{to}': {Marshal.GetPInvokeErrorMessage(error)}.");
        }

        File.Delete(from);
        return true;
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}
