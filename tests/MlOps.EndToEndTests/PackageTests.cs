using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Security;
using System.Xml.Linq;

namespace MlOps.EndToEndTests;

/// <summary>What a team does first: it takes the packages from a folder into a new host, and runs a pipeline with a stage of its own.</summary>
public sealed class PackageTests(PackedRooms packed) : IClassFixture<PackedRooms>
{
    public static TheoryData<string> Rooms() => [.. Repository.Rooms];

    [Fact]
    public void All_rooms_pack_without_a_warning()
    {
        packed.ExitCode.Should().Be(0, packed.Output);
        packed.Output.Should().NotContainEquivalentOf("warning");
        Directory.GetFiles(packed.Folder, "*.nupkg").Select(Path.GetFileName).Should().BeEquivalentTo(Repository.Rooms.Select(room => $"{room}.{PackedRooms.Version}.nupkg"));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_package_says_what_it_is_and_under_which_licence(string room)
    {
        using var package = packed.Open(room);
        package.Entries.Select(e => e.FullName).Should().Contain(["README.md", "icon.png", $"lib/net10.0/{room}.dll", $"lib/net10.0/{room}.xml"]);
        var about = packed.Metadata(room);
        Value(about, "license").Should().Be("MIT");
        Value(about, "readme").Should().Be("README.md");
        Value(about, "icon").Should().Be("icon.png");
        Value(about, "tags").Should().Contain("mlops");
        Value(about, "authors").Should().NotBeNullOrWhiteSpace();
        Value(about, "description").Should().EndWith(".").And.NotContain("Package Description");
        Repository.Rooms.Where(other => other != room).Select(other => Value(packed.Metadata(other), "description")).Should().NotContain(Value(about, "description"));
    }

    [Fact]
    public async Task A_package_names_the_commit_that_it_was_made_from()
    {
        if (!Path.Exists(Repository.PathOf(".git"))) return; // sources without their history
        var head = await Command.RunAsync(Repository.Root, "git", ["rev-parse", "HEAD"], TestContext.Current.CancellationToken);
        var origin = await Command.RunAsync(Repository.Root, "git", ["remote", "get-url", "origin"], TestContext.Current.CancellationToken);

        foreach (var source in Repository.Rooms.Select(room => packed.Metadata(room).Elements().Single(e => e.Name.LocalName == "repository")))
        {
            source.Attribute("type")?.Value.Should().Be("git");
            source.Attribute("commit")?.Value.Should().Be(head.Output.Trim());
            if (origin.Output.StartsWith("https://", StringComparison.Ordinal)) source.Attribute("url")?.Value.Should().StartWith("https://");
        }
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Symbols_are_reproducible_and_hold_no_path_of_the_machine(string room)
    {
        using var package = packed.Open(room);
        using var symbols = packed.Open(room, "snupkg");
        using var assembly = new PEReader(Copy(package, $"lib/net10.0/{room}.dll"));
        assembly.ReadDebugDirectory().Should().Contain(e => e.Type == DebugDirectoryEntryType.Reproducible);
        using var pdb = MetadataReaderProvider.FromPortablePdbStream(Copy(symbols, $"lib/net10.0/{room}.pdb"));
        var reader = pdb.GetMetadataReader();
        var documents = reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name)).ToList();
        documents.Should().NotBeEmpty();
        if (Path.Exists(Repository.PathOf(".git"))) documents.Should().OnlyContain(name => name.StartsWith("/_/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_service_that_only_predicts_carries_neither_DuckDB_nor_a_trainer()
    {
        // The packages that the README names for it.
        var open = new Queue<string>(["MlOps.Serving", "MlOps.MLNet", "MlOps.ModelRegistry", "MlOps.MetadataStore", "MlOps.Sqlite"]);
        var carried = new HashSet<string>(open);
        while (open.TryDequeue(out var package))
        {
            if (!Repository.Rooms.Contains(package)) continue;
            foreach (var needed in packed.Metadata(package).Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value))
                if (carried.Add(needed)) open.Enqueue(needed);
        }

        carried.Should().Contain("Microsoft.ML").And.NotContain(["MlOps.DuckDb", "MlOps.Training", "MlOps.Data"]);
        carried.Should().NotContain(name => name.StartsWith("DuckDB", StringComparison.Ordinal) || name.StartsWith("Parquet", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_host_runs_a_pipeline_with_the_packed_packages()
    {
        using var host = new TemporaryFolder();
        await WriteAsync(host, "nuget.config", Sources(host));
        await WriteAsync(host, "global.json", await File.ReadAllTextAsync(Repository.PathOf("global.json"), TestContext.Current.CancellationToken));
        await WriteAsync(host, "Directory.Build.props", "<Project />"); // whatever lies above the temporary folder
        await WriteAsync(host, "Directory.Build.targets", "<Project />");
        await WriteAsync(host, "Directory.Packages.props", "<Project />");
        await WriteAsync(host, "Host.csproj", Project);
        await WriteAsync(host, "Program.cs", Program);

        var run = await Command.RunAsync(host.Path, "dotnet", ["run", "-c", "Release", "-p:UseSharedCompilation=false"], TestContext.Current.CancellationToken);

        run.ExitCode.Should().Be(0, run.Output);
        run.Output.Should().Contain("first run: 3 rows of 4, cached 0").And.Contain("second run: 3 rows of 4, cached 2");
    }

    private static Task WriteAsync(TemporaryFolder folder, string name, string text) => File.WriteAllTextAsync(folder.PathOf(name), text, TestContext.Current.CancellationToken);

    private static string? Value(XElement about, string name) => about.Elements().SingleOrDefault(e => e.Name.LocalName == name)?.Value;

    private static MemoryStream Copy(ZipArchive archive, string name)
    {
        var copy = new MemoryStream();
        using (var entry = archive.GetEntry(name)!.Open()) entry.CopyTo(copy);
        copy.Position = 0;
        return copy;
    }

    // Ours come from the folder and from nowhere else. Those of others are where the build of these tests has just put them, so nothing is asked of a network.
    private string Sources(TemporaryFolder host) => $"""
        <configuration>
          <config>
            <add key="globalPackagesFolder" value="{host.PathOf("cache")}" />
            <add key="signatureValidationMode" value="accept" />
          </config>
          <packageSources>
            <clear />
            <add key="packed" value="{SecurityElement.Escape(packed.Folder)}" />
          </packageSources>
          <disabledPackageSources><clear /></disabledPackageSources>
          <packageSourceMapping><clear /></packageSourceMapping>
          <fallbackPackageFolders>
            <clear />
            {string.Concat(Repository.PackageFolders.Select((folder, i) => $"""<add key="restored{i}" value="{SecurityElement.Escape(folder)}" />"""))}
          </fallbackPackageFolders>
        </configuration>
        """;

    private const string Project = $"""
        <Project Sdk="Microsoft.NET.Sdk.Web">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <NuGetAudit>false</NuGetAudit>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="MlOps.Sdk" Version="{PackedRooms.Version}" />
          </ItemGroup>
        </Project>
        """;

    private const string Program = """
        using MlOps.Core;
        using MlOps.Data;

        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddMlOps().AddPipeline<Orders>("orders");
        using var host = builder.Build();
        await host.StartAsync();
        var runner = host.Services.GetRequiredService<IPipelineRunner>();
        foreach (var name in new[] { "first", "second" })
        {
            var run = await runner.RunAsync("orders");
            Console.WriteLine($"{name} run: {run.Output<Dataset>().RowCount} rows of 4, cached {run.Stages.Count(s => s.Status == StageStatus.Cached)}");
        }

        await host.StopAsync();

        public sealed record Order(long Id, double? Amount);

        public sealed class Orders : PipelineDefinition
        {
            public override void Define(PipelineBuilder pipeline)
            {
                File.WriteAllText("orders.csv", "id,amount\n1,10\n2,\n3,30\n4,40\n");
                pipeline.Acquire(Source.Csv("orders.csv")).Then<DropUnpaid>();
            }
        }

        // A stage of the host's own.
        public sealed class DropUnpaid(IDatasetStore datasets) : IPipelineStage<Dataset, Dataset>
        {
            public async Task<Dataset> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken)
            {
                var paid = new List<Order>();
                await foreach (var order in datasets.ReadRowsAsync<Order>(input, cancellationToken))
                    if (order.Amount is not null) paid.Add(order);
                return await datasets.WriteAsync("paid", new("stage", context.Stage), Source.Rows(paid).ReadAsync(context.Services, cancellationToken), cancellationToken: cancellationToken);
            }
        }
        """;
}
