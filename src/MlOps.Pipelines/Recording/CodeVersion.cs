using System.Diagnostics;
using System.Reflection;

namespace MlOps.Pipelines;

/// <summary>Which code this process runs.</summary>
/// <param name="Commit">The git commit; null when unknown.</param>
/// <param name="IsDirty">Whether tracked files were changed since that commit; null when unknown.</param>
/// <param name="Assembly">The entry assembly with its version.</param>
/// <param name="ModuleId">The identifier that the compiler gave to exactly this build of it.</param>
internal sealed record CodeVersion(string? Commit, bool? IsDirty, string Assembly, string ModuleId)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly Lazy<Task<CodeVersion>> Once = new(() => Task.Run(ReadAsync));

    /// <summary>Reads it once per process: what is loaded does not change afterwards.</summary>
    public static Task<CodeVersion> GetAsync() => Once.Value;

    private static async Task<CodeVersion> ReadAsync()
    {
        var entry = System.Reflection.Assembly.GetEntryAssembly() ?? typeof(CodeVersion).Assembly;
        var version = entry.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? entry.GetName().Version?.ToString() ?? "0";
        var (commit, isDirty) = await GitAsync(Environment.CurrentDirectory).ConfigureAwait(false);
        commit ??= version.Split('+') is [_, { Length: 40 } built] && built.All(char.IsAsciiHexDigitLower) ? built : null;
        return new(commit, isDirty, $"{entry.GetName().Name} {version}", entry.ManifestModule.ModuleVersionId.ToString("D"));
    }

    /// <summary>Asks git about a folder. No repository, no git, a slow one or a refusing one are all the same: unknown.</summary>
    internal static async Task<(string? Commit, bool? IsDirty)> GitAsync(string folder)
    {
        if (!IsInRepository(folder) || FindGit() is not { } git) return (null, null);
        using var patience = new CancellationTokenSource(Patience);
        var commit = (await RunAsync(git, folder, ["rev-parse", "--verify", "HEAD"], patience.Token).ConfigureAwait(false))?.Trim();
        if (commit is not { Length: >= 40 }) return (null, null);
        var changes = await RunAsync(git, folder, ["status", "--porcelain", "--untracked-files=no"], patience.Token).ConfigureAwait(false);
        return (commit, changes is null ? null : changes.Length > 0);
    }

    private static bool IsInRepository(string folder)
    {
        for (var parent = new DirectoryInfo(folder); parent is not null; parent = parent.Parent)
        {
            if (Path.Exists(Path.Combine(parent.FullName, ".git"))) return true;
        }

        return false;
    }

    // Never the one in the working folder, which Windows would take first.
    private static string? FindGit() => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathFullyQualified)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "git.exe" : "git"))
        .FirstOrDefault(File.Exists);

    private static async Task<string?> RunAsync(string git, string folder, string[] arguments, CancellationToken cancellationToken)
    {
        // No hook of the repository is run and nothing is written to it.
        var start = new ProcessStartInfo(git, ["--no-optional-locks", "-c", "core.fsmonitor=false", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start);
            if (process is null) return null;
            try
            {
                process.StandardInput.Close();
                process.ErrorDataReceived += static (_, _) => { };
                process.BeginErrorReadLine();
                var output = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
                await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
                return process.ExitCode == 0 ? output : null;
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return null;
            }
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException or InvalidOperationException)
        {
            return null;
        }
    }
}
