using System.IO.Compression;

namespace MlOps.EndToEndTests;

/// <summary>What a team does first: a new host, the packages from a folder, a pipeline with a stage of its own.</summary>
public sealed class PackageTests
{
    private const string Version = "0.1.0-test";

    [Fact]
    public async Task A_new_host_runs_a_pipeline_with_the_packed_packages()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var packages = folder.PathOf("packages");
        var rooms = Directory.GetDirectories(Repository.PathOf("src")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal).ToList();

        var pack = await Command.RunAsync(
            Repository.Root, "dotnet",
            ["pack", "MlOps.Sdk.sln", "-nologo", "-c", "Release", "-o", packages, "--artifacts-path", folder.PathOf("build"), $"-p:Version={Version}", "-p:ContinuousIntegrationBuild=true"],
            cancellationToken);
        pack.ExitCode.Should().Be(0, pack.Output);
        pack.Output.Should().NotContain("warning");

        foreach (var room in rooms)
        {
            File.Exists(Path.Combine(packages, $"{room}.{Version}.snupkg")).Should().BeTrue("{0} has symbols", room);
            await using var package = await ZipFile.OpenReadAsync(Path.Combine(packages, $"{room}.{Version}.nupkg"), cancellationToken);
            package.Entries.Select(e => e.FullName).Should().Contain(["README.md", "icon.png", $"lib/net10.0/{room}.dll", $"lib/net10.0/{room}.xml"]);
        }

        var host = folder.PathOf("host");
        Directory.CreateDirectory(host);
        await File.WriteAllTextAsync(Path.Combine(host, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{folder.PathOf("cache")}" /></config>
              <packageSources><add key="packed" value="{packages}" /></packageSources>
              <fallbackPackageFolders><add key="restored" value="{PackageCache}" /></fallbackPackageFolders>
            </configuration>
            """, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(host, "Host.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="MlOps.Sdk" Version="{Version}" />
              </ItemGroup>
            </Project>
            """, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(host, "Program.cs"), Program, cancellationToken);

        var run = await Command.RunAsync(host, "dotnet", ["run", "-c", "Release"], cancellationToken);
        run.ExitCode.Should().Be(0, run.Output);
        run.Output.Should().Contain("first run: 3 rows of 4, cached 0").And.Contain("second run: 3 rows of 4, cached 2");
    }

    // Restored packages are taken from the machine's cache, so that only our own come from the folder.
    private static string PackageCache => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

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
