using System.Reflection;
using PublicApiGenerator;

namespace MlOps.ArchitectureTests;

/// <summary>The public face of each assembly is an approved text file; a change there is what a reviewer reads first.</summary>
public sealed class PublicApiTests
{
    private static readonly ApiGeneratorOptions Options = new()
    {
        IncludeAssemblyAttributes = false,
        DenyNamespacePrefixes = ["System"], // but not Microsoft: what a room adds to a builder lies in Microsoft.Extensions.DependencyInjection
        // xunit's attributes carry the path of the source file and its lines: no part of a promise.
        ExcludeAttributes = ["System.Runtime.CompilerServices.CompilerFeatureRequiredAttribute", "Xunit.FactAttribute", "Xunit.TheoryAttribute", "Xunit.InlineDataAttribute", "Xunit.MemberDataAttribute"],
    };

    public static TheoryData<string> Rooms() => [.. Repository.Projects("src").Select(p => Path.GetFileNameWithoutExtension(p))];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void The_public_face_is_the_approved_one(string room)
    {
        var current = Assembly.Load(room).GeneratePublicApi(Options).ReplaceLineEndings("\n");
        var approved = Path.Combine(Repository.Root, "tests", "MlOps.ArchitectureTests", "PublicApi", room + ".txt");
        var received = Path.ChangeExtension(approved, ".received.txt");
        if (File.Exists(approved) && File.ReadAllText(approved).ReplaceLineEndings("\n") == current)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, current);
        Assert.Fail($"The public face of {room} is not the approved one. Compare {received} with {approved}, and replace the approved file if the change is meant.");
    }
}
