using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MlOps.EndToEndTests;

/// <summary>Every C# block in the README and in docs compiles, as a file of a new web project that refers to MlOps.Sdk.</summary>
public sealed partial class DocumentationTests
{
    // The implicit usings of Microsoft.NET.Sdk.Web.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private static readonly CSharpParseOptions Options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);

    private static readonly Lazy<MetadataReference[]> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))]);

    public static TheoryData<string> Pages() => [.. Repository.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_to_a_file_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Repository.PathOf(page))!;
        Link().Matches(File.ReadAllText(Repository.PathOf(page))).Select(link => link.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(folder, link)))
            .Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_code_block_compiles(string page)
    {
        var blocks = ReadBlocks(page);

        blocks.SelectMany(block => Compile(block, blocks)).Should().BeEmpty("{0} shows code", page);
    }

    private static List<Block> ReadBlocks(string page)
    {
        var text = File.ReadAllText(Repository.PathOf(page));
        List<Block> blocks = [];
        foreach (Match match in CSharpBlock().Matches(text))
            blocks.Add(new(page, text.AsSpan(0, match.Groups[1].Index).Count('\n'), Parse(match.Groups[1].Value), blocks.LastOrDefault()?.Usings ?? []));
        return blocks;
    }

    // A block sees the usings above it, and the types of all other blocks on its page; of a type that is shown again, changed, the last one above.
    private static IEnumerable<string> Compile(Block block, IReadOnlyList<Block> page)
    {
        var above = page.TakeWhile(b => b != block).ToList();
        var seen = block.Types.Keys.ToHashSet();
        List<SyntaxTree> trees = [Parse(ImplicitUsings + string.Concat(block.UsingsAbove.Select(u => $"\nglobal {u}"))), block.Tree];
        foreach (var other in above.AsEnumerable().Reverse().Concat(page.Skip(above.Count + 1)))
        {
            var types = other.Types.Where(t => seen.Add(t.Key)).Select(t => t.Value);
            trees.Add(Parse(SyntaxFactory.CompilationUnit().WithUsings([.. other.Usings]).WithMembers([.. types]).NormalizeWhitespace().ToFullString()));
        }

        var kind = block.Root.Members.Any(m => m is GlobalStatementSyntax) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        var compilation = CSharpCompilation.Create("Page", trees, References.Value, new(kind, nullableContextOptions: NullableContextOptions.Enable));
        return compilation.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(d => d.Severity == DiagnosticSeverity.Error && d.Location.SourceTree == block.Tree)
            .Select(d => $"{block.Page}:{block.Line + 1 + d.Location.GetLineSpan().StartLinePosition.Line}: {d.GetMessage(CultureInfo.InvariantCulture)}");
    }

    private static SyntaxTree Parse(string code) => CSharpSyntaxTree.ParseText(code, Options, cancellationToken: TestContext.Current.CancellationToken);

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```csharp\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    private sealed record Block(string Page, int Line, SyntaxTree Tree, IReadOnlyList<UsingDirectiveSyntax> UsingsAbove)
    {
        public CompilationUnitSyntax Root { get; } = (CompilationUnitSyntax)Tree.GetRoot();

        public IReadOnlyList<UsingDirectiveSyntax> Usings => [.. UsingsAbove, .. Root.Usings];

        public IReadOnlyDictionary<string, MemberDeclarationSyntax> Types => Root.Members.OfType<BaseTypeDeclarationSyntax>().ToDictionary(t => t.Identifier.Text, MemberDeclarationSyntax (t) => t);
    }
}
