using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>Who made an assembly, and so how finely its changes are told apart.</summary>
internal enum AssemblyOrigin
{
    /// <summary>.NET itself: counts with its version.</summary>
    Framework,

    /// <summary>A package: counts as a whole, with the packages that it needs.</summary>
    Package,

    /// <summary>The host's own code: counts type by type.</summary>
    Own,
}

/// <summary>Tells the host's own assemblies from packages and from .NET, by where they lie and by the host's .deps.json.</summary>
internal static class AssemblyOrigins
{
    private static readonly string[] FrameworkKeys = ["7cec85d7bea7798e", "b03f5f7f11d50a3a", "b77a5c561934e089", "cc7b13ffcd2ddd51"];
    private const string ExtensionsKey = "adb9793829ddae60";
    private static readonly ConcurrentDictionary<Assembly, AssemblyOrigin> Known = new();
    private static readonly ConcurrentDictionary<Assembly, string> Versions = new();
    private static readonly Lazy<Dictionary<string, Library>> Libraries = new(ReadLibraries);
    private static readonly string SharedFrameworks = SharedFrameworkFolder();

    public static AssemblyOrigin Of(Assembly assembly) => Known.GetOrAdd(assembly, static a => Classify(a));

    /// <summary>Identifies the build of a package's assembly and the versions of everything that the package needs, native parts included.</summary>
    public static string VersionOf(Assembly assembly) => Versions.GetOrAdd(assembly, static a =>
    {
        var name = a.GetName();
        var needs = Libraries.Value.TryGetValue(name.Name ?? string.Empty, out var library) ? Sha256.Hex(string.Join('\n', library.Needs))[..12] : "alone";
        return $"{library?.Version ?? name.Version?.ToString()} {a.ManifestModule.ModuleVersionId:N} {needs}";
    });

    private static AssemblyOrigin Classify(Assembly assembly)
    {
        if (assembly == typeof(object).Assembly) return AssemblyOrigin.Framework;
        if (assembly.IsDynamic) return AssemblyOrigin.Own;
        if (assembly.Location is { Length: > 0 } path && SharedFrameworks.Length > 0 && path.StartsWith(SharedFrameworks, StringComparison.Ordinal))
            return AssemblyOrigin.Framework;
        if (Libraries.Value.TryGetValue(assembly.GetName().Name ?? string.Empty, out var library)) return library.IsPackage ? AssemblyOrigin.Package : AssemblyOrigin.Own;
        return OfKey(Convert.ToHexStringLower(assembly.GetName().GetPublicKeyToken() ?? []));
    }

    /// <summary>Tells by who signed an assembly: a host in a single file has neither folders nor a .deps.json.</summary>
    internal static AssemblyOrigin OfKey(string publicKeyToken) => FrameworkKeys.Contains(publicKeyToken) ? AssemblyOrigin.Framework
        : publicKeyToken == ExtensionsKey ? AssemblyOrigin.Package
        : AssemblyOrigin.Own;

    // .../shared/Microsoft.NETCore.App/10.0.0/System.Private.CoreLib.dll; a self-contained host has no such folder and its .deps.json knows the runtime pack.
    private static string SharedFrameworkFolder()
    {
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(object).Assembly.Location)));
        return Path.GetFileName(folder) == "shared" ? folder + Path.DirectorySeparatorChar : string.Empty;
    }

    private static Dictionary<string, Library> ReadLibraries()
    {
        var found = new Dictionary<string, Library>(StringComparer.OrdinalIgnoreCase);
        var files = (AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries);
        foreach (var file in files)
        {
            try
            {
                using var json = JsonDocument.Parse(File.ReadAllBytes(file));
                Read(json.RootElement, found);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
            {
                // Without it every assembly outside .NET counts type by type, which is as right and only slower.
            }
        }

        return found;
    }

    private static void Read(JsonElement deps, Dictionary<string, Library> found)
    {
        var kinds = deps.GetProperty("libraries").EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetProperty("type").GetString());
        foreach (var target in deps.GetProperty("targets").EnumerateObject())
        {
            var keys = target.Value.EnumerateObject().ToDictionary(l => l.Name.Split('/')[0], l => l, StringComparer.OrdinalIgnoreCase);
            foreach (var (name, library) in keys)
            {
                if (!library.Value.TryGetProperty("runtime", out var runtime)) continue;
                var isPackage = kinds.GetValueOrDefault(library.Name) is "package" or "runtimepack";
                foreach (var dll in runtime.EnumerateObject())
                    found.TryAdd(Path.GetFileNameWithoutExtension(dll.Name), new(isPackage, library.Name.Split('/')[^1], Needs(name, keys)));
            }
        }
    }

    private static List<string> Needs(string name, Dictionary<string, JsonProperty> libraries)
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([name]);
        while (open.TryPop(out var next))
        {
            if (!libraries.TryGetValue(next, out var library) || !seen.Add(library.Name)) continue;
            if (!library.Value.TryGetProperty("dependencies", out var needs)) continue;
            foreach (var need in needs.EnumerateObject()) open.Push(need.Name);
        }

        return [.. seen];
    }

    private sealed record Library(bool IsPackage, string Version, IReadOnlyList<string> Needs);
}
