using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>Says which code a stage consists of: its own type and, in turn, every type of the host's that this code mentions, a helper's helper included.</summary>
/// <remarks>
/// Finer than an assembly, so that an edit elsewhere leaves earlier results valid, and coarser than a method, so that nothing is missed: a type counts as a whole;
/// an interface or base class brings what implements it in the same assembly and in the host's services. Packages count as a whole and .NET with its version.
/// Not seen: what is only found by name at run time, static state, and configuration that a helper reads. Thread-safe.
/// </remarks>
internal sealed class CodeFingerprint(IServiceCollection services)
{
    private const int MaxParts = 100;
    private static readonly ConcurrentDictionary<Assembly, FrozenDictionary<Type, Type[]>> Heirs = new();
    private readonly ConcurrentDictionary<MemberInfo, IReadOnlyList<KeyValuePair<string, string>>> _closures = new();

    /// <summary>Gives the parts of the code that hangs together with some types and methods, each with its digest.</summary>
    public IReadOnlyDictionary<string, string> Of(IReadOnlyCollection<MemberInfo> roots)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal) { ["framework"] = Environment.Version.ToString(2) };
        var others = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (name, digest) in roots.SelectMany(root => _closures.GetOrAdd(root, Close)))
        {
            // Two assemblies may have a type of one name.
            if (parts.TryGetValue(name, out var known) ? known != digest : parts.Count >= MaxParts) others.Add($"{name} {digest}");
            else parts[name] = digest;
        }

        if (others.Count > 0) parts["code:others"] = $"{others.Count} types {Sha256.Hex(string.Join('\n', others))[..16]}";
        return parts;
    }

    /// <summary>Gives the object that the host registered for a type as it is; null when it registered none, or how to make one.</summary>
    public object? FindInstance(Type type) => services.LastOrDefault(s => !s.IsKeyedService && s.ServiceType == type)?.ImplementationInstance;

    private List<KeyValuePair<string, string>> Close(MemberInfo root)
    {
        var parts = new List<KeyValuePair<string, string>>();
        var packages = new HashSet<Assembly>();
        var seen = new HashSet<MemberInfo>();
        var open = new Queue<MemberInfo>();
        Enqueue(root);
        while (open.TryDequeue(out var member))
        {
            if (member.Module.Assembly is var assembly && AssemblyOrigins.Of(assembly) == AssemblyOrigin.Package)
            {
                if (packages.Add(assembly)) parts.Add(new($"package:{assembly.GetName().Name}", AssemblyOrigins.VersionOf(assembly)));
                continue;
            }

            var unit = CodeReader.Of(member);
            parts.Add(new($"code:{Label(member)}", unit.Digest));
            foreach (var mention in unit.Mentions) Enqueue(mention);
            if (member is not Type type) continue;
            foreach (var heir in HeirsOf(type)) Enqueue(heir);
            foreach (var service in ServicesFor(type)) Enqueue(service);
        }

        return parts;

        void Enqueue(MemberInfo member)
        {
            while (member is Type { HasElementType: true } compound) member = compound.GetElementType()!;
            if (member is Type { IsGenericType: true, IsGenericTypeDefinition: false } constructed)
            {
                foreach (var argument in constructed.GetGenericArguments()) Enqueue(argument);
                member = constructed.GetGenericTypeDefinition();
            }

            if (member is Type { IsGenericParameter: true } || IsNumberedByCompiler(member)) return;
            if (AssemblyOrigins.Of(member.Module.Assembly) != AssemblyOrigin.Framework && seen.Add(member)) open.Enqueue(member);
        }
    }

    private static string Label(MemberInfo member) => member is Type type
        ? TypeNames.Of(type)
        : $"{TypeNames.Of(member.DeclaringType!)}.{member.Name}";

    // Anonymous types and the constant data of an assembly are named by content where they are used.
    private static bool IsNumberedByCompiler(MemberInfo member) =>
        member.Name.StartsWith("<>f__AnonymousType", StringComparison.Ordinal)
        || (member.DeclaringType ?? member).Name.StartsWith("<PrivateImplementationDetails>", StringComparison.Ordinal);

    private static Type[] HeirsOf(Type type) => type is { IsInterface: true } or { IsAbstract: true, IsSealed: false }
        ? Heirs.GetOrAdd(type.Assembly, static a => FindHeirs(a)).GetValueOrDefault(type) ?? []
        : [];

    private static FrozenDictionary<Type, Type[]> FindHeirs(Assembly assembly)
    {
        Type?[] types;
        try
        {
            types = assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            types = e.Types;
        }

        return types.OfType<Type>()
            .SelectMany(heir => heir.GetInterfaces().Append(heir.BaseType).OfType<Type>().Select(parent => (Parent: Definition(parent), Heir: heir)))
            .Where(pair => pair.Parent.Assembly == assembly)
            .Distinct()
            .GroupBy(pair => pair.Parent, pair => pair.Heir)
            .ToFrozenDictionary(group => group.Key, group => group.OrderBy(TypeNames.Of, StringComparer.Ordinal).ToArray());
    }

    // The contracts of MlOps.Core stand for stores and engines, which may be exchanged without making earlier results wrong.
    private IEnumerable<MemberInfo> ServicesFor(Type type)
    {
        if (type.Assembly == typeof(IPipelineRunner).Assembly) yield break;
        foreach (var service in services)
        {
            if (service.IsKeyedService || Definition(service.ServiceType) != type) continue;
            if (service.ImplementationType is { } implementation) yield return implementation;
            else if (service.ImplementationInstance is { } instance) yield return instance.GetType();
            else if (service.ImplementationFactory is { } factory) yield return factory.Method;
        }
    }

    private static Type Definition(Type type) => type is { IsGenericType: true, IsGenericTypeDefinition: false } ? type.GetGenericTypeDefinition() : type;
}
