using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Turns expectations into JSON and back: the name, the parameters, and what holds for all expectations. What has its default value goes without saying.</summary>
internal static class ExpectationJson
{
    public const string Discriminator = "expect";

    private static readonly JsonSerializerOptions Options = new(MlOpsJson.Options) { RespectRequiredConstructorParameters = true };

    private static readonly Dictionary<string, JsonNode?> Defaults = new(StringComparer.Ordinal)
    {
        [Name(nameof(Expectation.Severity))] = JsonSerializer.SerializeToNode(default(Severity), Options),
        [Name(nameof(Expectation.Mostly))] = JsonSerializer.SerializeToNode(1.0, Options),
        [Name(nameof(Expectation.Where))] = null,
        [Name(nameof(Expectation.Reason))] = null,
    };

    public static JsonObject Write(Expectation expectation)
    {
        var type = expectation.GetType();
        var node = new JsonObject { [Discriminator] = ExpectationNames.Of(type) };
        foreach (var property in Parameters(type))
        {
            var value = JsonSerializer.SerializeToNode(property.Get!(expectation), property.PropertyType, Options);
            if (!HasDefault(property, value)) node[property.Name] = value;
        }

        return WithoutNulls(node, expectation);
    }

    /// <exception cref="FormatException">It is no expectation.</exception>
    public static Expectation Read(JsonNode? node, ExpectationTypes types)
    {
        if (node is not JsonObject said || said[Discriminator] is not JsonValue named || !named.TryGetValue<string>(out var name))
            throw new FormatException($"An expectation says with '{Discriminator}' what it is, as \"{Discriminator}\": \"not_null\".");
        var type = types.Find(name);
        var parameters = (JsonObject)said.DeepClone();
        parameters.Remove(Discriminator);
        var known = Parameters(type).Select(p => p.Name).ToList();
        var unknown = parameters.Select(p => p.Key).FirstOrDefault(key => !known.Contains(key, StringComparer.OrdinalIgnoreCase));
        if (unknown is not null) throw new FormatException($"'{name}' has no '{unknown}'. It has: {string.Join(", ", known)}.");
        try
        {
            return (Expectation)parameters.Deserialize(type, Options)!;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException)
        {
            throw new FormatException($"'{name}' cannot be made: {e.Message.Split(" Path: $ |")[0]}", e);
        }
    }

    // The column comes first, then what is particular, then what all expectations have.
    private static IEnumerable<JsonPropertyInfo> Parameters(Type type) => Options.GetTypeInfo(type).Properties
        .Where(p => p.Get is not null && (p.Set is not null || p.AssociatedParameter is not null))
        .OrderBy(p => p.Name is "column" or "columns" ? 0 : p.Name == Name(nameof(Expectation.Nulls)) || Defaults.ContainsKey(p.Name) ? 2 : 1)
        .ThenBy(p => p.AssociatedParameter?.Position ?? int.MaxValue);

    private static bool HasDefault(JsonPropertyInfo property, JsonNode? value) => property.AssociatedParameter is { } parameter
        ? parameter.HasDefaultValue && JsonNode.DeepEquals(value, JsonSerializer.SerializeToNode(parameter.DefaultValue ?? Empty(parameter.ParameterType), parameter.ParameterType, Options))
        : Defaults.TryGetValue(property.Name, out var usual) && JsonNode.DeepEquals(value, usual);

    private static object? Empty(Type type) => type.IsValueType ? Activator.CreateInstance(type) : null;

    // Each expectation has a policy of its own where nothing else is said.
    private static JsonObject WithoutNulls(JsonObject node, Expectation expectation)
    {
        var bare = (JsonObject)node.DeepClone();
        bare.Remove(Discriminator);
        bare.Remove(Name(nameof(Expectation.Nulls)));
        if (((Expectation)bare.Deserialize(expectation.GetType(), Options)!).Nulls == expectation.Nulls) node.Remove(Name(nameof(Expectation.Nulls)));
        return node;
    }

    private static string Name(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);
}

/// <summary>Writes an expectation into other JSON. Expectations of one's own are written too, but read only by <see cref="ExpectationSuite.FromJson"/>.</summary>
internal sealed class ExpectationJsonConverter : JsonConverter<Expectation>
{
    public override Expectation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return ExpectationJson.Read(JsonNode.Parse(ref reader), ExpectationTypes.BuiltIn);
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, Expectation value, JsonSerializerOptions options) => ExpectationJson.Write(value).WriteTo(writer, options);
}
