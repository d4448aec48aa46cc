using System.Diagnostics;

namespace MlOps.Benchmarks;

/// <summary>Runs scripts in a python3 that has pandas, where there is one.</summary>
internal static class Pandas
{
    private static readonly Lazy<string?> Python = new(() => Array.Find(["python3", "/usr/bin/python3"], p => Try(p, "-c", "import pandas") is not null));

    public static bool IsPresent => Python.Value is not null;

    /// <summary>Runs a script.</summary>
    /// <returns>What it wrote.</returns>
    public static string Run(string script, params string[] arguments) => Try(Python.Value!, ["-c", script, .. arguments]) ?? throw new InvalidOperationException("The script of pandas failed.");

    private static string? Try(string file, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            errors.Wait();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is no such program
        }
    }
}
