using System.Diagnostics;
using System.Globalization;
using MlOps.Core;
using MlOps.Monitoring.Tests.Victim;

namespace MlOps.Monitoring.Tests;

/// <summary>A process whose files the operating system lets grow no more, as on a full disk. What it cannot store it keeps, what it cannot keep it counts, and it goes on when there is room.</summary>
public sealed class FullDiskTests : LogTest
{
    private Process? _process;

    [Fact]
    public async Task What_was_taken_while_the_disk_was_full_is_stored_when_there_is_room()
    {
        Start(rowsPerFile: 10_000, capacity: 100_000);
        await TellAsync("log 1000", "flush", "full", "log 1000");
        (await TellAsync("flush")).Should().Be("refused");
        (await TellAsync("log 1000", "room", "flush")).Should().Be("stored");
        (await TellAsync(Telemetry.PredictionsDropped)).Should().Be("0");
        await EndAsync();
        (await IdsAsync()).Should().Equal(Enumerable.Range(0, 3000));
    }

    [Fact]
    public async Task What_the_process_cannot_keep_is_counted_and_the_rest_is_there()
    {
        Start(rowsPerFile: 100, capacity: 500);
        await TellAsync("full", "log 3000", "flush", "room", "log 100");
        (await TellAsync("flush")).Should().Be("stored");
        var dropped = int.Parse(await TellAsync(Telemetry.PredictionsDropped), CultureInfo.InvariantCulture);
        await EndAsync();
        dropped.Should().BeInRange(1, 3000);
        var ids = await IdsAsync();
        ids.Should().OnlyHaveUniqueItems().And.HaveCount(3100 - dropped);
        ids.TakeLast(100).Should().Equal(Enumerable.Range(3000, 100));
    }

    [Fact]
    public async Task What_was_protected_survives_a_process_that_is_killed_on_a_full_disk()
    {
        Start(rowsPerFile: 100_000, capacity: 100_000);
        await TellAsync("log 1000", "full", "flush", "log 50000");
        var unprotected = int.Parse(await TellAsync(Telemetry.PredictionsUnprotected), CultureInfo.InvariantCulture);
        _process!.Kill();
        await _process.WaitForExitAsync(Stop);
        unprotected.Should().BeGreaterThan(0, "the files that were there before hold less");
        (await IdsAsync()).Should().OnlyHaveUniqueItems().And.HaveCount(51_000 - unprotected).And.Contain(Enumerable.Range(0, 1000));
    }

    private async Task<List<int>> IdsAsync()
    {
        var log = await OpenAsync();
        await log.FlushAsync(Stop);
        return [.. (await ReadAsync(log)).Select(r => int.Parse((string)r[PredictionColumns.Id]!, CultureInfo.InvariantCulture)).Order()];
    }

    /// <summary>Gives the answer to the last line.</summary>
    private async Task<string> TellAsync(params string[] lines)
    {
        string? answer = null;
        foreach (var line in lines)
        {
            await _process!.StandardInput.WriteLineAsync(line.AsMemory(), Stop);
            await _process.StandardInput.FlushAsync(Stop);
            answer = await _process.StandardOutput.ReadLineAsync(Stop) ?? throw new InvalidOperationException($"The process ended at '{line}'.");
        }

        return answer!;
    }

    private async Task EndAsync()
    {
        _process!.StandardInput.Close();
        await _process.WaitForExitAsync(Stop);
        _process.ExitCode.Should().Be(0);
        _process.Dispose();
    }

    private void Start(int rowsPerFile, int capacity) => _process = Process.Start(new ProcessStartInfo(
        "dotnet", [typeof(MortalStore).Assembly.Location, Folder.Path, rowsPerFile.ToString(CultureInfo.InvariantCulture), "disk", capacity.ToString(CultureInfo.InvariantCulture)])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // who is killed leaves the runtime's files
    })!;
}
