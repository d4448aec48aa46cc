using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation.Tests;

/// <summary>C# that is printed compiles and makes the suite that was suggested.</summary>
public sealed class SuiteCSharpTests
{
    [Fact]
    public void What_is_printed_makes_the_suite()
    {
        var profile = SampleProfiles.Flights();
        profile.Column("\"odd\\ \n\u202e name\"").Add(new string?[] { "a\"b", "a\"b", "c\\\n", "c\\\n", null });
        profile.Column("code").Add(new string?[] { "1", "2", "3" });
        profile.Column("longs").Add([long.MinValue, long.MaxValue]);
        profile.Column("mostly").Add([.. Enumerable.Repeat<string?>("Y", 57), .. Enumerable.Repeat<string?>("N", 42), "x"]);
        var suggestions = SuiteSuggestions.From(profile, "flights \"2026\"");
        var made = Run(suggestions.ToCSharp());
        made.Name.Should().Be(suggestions.Name);
        made.Expectations.Select(Text).Should().Equal(suggestions.ToSuite().Expectations.Select(Text));
        suggestions.Suggestions.Select(s => s.Rule).Distinct().Should().HaveCountGreaterThan(10);
    }

    [Fact]
    public void No_suggestions_make_an_empty_suite() => Run(SuiteSuggestions.From(new DatasetProfile(), "empty").ToCSharp()).Expectations.Should().BeEmpty();

    private static string Text(Expectation expectation) => expectation.GetType().Name + System.Text.Json.JsonSerializer.Serialize(expectation with { Reason = null }, expectation.GetType(), MlOpsJson.Options);

    private static ExpectationSuite Run(string code)
    {
        var source = $"using MlOps.DataValidation; public static class Printed {{ public static ExpectationSuite Make() {{ {code} return suite; }} }}";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p => MetadataReference.CreateFromFile(p));
        var compilation = CSharpCompilation.Create("printed", [CSharpSyntaxTree.ParseText(source)], references, new(OutputKind.DynamicallyLinkedLibrary));
        using var bytes = new MemoryStream();
        var result = compilation.Emit(bytes);
        result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty("this is what was printed:\n{0}", code);
        return (ExpectationSuite)Assembly.Load(bytes.ToArray()).GetType("Printed")!.GetMethod("Make")!.Invoke(null, null)!;
    }
}
