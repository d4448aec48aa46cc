using System.Reflection;
using System.Runtime.CompilerServices;

namespace MlOps.Pipelines;

/// <summary>Names of types that hold no version and no number which an edit elsewhere in the assembly would change.</summary>
internal static class TypeNames
{
    public static string Of(Type type)
    {
        if (type.IsGenericParameter) return type.Name;
        if (type.HasElementType)
        {
            var element = Of(type.GetElementType()!);
            return type.IsArray ? $"{element}[{new string(',', type.GetArrayRank() - 1)}]" : element + (type.IsByRef ? "&" : "*");
        }

        if (type.IsFunctionPointer) return "fnptr";
        if (IsAnonymous(type)) return $"anonymous{{{string.Join(',', type.GetProperties().OrderBy(p => p.MetadataToken).Select(p => p.Name))}}}{Arguments(type)}";
        var name = type.DeclaringType is { } outer ? $"{Definition(outer)}+{type.Name}" : Definition(type);
        return name + Arguments(type);
    }

    /// <summary>The name that a person would say: without the namespace, and of the type that a compiler-made one belongs to.</summary>
    public static string Short(Type type)
    {
        while (type.DeclaringType is { } outer && IsCompilerMade(type)) type = outer;
        var name = type.Name.Split('`')[0];
        return type.IsGenericType && !type.IsGenericTypeDefinition ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Short))}>" : name;
    }

    public static bool IsCompilerMade(MemberInfo member) => member.Name.Contains('<', StringComparison.Ordinal)
        || member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    private static bool IsAnonymous(Type type) => type.Name.StartsWith("<>f__AnonymousType", StringComparison.Ordinal);

    private static string Definition(Type type) => type.DeclaringType is { } outer
        ? $"{Definition(outer)}+{type.Name}"
        : type.Namespace is { Length: > 0 } space ? $"{space}.{type.Name}" : type.Name;

    private static string Arguments(Type type) => type.IsGenericType && !type.IsGenericTypeDefinition
        ? $"<{string.Join(',', type.GetGenericArguments().Select(Of))}>"
        : string.Empty;
}
