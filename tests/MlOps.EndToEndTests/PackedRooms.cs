using System.IO.Compression;
using System.Xml.Linq;

namespace MlOps.EndToEndTests;

/// <summary>The packages of all rooms, packed once. It builds beside the solution, not in it, so that it disturbs no build that is under way.</summary>
public sealed class PackedRooms : IAsyncLifetime
{
    public const string Version = "0.1.0-test";

    // Inside the repository, as every build is: only then are the paths of generated code made the same on every machine.
    private readonly TemporaryFolder _folder = new(AppContext.BaseDirectory);

    public string Folder => _folder.PathOf("packages");

    public int ExitCode { get; private set; }

    public string Output { get; private set; } = string.Empty;

    public async ValueTask InitializeAsync()
    {
        // As in CI. The packages of others are those that the build of these tests was given; '%3B' is a semicolon in a property.
        string[] arguments =
        [
            "pack", "MlOps.Sdk.sln", "-nologo", "-c", "Release", "-o", Folder, "--artifacts-path", _folder.PathOf("build"),
            $"-p:Version={Version}", "-p:ContinuousIntegrationBuild=true", "-p:UseSharedCompilation=false",
            $"-p:RestorePackagesPath={Repository.PackageFolders[0]}", $"-p:RestoreFallbackFolders={string.Join("%3B", Repository.PackageFolders.Skip(1))}",
        ];
        var pack = await Command.RunAsync(Repository.Root, "dotnet", arguments, TestContext.Current.CancellationToken);
        (ExitCode, Output) = (pack.ExitCode, pack.Output);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens a package, or its symbols.</summary>
    public ZipArchive Open(string room, string extension = "nupkg") => ZipFile.OpenRead(Path.Combine(Folder, $"{room}.{Version}.{extension}"));

    /// <summary>Reads what a package says about itself.</summary>
    public XElement Metadata(string room)
    {
        using var package = Open(room);
        using var nuspec = package.GetEntry($"{room}.nuspec")!.Open();
        return XDocument.Load(nuspec).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
    }
}
