using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Extensions.DependencyInjection;

namespace MlOps.Pipelines.Tests;

public sealed class CodeFingerprintTests
{
    private const string Stage = """
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Threading.Tasks;
        public class Stage
        {
            private readonly IHelper _helper;
            public Stage(IHelper helper) { _helper = helper; }
            public async Task<int> Run(int x)
            {
                await Task.Yield();
                var shape = new { Width = x, Height = 2 };
                return new[] { 1, 2, 3 }.Select(i => Helpers.Twice(i) + _helper.Help(x)).Sum() + shape.Width;
            }
        }
        public interface IHelper { int Help(int x); }
        public class Implementation : IHelper { public int Help(int x) => x + Deep.Value(x); }
        public static class Helpers { public static int Twice(int x) => 2 * x; }
        public static class Deep { public static int Value(int x) => x switch { 1 => 10, 2 => 20, 3 => 30, _ => 0 }; }
        public class Unrelated { public int A() => 1; }
        """;

    [Fact]
    public void The_same_source_has_the_same_code()
    {
        Code(Stage).Should().Equal(Code(Stage));
        Code(Stage).Keys.Should().Contain(["code:Stage", "code:Helpers", "code:IHelper", "code:Implementation", "code:Deep", "framework"]).And.NotContain("code:Unrelated");
    }

    [Theory]
    [InlineData("2 * x", "3 * x", "code:Helpers")]
    [InlineData("x + Deep.Value(x)", "x - Deep.Value(x)", "code:Implementation")]
    [InlineData("2 => 20", "2 => 21", "code:Deep")]
    [InlineData("shape.Width", "shape.Height", "code:Stage+<Run>d__2")]
    public void A_change_in_any_code_that_the_stage_reaches_is_seen_and_placed(string before, string after, string part)
    {
        var (old, changed) = (Code(Stage), Code(Stage.Replace(before, after, StringComparison.Ordinal)));

        changed.Where(p => old.GetValueOrDefault(p.Key) != p.Value).Select(p => p.Key).Should().Equal(part);
    }

    [Theory]
    [InlineData("public int A() => 1;", "public int A() => 2; public string B(string s) => s + \"!\";")]
    [InlineData("public class Unrelated", "public class Another { public object O() => new { Other = 1, Names = \"x\" }; } public class Unrelated")]
    [InlineData("public class Stage", "public class Early { public int[] Data() => new[] { 9, 8, 7, 6, 5 }; public Func<int> F() => () => 3; public object O() => new { Q = 1.5 }; } public class Stage")]
    [InlineData("using System.Linq;", "using System.Linq;\n\n\n// a comment\n")]
    public void An_edit_elsewhere_changes_nothing(string before, string after) =>
        Code(Stage.Replace(before, after, StringComparison.Ordinal)).Should().Equal(Code(Stage));

    [Fact]
    public void Constant_data_counts() =>
        Code(Stage.Replace("1, 2, 3 }", "1, 2, 4 }", StringComparison.Ordinal)).Should().NotEqual(Code(Stage));

    [Fact]
    public void Attributes_and_base_types_and_generic_arguments_count()
    {
        const string source = """
            using System;
            using System.Collections.Generic;
            public class Stage : Base { public List<Row> Rows() => new(); }
            public class Base { public virtual int Size() => 1; }
            public class Row { [Obsolete("a")] public int X; public Kind Kind; }
            public enum Kind { A = 1, B = 2 }
            """;
        string[] edits = [source.Replace("=> 1;", "=> 2;"), source.Replace("(\"a\")", "(\"b\")"), source.Replace("B = 2", "B = 3"), source.Replace("int X;", "long X;")];

        edits.Select(e => Text(Code(e))).Append(Text(Code(source))).Should().OnlyHaveUniqueItems();

        static string Text(IReadOnlyDictionary<string, string> code) => string.Join('\n', code.OrderBy(c => c.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void The_implementation_that_the_host_registered_counts()
    {
        var assembly = Compile(Stage);
        var other = Compile("public class Elsewhere { public int Help(int x) => 7; }");
        var services = new ServiceCollection();
        services.AddSingleton(assembly.GetType("IHelper")!, _ => Activator.CreateInstance(other.GetType("Elsewhere")!)!);
        services.AddSingleton(assembly.GetType("Stage")!, other.GetType("Elsewhere")!);

        new CodeFingerprint(services).Of([assembly.GetType("Stage")!]).Keys.Should().Contain("code:Elsewhere");
    }

    [Fact]
    public void A_package_counts_as_a_whole_and_the_framework_with_its_version()
    {
        var code = new CodeFingerprint(new ServiceCollection()).Of([typeof(UsesPackage)]);

        code.Should().ContainKey("package:FluentAssertions");
        code.Keys.Should().NotContain(k => k.StartsWith("code:FluentAssertions", StringComparison.Ordinal) || k.StartsWith("code:System", StringComparison.Ordinal));
    }

    [Fact]
    public void A_host_in_a_single_file_tells_assemblies_by_their_keys()
    {
        Assembly[] framework = [typeof(object).Assembly, typeof(Uri).Assembly, typeof(System.Text.Json.JsonSerializer).Assembly, typeof(Enumerable).Assembly];

        framework.Select(Key).Should().OnlyContain(key => AssemblyOrigins.OfKey(key) == AssemblyOrigin.Framework);
        AssemblyOrigins.OfKey(Key(typeof(ServiceCollection).Assembly)).Should().Be(AssemblyOrigin.Package);
        AssemblyOrigins.OfKey(Key(typeof(CodeFingerprintTests).Assembly)).Should().Be(AssemblyOrigin.Own);

        static string Key(Assembly assembly) => Convert.ToHexStringLower(assembly.GetName().GetPublicKeyToken() ?? []);
    }

    [Fact]
    public void Everything_in_this_assembly_can_be_read()
    {
        var code = new CodeFingerprint(new ServiceCollection());

        foreach (var type in typeof(CodeFingerprintTests).Assembly.GetTypes().Concat(typeof(CodeFingerprint).Assembly.GetTypes())) code.Of([type]).Should().NotBeEmpty();
    }

    [Fact]
    public void A_large_closure_is_kept_short_and_still_notices_everything()
    {
        string Source(int changed) => "public class Stage { public T0 First = new(); }\n" + string.Concat(Enumerable.Range(0, 300)
            .Select(i => $"public class T{i} {{ public int V() => {(i == changed ? 1000 : i)}; public T{Math.Min(i + 1, 299)} Next; }}\n"));

        var code = Code(Source(-1));

        code.Count.Should().BeLessThanOrEqualTo(101);
        code.Should().NotEqual(Code(Source(298))).And.NotEqual(Code(Source(3)));
    }

    private static IReadOnlyDictionary<string, string> Code(string source)
    {
        var assembly = Compile(source);
        return new CodeFingerprint(new ServiceCollection()).Of([assembly.GetType("Stage")!]);
    }

    private static Assembly Compile(string source)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "User", [CSharpSyntaxTree.ParseText(source)], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        result.Success.Should().BeTrue(string.Join('\n', result.Diagnostics));
        image.Position = 0;
        return new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(image);
    }

    private sealed class UsesPackage
    {
        public string Name { get; } = typeof(FluentActions).Name;

        public void Check() => Name.Should().NotBeNull();
    }
}
