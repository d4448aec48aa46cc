using System.Diagnostics;
using System.Globalization;

namespace MlOps.Pipelines;

/// <summary>Names a process so that another one can tell whether it is still alive.</summary>
/// <remarks>
/// machine/pid/start. A pid is only known within one start of a machine and one process-id namespace, so on Linux both are part of the machine; its start time tells
/// a process from a later one that got the same pid. Of a process on another machine nothing is known but its lease.
/// </remarks>
internal static class ProcessIdentity
{
    private static readonly string Machine = $"{Environment.MachineName}.{BootAndNamespace()}";

    /// <summary>Gets the name of this process.</summary>
    public static string Current { get; } = string.Create(CultureInfo.InvariantCulture, $"{Machine}/{Environment.ProcessId}/{StartOf(Environment.ProcessId)}");

    /// <summary>Says whether a process that ran on this machine is certainly gone.</summary>
    /// <param name="owner">Its name.</param>
    /// <returns>True when it is gone, false when it is alive, null when it cannot be known here.</returns>
    public static bool? IsGone(string owner)
    {
        var parts = owner.Split('/');
        if (parts.Length != 3 || parts[0] != Machine || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) return null;
        var start = StartOf(pid);
        return start is null || start != parts[2];
    }

    private static string BootAndNamespace()
    {
        if (!OperatingSystem.IsLinux()) return "local";
        try
        {
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()[..8];
            var space = new FileInfo("/proc/self/ns/pid").LinkTarget ?? "pid";
            return $"{boot}.{string.Concat(space.Where(char.IsAsciiDigit))}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            return $"unknown-{Environment.ProcessId}"; // then only the lease tells
        }
    }

    private static string? StartOf(int pid)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // pid (name) state ppid ... ; the 22nd field is the start in clock ticks since boot. A zombie has ended already.
                var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                return fields[0] is "Z" or "X" ? null : fields[19];
            }

            using var process = Process.GetProcessById(pid);
            return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
