using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MlOps.EndToEndTests;

/// <summary>Every C# block in the README and in docs compiles. Types that a page declares can be used by its later blocks.</summary>
public sealed partial class DocumentationTests
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private static readonly CSharpParseOptions Parse = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);

    private static readonly Lazy<MetadataReference[]> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))]);

    public static TheoryData<string> Pages() =>
        [.. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Prepend(Repository.PathOf("README.md"))
            .Append(Repository.PathOf("CONTRIBUTING.md"))
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_code_block_compiles(string page)
    {
        var text = File.ReadAllText(Repository.PathOf(page));
        List<MemberDeclarationSyntax> declared = [];
        List<string> errors = [];
        var cancellationToken = TestContext.Current.CancellationToken;
        foreach (Match block in CSharpBlock().Matches(text))
        {
            var tree = CSharpSyntaxTree.ParseText(block.Groups[1].Value, Parse, cancellationToken: cancellationToken);
            var root = tree.GetCompilationUnitRoot(cancellationToken);
            var types = root.Members.Where(m => m is BaseTypeDeclarationSyntax).ToList();
            var names = types.Select(NameOf).ToHashSet();
            // A later block may show a type again, changed.
            var earlier = SyntaxFactory.CompilationUnit()
                .WithUsings(root.Usings)
                .WithMembers(SyntaxFactory.List(declared.Where(m => !names.Contains(NameOf(m)))));
            var isProgram = root.Members.Any(m => m is GlobalStatementSyntax);
            var compilation = CSharpCompilation.Create(
                "Page",
                [CSharpSyntaxTree.ParseText(Usings, Parse, cancellationToken: cancellationToken), CSharpSyntaxTree.ParseText(earlier.NormalizeWhitespace().ToFullString(), Parse, cancellationToken: cancellationToken), tree],
                References.Value,
                new CSharpCompilationOptions(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
            var line = text.AsSpan(0, block.Index).Count('\n') + 1;
            errors.AddRange(compilation.GetDiagnostics(cancellationToken)
                .Where(d => d.Severity == DiagnosticSeverity.Error)
                .Select(d => $"{page}:{line + 1 + d.Location.GetLineSpan().StartLinePosition.Line}: {d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}"));
            declared.RemoveAll(m => names.Contains(NameOf(m)));
            declared.AddRange(types);
        }

        errors.Should().BeEmpty();
    }

    private static string NameOf(MemberDeclarationSyntax member) => ((BaseTypeDeclarationSyntax)member).Identifier.Text;

    [GeneratedRegex(@"^```csharp\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
