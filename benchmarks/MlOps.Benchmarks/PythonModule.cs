using System.Diagnostics;

namespace MlOps.Benchmarks;

/// <summary>Runs scripts in a python3 that has a module, where there is one.</summary>
internal sealed class PythonModule(string name)
{
    private readonly Lazy<string?> _python = new(() => Array.Find(["python3", "/usr/bin/python3"], p => Try(p, "-c", $"import {name}") is not null));

    public bool IsPresent => _python.Value is not null;

    /// <summary>Runs a script.</summary>
    /// <returns>What it wrote.</returns>
    public string Run(string script, params string[] arguments) => Try(_python.Value!, ["-c", script, .. arguments]) ?? throw new InvalidOperationException($"The script of {name} failed.");

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
