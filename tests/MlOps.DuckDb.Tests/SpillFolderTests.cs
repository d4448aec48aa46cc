using System.Diagnostics;

namespace MlOps.DuckDb.Tests;

public sealed class SpillFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_is_for_this_user_only_and_goes_with_its_database()
    {
        using (var folder = SpillFolder.Create(_folder["spill"]))
        {
            Directory.GetDirectories(_folder["spill"]).Should().Equal(folder.FullName);
            if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(folder.FullName).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.WriteAllText(Path.Combine(folder.FullName, "duckdb_temp_storage-0.tmp"), "spilled");
        }

        Directory.GetFileSystemEntries(_folder["spill"]).Should().BeEmpty();
    }

    [Fact]
    public async Task A_process_that_ends_without_closing_its_engine_leaves_nothing()
    {
        using var process = Read("end");
        await process.WaitForExitAsync(Token);
        process.ExitCode.Should().Be(0);
        Directory.GetFileSystemEntries(_folder["spill"]).Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_killed_process_left_goes_with_the_first_folder_of_another_one_and_what_lives_stays()
    {
        using var living = Read("wait");
        (await living.StandardOutput.ReadLineAsync(Token)).Should().Be("read");
        var ofLiving = Directory.GetDirectories(_folder["spill"]).Single();
        using var killed = Read("wait");
        (await killed.StandardOutput.ReadLineAsync(Token)).Should().Be("read");
        var ofKilled = Directory.GetDirectories(_folder["spill"]).Except([ofLiving]).Single();
        await File.WriteAllTextAsync(Path.Combine(ofKilled, "duckdb_temp_storage-0.tmp"), "spilled", Token);
        killed.Kill();
        await killed.WaitForExitAsync(Token);
        using (var own = SpillFolder.Create(_folder["spill"])) Directory.GetDirectories(_folder["spill"]).Should().BeEquivalentTo([ofLiving, own.FullName]);
        living.Kill();
        await living.WaitForExitAsync(Token);
    }

    [Fact]
    public void What_is_none_of_ours_is_left_alone()
    {
        var unlocked = Directory.CreateDirectory(_folder["spill/mlops-duckdb-unlocked"]).FullName;
        var foreign = Directory.CreateDirectory(_folder["spill/mlops-duckdb-foreign"]).FullName;
        foreach (var file in new[] { "lock", "duckdb_temp_storage-0.tmp", "mine" }) File.WriteAllText(Path.Combine(foreign, file), "x");
        using var folder = SpillFolder.Create(_folder["spill"]);
        Directory.Exists(unlocked).Should().BeTrue("its process may be about to lock it");
        Directory.GetFiles(foreign).Should().Equal(Path.Combine(foreign, "mine"));
    }

    [Fact]
    public void No_link_is_followed()
    {
        if (OperatingSystem.IsWindows()) return; // links are the administrator's there
        var elsewhere = Directory.CreateDirectory(_folder["elsewhere"]).FullName;
        foreach (var file in new[] { "lock", "duckdb_temp_storage-0.tmp" }) File.WriteAllText(Path.Combine(elsewhere, file), "x");
        Directory.CreateDirectory(_folder["spill"]);
        Directory.CreateSymbolicLink(_folder["spill/mlops-duckdb-link"], elsewhere);
        using var folder = SpillFolder.Create(_folder["spill"]);
        Directory.GetFiles(elsewhere).Should().HaveCount(2);
    }

    private Process Read(string end) => Process.Start(new ProcessStartInfo(
        Path.ChangeExtension(typeof(SpillFolderTests).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null),
        ["read", _folder.Write("a.csv", "a\n1\n"), _folder["spill"], end])
    {
        RedirectStandardOutput = true,
        Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // who is killed leaves the runtime's files
    })!;
}
