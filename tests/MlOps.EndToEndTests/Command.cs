using System.Diagnostics;
using System.Text;

namespace MlOps.EndToEndTests;

/// <summary>Runs a program to its end and keeps what it prints.</summary>
internal sealed record Command(int ExitCode, string Output)
{
    // What the build and the test host set for themselves, and what says where packages lie.
    private static readonly string[] NotInherited = ["MSBUILD", "TESTINGPLATFORM", "NUGET_PACKAGES", "NUGET_FALLBACK_PACKAGES"];

    public static async Task<Command> RunAsync(string folder, string file, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var name in start.Environment.Keys.Where(k => NotInherited.Any(n => k.StartsWith(n, StringComparison.OrdinalIgnoreCase))).ToList())
            start.Environment.Remove(name);
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";

        using var process = new Process { StartInfo = start };
        var output = new StringBuilder();
        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (output) output.AppendLine(line.Data);
        }

        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        lock (output) return new(process.ExitCode, output.ToString());
    }
}
