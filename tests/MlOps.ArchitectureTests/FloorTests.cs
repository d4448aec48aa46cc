using System.Text.RegularExpressions;

namespace MlOps.ArchitectureTests;

/// <summary>An arrow between rooms points down, a domain knows no other domain and no backend, and a third-party package has one room.</summary>
public sealed partial class FloorTests
{
    private static readonly string[] Domains = ["Data", "DataValidation", "FeatureStore", "MetadataStore", "ModelRegistry", "Monitoring", "Pipelines", "Training"];
    private static readonly string[] DomainsThatCount = ["Data", "DataValidation", "FeatureStore", "Monitoring"];
    private static readonly string[] Backends = ["DuckDb", "Relational", "Sqlite", "Postgres", "MLNet", "Onnx", "Redis"];
    private static readonly string[] RelationalBackends = ["Sqlite", "Postgres"];
    private static readonly string[] Edges = ["Serving", "Mlflow"];

    // What several rooms may use: abstractions of the platform.
    private static readonly string[] Platform = ["Microsoft.Extensions."];

    // The packages that are allowed in more than one room, with those rooms.
    private static readonly Dictionary<string, string[]> Shared = new()
    {
        ["Microsoft.ML"] = ["Training", "MLNet"],
        ["System.Numerics.Tensors"] = ["Training", "MLNet"],
    };

    public static TheoryData<string> Rooms() => [.. Repository.Projects("src").Select(NameOf)];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_refers_only_to_rooms_below_it(string room)
    {
        var path = Repository.Projects("src").Single(p => NameOf(p) == room);
        var allowed = AllowedFor(room);
        var wrong = File.ReadLines(path)
            .Select((line, index) => (line, number: index + 1, match: ProjectReference().Match(line)))
            .Where(l => l.match.Success && !allowed(l.match.Groups[1].Value))
            .Select(l => $"{Path.GetRelativePath(Repository.Root, path)}:{l.number}: {l.line.Trim()}");
        wrong.Should().BeEmpty("MlOps.{0} stands on a floor from which these arrows do not point down", room);
    }

    [Fact]
    public void A_third_party_package_appears_in_one_room()
    {
        var uses = from path in Repository.Projects("src")
                   from line in File.ReadLines(path).Select((text, index) => (text, number: index + 1))
                   let match = PackageReference().Match(line.text)
                   where match.Success
                   let package = match.Groups[1].Value
                   where !Platform.Any(p => package.StartsWith(p, StringComparison.Ordinal))
                   select (package, room: NameOf(path), place: $"{Path.GetRelativePath(Repository.Root, path)}:{line.number}: {line.text.Trim()}");
        var wrong = uses.GroupBy(u => u.package)
            .Where(g => g.Count() > 1 && !(Shared.TryGetValue(g.Key, out var rooms) && g.All(u => rooms.Contains(u.room))))
            .SelectMany(g => g.Select(u => u.place));
        wrong.Should().BeEmpty("a package that has one room can be replaced by touching one folder");
    }

    [Fact]
    public void Versions_stand_in_one_file_only()
    {
        var wrong = from folder in new[] { "src", "tests", "benchmarks", "docs" }
                    where Directory.Exists(Path.Combine(Repository.Root, folder))
                    from path in Repository.Projects(folder)
                    from line in File.ReadLines(path)
                    where line.Contains("PackageReference", StringComparison.Ordinal) && line.Contains("Version=", StringComparison.Ordinal)
                    select $"{Path.GetRelativePath(Repository.Root, path)}: {line.Trim()}";
        wrong.Should().BeEmpty("versions are pinned in Directory.Packages.props");
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "MlOps.Sdk.sln")).Replace('\\', '/');
        var missing = new[] { "src", "tests", "benchmarks", "docs" }
            .Where(f => Directory.Exists(Path.Combine(Repository.Root, f)))
            .SelectMany(Repository.Projects)
            .Select(p => Path.GetRelativePath(Repository.Root, p).Replace('\\', '/'))
            .Where(p => !solution.Contains(p, StringComparison.Ordinal));
        missing.Should().BeEmpty("what is not in the solution is neither built nor tested");
    }

    [Fact]
    public void Every_room_has_tests() =>
        Repository.Projects("src").Select(NameOf).Where(room => room != "Sdk")
            .Should().OnlyContain(room => Directory.Exists(Path.Combine(Repository.Root, "tests", $"MlOps.{room}.Tests")), "tests mirror src");

    [Fact]
    public void Code_takes_its_time_from_a_TimeProvider()
    {
        var wrong = from path in Repository.Sources("src")
                    from line in File.ReadLines(path).Select((text, index) => (text, number: index + 1))
                    where Clock().IsMatch(line.text)
                    select $"{Path.GetRelativePath(Repository.Root, path)}:{line.number}: {line.text.Trim()}";
        wrong.Should().BeEmpty("a run must be replayable");
    }

    private static Func<string, bool> AllowedFor(string room) => room switch
    {
        "Statistics" => _ => false,
        "Core" => r => r == "Statistics",
        "Sdk" => _ => true,
        "Testing" => r => r == "Core",
        _ when RelationalBackends.Contains(room) => r => r is "Core" or "Relational",
        _ when DomainsThatCount.Contains(room) => r => r is "Core" or "Statistics",
        _ when Domains.Contains(room) || Backends.Contains(room) || Edges.Contains(room) => r => r == "Core",
        _ => throw new InvalidOperationException($"MlOps.{room} stands on no floor yet: say in this test on which."),
    };

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path)["MlOps.".Length..];

    [GeneratedRegex("""<ProjectReference Include="[^"]*MlOps\.([A-Za-z0-9]+)\.csproj""")]
    private static partial Regex ProjectReference();

    [GeneratedRegex("""<PackageReference Include="([^"]+)""")]
    private static partial Regex PackageReference();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?(Now|Today)\b")]
    private static partial Regex Clock();
}
