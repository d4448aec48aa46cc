using System.Diagnostics;
using MlOps.Core;
using MlOps.Monitoring.Tests.Victim;

namespace MlOps.Monitoring.Tests;

/// <summary>Processes that log are killed (SIGKILL): what the log had taken is there after the next start, once.</summary>
public sealed class KillTests : LogTest
{
    [Theory]
    [InlineData(40, 1_000_000)] // all of it waits in files
    [InlineData(2_000, 1_000_000)]
    [InlineData(2_000, 50)] // the store takes some now and then
    public async Task What_was_taken_survives_the_process_and_is_there_once(int predictions, int rowsPerFile)
    {
        await KillAfterAsync(predictions, rowsPerFile, "first");
        await KillAfterAsync(predictions, rowsPerFile, "second");
        using var recovered = Collect(Telemetry.PredictionsRecovered);
        var log = await OpenAsync();
        await log.FlushAsync(Stop);
        await CheckAsync(log, "first", "second");
        Directory.EnumerateFiles(Folder.Path, "*.wal", SearchOption.AllDirectories).Where(f => !f.Contains(OwnSegments(), StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task What_was_stored_just_before_the_process_died_is_not_stored_again()
    {
        using var process = Start(20, "die", "only");
        _taken["only"] = await TakenAsync(process, int.MaxValue);
        await process.WaitForExitAsync(Stop);
        process.ExitCode.Should().Be(128 + 9);
        Folder.Files().Should().NotBeEmpty();
        var log = await OpenAsync();
        await log.FlushAsync(Stop);
        await CheckAsync(log, "only");
    }

    private readonly Dictionary<string, int> _taken = [];

    private string OwnSegments() => ((PredictionLog)Services.GetService(typeof(IPredictionLog))!).Segments!.Instance;

    // Whoever was told that its prediction was taken finds it; the one on its way may be there or not.
    private async Task CheckAsync(IPredictionLog log, params string[] names)
    {
        var ids = new List<string>();
        foreach (var model in (string[])["flight-delay", "other"]) ids.AddRange((await ReadAsync(log, model)).Select(r => (string)r[PredictionColumns.Id]!));
        ids.Should().OnlyHaveUniqueItems();
        foreach (var name in names)
        {
            var found = ids.Where(id => id.StartsWith(name + "-", StringComparison.Ordinal)).Select(id => int.Parse(id[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture)).Order().ToList();
            found.Should().Equal(Enumerable.Range(0, found.Count));
            found.Count.Should().BeInRange(_taken[name], _taken[name] + 2);
        }
    }

    private async Task KillAfterAsync(int predictions, int rowsPerFile, string name)
    {
        using var process = Start(rowsPerFile, name);
        var taken = await TakenAsync(process, predictions);
        process.Kill();
        taken = Math.Max(taken, await TakenAsync(process, int.MaxValue));
        await process.WaitForExitAsync(Stop);
        _taken[name] = taken;
    }

    private static async Task<int> TakenAsync(Process process, int most)
    {
        var (taken, number) = (0, new byte[4]);
        while (taken < most && await process.StandardOutput.BaseStream.ReadAtLeastAsync(number, 4, throwOnEndOfStream: false, Stop) == 4) taken = BitConverter.ToInt32(number) + 1;
        return taken;
    }

    private Process Start(int rowsPerFile, params string[] rest) => Process.Start(new ProcessStartInfo(
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
        [typeof(MortalStore).Assembly.Location, Folder.Path, rowsPerFile.ToString(System.Globalization.CultureInfo.InvariantCulture), .. rest])
    {
        RedirectStandardOutput = true,
        Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // who is killed leaves the runtime's files
    })!;
}
