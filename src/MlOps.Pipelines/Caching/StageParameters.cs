using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>What can be seen of a stage's parameters: their values as text, the code that they bring, and what cannot be seen.</summary>
/// <remarks>
/// Every public property counts, by the type that its value has at run time, down to the leaves. Sets and dictionaries are sorted. A delegate is its code and what it has captured.
/// Values of properties that sound like secrets count with a digest only.
/// </remarks>
internal sealed partial class StageParameters
{
    private const int MaxValues = 20_000;
    private const int MaxDepth = 32;
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly ConcurrentDictionary<Type, string?> HiddenFields = new();
    private static readonly ConcurrentDictionary<Type, Member[]> MembersOf = new();
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<MemberInfo> _code = [];
    private readonly List<object> _path = [];
    private int _written;

    private StageParameters()
    {
    }

    /// <summary>Gets the values as text: plain for single values, JSON for others.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Gets the types and methods that the values bring with them.</summary>
    public IReadOnlyCollection<MemberInfo> Code => _code;

    /// <summary>Gets why the values do not tell everything; null when they do. Such a stage is never taken from the cache.</summary>
    public string? Hidden { get; private set; }

    /// <summary>Describes the public properties of an object.</summary>
    /// <param name="value">A stage, or the options of one.</param>
    /// <param name="prefix">What stands before the name of each property.</param>
    /// <returns>The description.</returns>
    public static StageParameters Describe(object value, string prefix = "")
    {
        var parameters = new StageParameters();
        parameters._path.Add(value);
        foreach (var member in Members(value.GetType())) parameters._values[prefix + member.Name] = parameters.Text(value, member);
        return parameters;
    }

    /// <summary>Describes the public properties of an object that the host registered, and says whether it keeps something else as well.</summary>
    /// <param name="value">The object.</param>
    /// <param name="prefix">What stands before the name of each property.</param>
    /// <returns>The description.</returns>
    public static StageParameters DescribeRegistered(object value, string prefix)
    {
        var parameters = Describe(value, prefix);
        if (HiddenField(value.GetType()) is { } field) parameters.Hide(value, $"it keeps '{field}' in a private field");
        return parameters;
    }

    /// <summary>Refuses a stage that keeps something where neither the record of the run nor the cache can see it.</summary>
    /// <param name="stage">The stage that was given as an instance.</param>
    /// <exception cref="ArgumentException">It does.</exception>
    public static void RefuseHiddenState(object stage)
    {
        if (HiddenField(stage.GetType()) is not { } field) return;
        throw new ArgumentException(
            $"{TypeNames.Short(stage.GetType())} keeps '{field}' in a private field, so neither the run record nor the cache can see it. "
            + "Make it a public property, or let dependency injection make the stage.");
    }

    /// <summary>Gives a value for the record: as it is, or by a digest when its name sounds like a secret.</summary>
    public static string Masked(string name, string value) => Secret().IsMatch(name) ? $"hidden, sha256 {Sha256.Hex(value)[..8]}" : value;

    /// <summary>Says whether a value holds anything at all.</summary>
    public static bool HasState(object? value)
    {
        for (var level = value?.GetType(); level is not null; level = level.BaseType)
        {
            if (level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Length > 0) return true;
        }

        return false;
    }

    private static string? HiddenField(Type type) => HiddenFields.GetOrAdd(type, static type =>
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)) return null;
        var visible = type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.GetMethod is { IsPublic: true }).ToList();
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
        {
            foreach (var field in level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (field.IsPublic) continue;
                var name = FieldName().Match(field.Name) is { Success: true } made ? made.Groups[1].Value : field.Name.TrimStart('_');
                if (!visible.Exists(p => p.PropertyType == field.FieldType && p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) return name;
            }
        }

        return null;
    });

    private static Member[] Members(Type type) => MembersOf.GetOrAdd(type, static type =>
    {
        var properties = type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(p => p.GetMethod is { IsPublic: true } && p.GetIndexParameters().Length == 0 && !p.PropertyType.IsByRefLike && !p.PropertyType.IsPointer)
            .Select(p => (p.DeclaringType, Member: new Member(p.Name, p.PropertyType, p.GetValue)));
        var fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public).Select(f => (f.DeclaringType, Member: new Member(f.Name, f.FieldType, f.GetValue)));
        return
        [
            .. properties.Concat(fields)
                .GroupBy(m => m.Member.Name, m => m, StringComparer.Ordinal)
                .Select(same => same.MaxBy(m => Depth(m.DeclaringType)).Member) // the one that hides those of base types
                .OrderBy(m => m.Name, StringComparer.Ordinal),
        ];

        static int Depth(Type? type) => type is null ? 0 : 1 + Depth(type.BaseType);
    });

    private string Text(object owner, Member member) => Plain(Json(json => Write(json, owner, member)));

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions)) write(json);
        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static string Plain(string json) => json.StartsWith('"') ? JsonSerializer.Deserialize<string>(json)! : json;

    private void Write(Utf8JsonWriter json, object owner, Member member)
    {
        object? value;
        try
        {
            value = member.Read(owner);
        }
        catch (TargetInvocationException e)
        {
            Hide(owner, $"its property '{member.Name}' cannot be read: {e.InnerException?.Message}");
            json.WriteNullValue();
            return;
        }

        if (value is string text) json.WriteStringValue(Masked(member.Name, text));
        else Write(json, value, member.Type);
    }

    private void Write(Utf8JsonWriter json, object? value, Type declared)
    {
        if (value is null)
        {
            json.WriteNullValue();
            return;
        }

        if (++_written > MaxValues || _path.Count > MaxDepth)
        {
            Hide(value, "it is too large to be compared");
            json.WriteNullValue();
            return;
        }

        if (Leaf(json, value)) return;
        var type = value.GetType();
        _code.Add(type);
        var before = _path.FindIndex(o => ReferenceEquals(o, value));
        if (before >= 0)
        {
            json.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"(the object {_path.Count - before} levels up)"));
            return;
        }

        _path.Add(value);
        switch (value)
        {
            case Delegate code:
                Write(json, code);
                break;
            case Task:
                Hide(value, "what it will give is not known yet, and asking would wait for it");
                json.WriteNullValue();
                break;
            case ITuple tuple:
                json.WriteStartArray();
                for (var i = 0; i < tuple.Length; i++) Write(json, tuple[i], typeof(object));
                json.WriteEndArray();
                break;
            case IEnumerable sequence:
                Write(json, sequence, type);
                break;
            default:
                if (HiddenField(type) is { } field && !IsCompilerClosure(type)) Hide(value, $"it keeps '{field}' in a private field");
                json.WriteStartObject();
                if (type != (Nullable.GetUnderlyingType(declared) ?? declared)) json.WriteString("$type", TypeNames.Of(type));
                foreach (var member in Members(type))
                {
                    json.WritePropertyName(member.Name);
                    Write(json, value, member);
                }

                json.WriteEndObject();
                break;
        }

        _path.RemoveAt(_path.Count - 1);
    }

    private bool Leaf(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case bool flag:
                json.WriteBooleanValue(flag);
                return true;
            case sbyte or byte or short or ushort or int or uint or long or ulong or decimal or Int128 or UInt128:
                json.WriteRawValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture), skipInputValidation: true);
                return true;
            case double or float or Half:
                var number = ((IFormattable)value).ToString("R", CultureInfo.InvariantCulture);
                if (char.IsLetter(number[^1]) || number[^1] == '∞') json.WriteStringValue(number); // NaN and infinities
                else json.WriteRawValue(number, skipInputValidation: true);
                return true;
            case byte[] bytes:
                json.WriteStringValue($"{bytes.Length} bytes, sha256 {Sha256.Hex(bytes)}");
                return true;
            case IFingerprinted content:
                _code.Add(content.GetType());
                json.WriteStringValue($"{TypeNames.Of(content.GetType())} {Fingerprints.Of(content)}");
                return true;
            case JsonElement element:
                json.WriteRawValue(element.ValueKind == JsonValueKind.Undefined ? "null" : element.GetRawText(), skipInputValidation: true);
                return true;
            case JsonNode node:
                json.WriteRawValue(node.ToJsonString(), skipInputValidation: true);
                return true;
            case Type type:
                _code.Add(type);
                json.WriteStringValue(TypeNames.Of(type));
                return true;
            default:
                if (Simple(value) is not { } text) return false;
                json.WriteStringValue(text);
                return true;
        }
    }

    private static string? Simple(object value) => value switch
    {
        string text => text,
        char or Enum or Uri or Version => value.ToString(),
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        Guid id => id.ToString("D"),
        CultureInfo culture => culture.Name,
        Encoding encoding => encoding.WebName,
        TimeZoneInfo zone => zone.Id,
        Regex regex => $"/{regex}/ {regex.Options}",
        StringComparer comparer when comparer == StringComparer.Ordinal => "ordinal",
        StringComparer comparer when comparer == StringComparer.OrdinalIgnoreCase => "ordinal, ignoring case",
        StringComparer comparer when comparer == StringComparer.InvariantCulture => "invariant",
        StringComparer comparer when comparer == StringComparer.InvariantCultureIgnoreCase => "invariant, ignoring case",
        _ => null,
    };

    private void Write(Utf8JsonWriter json, Delegate code)
    {
        json.WriteStartArray();
        foreach (var one in code.GetInvocationList())
        {
            json.WriteStartObject();
            json.WriteString("method", Name(one.Method));
            if (one.Target is { } target && Members(target.GetType()) is var members && (members.Length > 0 || !IsCompilerClosure(target.GetType())))
            {
                json.WritePropertyName("captured");
                Write(json, target, target.GetType());
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();

        string Name(MethodInfo method)
        {
            if (method.DeclaringType is not { } owner)
            {
                Hide(code, "it was made at run time");
                return "(made at run time)";
            }

            if (!TypeNames.IsCompilerMade(method))
            {
                _code.Add(method);
                return $"{TypeNames.Short(owner)}.{method.Name}";
            }

            // A lambda's own name is a number that changes with the lambdas before it; its code stands for it.
            var lambda = CodeReader.Of(method);
            _code.UnionWith(lambda.Mentions);
            return $"lambda in {TypeNames.Short(owner)}, code {lambda.Digest}";
        }
    }

    private void Write(Utf8JsonWriter json, IEnumerable sequence, Type type)
    {
        var contracts = type.GetInterfaces().Where(i => i.IsGenericType).ToLookup(i => i.GetGenericTypeDefinition());
        var isMap = sequence is IDictionary || contracts.Contains(typeof(IReadOnlyDictionary<,>)) || contracts.Contains(typeof(IDictionary<,>));
        if (!isMap && sequence is not ICollection && !contracts.Contains(typeof(ICollection<>)) && !contracts.Contains(typeof(IReadOnlyCollection<>)))
        {
            Hide(sequence, "it is a sequence that cannot be compared without reading it; give it as a list");
            json.WriteNullValue();
            return;
        }

        var element = contracts[typeof(IEnumerable<>)].FirstOrDefault()?.GetGenericArguments()[0] ?? typeof(object);
        if (isMap) WriteMap(json, sequence, element);
        else WriteList(json, sequence, element, sorted: contracts.Contains(typeof(IReadOnlySet<>)) || contracts.Contains(typeof(ISet<>)));
    }

    private void WriteList(Utf8JsonWriter json, IEnumerable items, Type element, bool sorted)
    {
        var texts = new List<string>();
        foreach (var item in items)
        {
            texts.Add(Json(writer => Write(writer, item, element)));
            if (_written > MaxValues) break;
        }

        if (sorted) texts.Sort(StringComparer.Ordinal);
        json.WriteStartArray();
        foreach (var text in texts) json.WriteRawValue(text, skipInputValidation: true);
        json.WriteEndArray();
    }

    private void WriteMap(Utf8JsonWriter json, IEnumerable entries, Type element)
    {
        var types = element.IsGenericType ? element.GetGenericArguments() : [typeof(object), typeof(object)];
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var pair = Members(entry.GetType());
            var key = Json(writer => Write(writer, pair.First(m => m.Name == "Key").Read(entry), types[0]));
            texts[Plain(key)] = Json(writer => Write(writer, pair.First(m => m.Name == "Value").Read(entry), types[^1]));
            if (_written > MaxValues) break;
        }

        json.WriteStartObject();
        foreach (var (key, text) in texts)
        {
            json.WritePropertyName(key);
            json.WriteRawValue(text, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    private static bool IsCompilerClosure(Type type) => type.Name.StartsWith("<>c", StringComparison.Ordinal);

    private void Hide(object value, string why) => Hidden ??= $"its parameter of type {TypeNames.Short(value.GetType())} cannot be seen as a whole: {why}";

    // <Name>k__BackingField of a property, <name>P of a primary constructor's parameter.
    [GeneratedRegex("^<(.+)>(?:k__BackingField|P|i__Field)$")]
    private static partial Regex FieldName();

    [GeneratedRegex("(password|passphrase|secret|api_?key|access_?key|connection_?string|credentials?|token)$", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    private sealed record Member(string Name, Type Type, Func<object, object?> Read);
}
