using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Text;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>What a type or a method does, as a digest that an edit elsewhere in its assembly does not change, and what else it mentions.</summary>
/// <param name="Digest">The first 16 digits of the SHA-256 of its text.</param>
/// <param name="Mentions">The types in its signatures, attributes and code; generic ones as definitions.</param>
internal sealed record CodeUnit(string Digest, IReadOnlyList<Type> Mentions);

/// <summary>Reads the intermediate language of a loaded type, with every token replaced by the name it stands for.</summary>
internal sealed class CodeReader
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly OpCode?[] OneByte = new OpCode?[256];
    private static readonly OpCode?[] TwoBytes = new OpCode?[256];
    private static readonly ConcurrentDictionary<MemberInfo, CodeUnit> Units = new();
    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, Type> _mentions = new(StringComparer.Ordinal);

    static CodeReader()
    {
        foreach (var field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            if (field.GetValue(null) is not OpCode code) continue;
            var value = unchecked((ushort)code.Value);
            if (code.Size == 1) OneByte[value] = code;
            else if (value >> 8 == 0xFE) TwoBytes[value & 0xFF] = code;
        }
    }

    private CodeReader()
    {
    }

    /// <summary>Reads a type or a method, once per process.</summary>
    public static CodeUnit Of(MemberInfo member) => Units.GetOrAdd(member, static m => Read(m));

    private static CodeUnit Read(MemberInfo member)
    {
        var reader = new CodeReader();
        try
        {
            if (member is Type type) reader.Type(type);
            else reader.Method((MethodBase)member, withName: !TypeNames.IsCompilerMade(member));
        }
        catch (Exception e) when (e is IOException or TypeLoadException or BadImageFormatException or NotSupportedException or InvalidOperationException)
        {
            // An optional assembly is not there, or there is no intermediate language: the module counts as a whole.
            reader.Line("unreadable", member.Module.ModuleVersionId.ToString("N"));
        }

        return new(Sha256.Hex(reader._text.ToString())[..16], [.. reader._mentions.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => m.Value)]);
    }

    private void Type(Type type)
    {
        Line("type", TypeNames.Of(type), type.Attributes.ToString());
        if (type.BaseType is { } parent) Line("base", Name(parent));
        foreach (var contract in type.GetInterfaces().Select(Name).Order(StringComparer.Ordinal)) Line("implements", contract);
        Attributes(type);
        foreach (var field in type.GetFields(All).OrderBy(f => f.MetadataToken))
        {
            Line("field", field.Name, field.Attributes.ToString(), Name(field.FieldType));
            if (field.IsLiteral) Line("value", Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture) ?? "null");
            Attributes(field);
        }

        foreach (var property in type.GetProperties(All).OrderBy(p => p.MetadataToken))
        {
            Line("property", property.Name, Name(property.PropertyType));
            Attributes(property);
        }

        foreach (var method in type.GetConstructors(All).Cast<MethodBase>().Concat(type.GetMethods(All)).OrderBy(m => m.MetadataToken)) Method(method, withName: true);
    }

    private void Method(MethodBase method, bool withName)
    {
        Line("method", withName ? method.Name : string.Empty, method.Attributes.ToString(), method.MethodImplementationFlags.ToString(), Signature(method));
        Attributes(method);
        foreach (var parameter in method.GetParameters())
        {
            if (parameter.HasDefaultValue) Line("default", parameter.Name ?? string.Empty, Convert.ToString(parameter.RawDefaultValue, CultureInfo.InvariantCulture) ?? "null");
        }

        var body = method.GetMethodBody();
        if (body?.GetILAsByteArray() is not { } code) return;
        foreach (var local in body.LocalVariables) Line("local", Name(local.LocalType));
        foreach (var clause in body.ExceptionHandlingClauses)
        {
            Line("try", string.Create(CultureInfo.InvariantCulture, $"{clause.Flags} {clause.TryOffset} {clause.TryLength} {clause.HandlerOffset} {clause.HandlerLength}"));
            if (clause.Flags == ExceptionHandlingClauseOptions.Clause && clause.CatchType is { } caught) Line("catch", Name(caught));
        }

        Body(method, code);
    }

    private void Body(MethodBase method, ReadOnlySpan<byte> code)
    {
        var typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            var opcode = code[at] == 0xFE ? TwoBytes[code[at + 1]] : OneByte[code[at]];
            if (opcode is not { } op) throw new BadImageFormatException($"{TypeNames.Of(method.DeclaringType!)}.{method.Name} holds an unknown instruction.");
            at += op.Size;
            _text.Append(op.Name);
            var operand = code[at..];
            switch (op.OperandType)
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    _text.Append(' ').Append(operand[0]);
                    at += 1;
                    break;
                case OperandType.InlineVar:
                    _text.Append(' ').Append(BinaryPrimitives.ReadUInt16LittleEndian(operand));
                    at += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    _text.Append(' ').Append(BinaryPrimitives.ReadInt64LittleEndian(operand));
                    at += 8;
                    break;
                case OperandType.InlineString:
                    Text(method.Module.ResolveString(BinaryPrimitives.ReadInt32LittleEndian(operand)));
                    at += 4;
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok:
                    Text(Member(method.Module, BinaryPrimitives.ReadInt32LittleEndian(operand), typeArguments, methodArguments));
                    at += 4;
                    break;
                case OperandType.InlineSig:
                    Text(Convert.ToHexString(method.Module.ResolveSignature(BinaryPrimitives.ReadInt32LittleEndian(operand))));
                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    var count = BinaryPrimitives.ReadInt32LittleEndian(operand);
                    _text.Append(' ').Append(Convert.ToHexString(operand[..(4 + (4 * count))]));
                    at += 4 + (4 * count);
                    break;
                default:
                    _text.Append(' ').Append(BinaryPrimitives.ReadInt32LittleEndian(operand));
                    at += 4;
                    break;
            }

            _text.Append('\n');
        }
    }

    private string Member(Module module, int token, Type[]? typeArguments, Type[]? methodArguments)
    {
        MemberInfo? member;
        try
        {
            member = module.ResolveMember(token, typeArguments, methodArguments);
        }
        catch (Exception e) when (e is ArgumentException or IOException or TypeLoadException or BadImageFormatException or MissingMemberException)
        {
            // What cannot be named counts with its whole module: too often a miss, never a wrong hit.
            return string.Create(CultureInfo.InvariantCulture, $"unresolved {token} of {module.ModuleVersionId}");
        }

        return member switch
        {
            Type type => Name(type),
            FieldInfo field => $"{Name(field.DeclaringType)}::{field.Name} {Name(field.FieldType)}",
            MethodBase method => $"{Name(method.DeclaringType)}::{method.Name}{Signature(method)}",
            _ => $"{Name(member?.DeclaringType)}::{member?.Name}",
        };
    }

    private string Signature(MethodBase method)
    {
        var arguments = method.IsGenericMethod ? $"<{string.Join(',', method.GetGenericArguments().Select(Name))}>" : string.Empty;
        var result = method is MethodInfo { ReturnType: var type } ? Name(type) : "void";
        return $"{arguments}({string.Join(',', method.GetParameters().Select(p => Name(p.ParameterType)))}):{result}";
    }

    // Attributes that compilers add say nothing of what the code does and number what stands elsewhere.
    private void Attributes(MemberInfo member)
    {
        var lines = new List<string>();
        foreach (var attribute in member.GetCustomAttributesData())
        {
            if (attribute.AttributeType.Namespace is "System.Runtime.CompilerServices" or "System.Diagnostics" or "System.Diagnostics.CodeAnalysis") continue;
            var arguments = attribute.ConstructorArguments.Select(Argument).Concat(attribute.NamedArguments.Select(n => $"{n.MemberName}={Argument(n.TypedValue)}"));
            lines.Add($"{Name(attribute.AttributeType)}({string.Join(',', arguments)})");
        }

        foreach (var line in lines.Order(StringComparer.Ordinal)) Line("attribute", line);
    }

    private string Argument(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        null => "null",
        Type type => Name(type),
        IReadOnlyCollection<CustomAttributeTypedArgument> items => $"[{string.Join(',', items.Select(Argument))}]",
        var value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
    };

    private string Name(Type? type)
    {
        if (type is null) return "module";
        Mention(type);
        return TypeNames.Of(type);
    }

    private void Mention(Type type)
    {
        while (type.HasElementType) type = type.GetElementType()!;
        if (type.IsGenericParameter || type.IsFunctionPointer) return;
        if (type.IsGenericType && !type.IsGenericTypeDefinition)
        {
            foreach (var argument in type.GetGenericArguments()) Mention(argument);
            type = type.GetGenericTypeDefinition();
        }

        _mentions.TryAdd($"{TypeNames.Of(type)}, {type.Assembly.GetName().Name}", type);
    }

    private void Text(string text) => _text.Append(' ').Append(text.Length).Append(' ').Append(text);

    private void Line(params ReadOnlySpan<string> words)
    {
        foreach (var word in words) Text(word);
        _text.Append('\n');
    }
}
