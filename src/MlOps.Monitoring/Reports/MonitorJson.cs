using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MlOps.Monitoring;

/// <summary>How reports are written as JSON and read back: NaN is null, infinities are text, and each section names its type.</summary>
internal static class MonitorJson
{
    /// <summary>The property by which the type of a section is known again.</summary>
    public const string TypeName = "type";

    private static readonly Dictionary<string, Type> SectionTypes = typeof(MonitorSection).Assembly.GetTypes()
        .Where(t => t.IsSubclassOf(typeof(MonitorSection)) && t != typeof(ForeignSection)).ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>The options by which reports are written and read.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // never put into HTML as it is
        Converters = { new JsonStringEnumConverter(), new NumberConverter(), new SectionConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutWhatIsComputed } },
    };

    /// <summary>Gives a section as JSON. One that cannot be written says so, and keeps what every section has.</summary>
    public static JsonObject ToNode(MonitorSection section)
    {
        if (section is ForeignSection { Data.ValueKind: JsonValueKind.Object } foreign) return JsonObject.Create(foreign.Data)!;
        var node = new JsonObject { [TypeName] = section.GetType().Name };
        try
        {
            foreach (var (name, value) in JsonSerializer.SerializeToNode(section, section.GetType(), Options)!.AsObject().ToList()) node[name] = value?.DeepClone();
        }
#pragma warning disable CA1031 // whatever a section of the host's own throws must not cost the report
        catch (Exception e)
#pragma warning restore CA1031
        {
            node = new()
            {
                [TypeName] = nameof(FailedSection),
                ["error"] = $"A {section.GetType().Name} cannot be written as JSON: {e.Message}",
                ["check"] = section.Check,
                ["summary"] = section.Summary,
                ["alarms"] = JsonSerializer.SerializeToNode(section.Alarms, Options),
            };
        }

        return node;
    }

    // The parts of a report are stored; what is worked out of them is not.
    private static void LeaveOutWhatIsComputed(JsonTypeInfo type)
    {
        if (type.Type != typeof(MonitorReport)) return;
        foreach (var computed in type.Properties.Where(p => p.Set is null).ToList()) type.Properties.Remove(computed);
    }

    private sealed class NumberConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.Null => double.NaN,
            JsonTokenType.String => double.Parse(reader.GetString()!, CultureInfo.InvariantCulture),
            _ => reader.GetDouble(),
        };

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsNaN(value)) writer.WriteNullValue();
            else if (double.IsInfinity(value)) writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
            else writer.WriteNumberValue(value);
        }
    }

    private sealed class SectionConverter : JsonConverter<MonitorSection>
    {
        public override MonitorSection Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var data = JsonElement.ParseValue(ref reader);
            if (data.ValueKind == JsonValueKind.Object && data.TryGetProperty(TypeName, out var name) && name.ValueKind == JsonValueKind.String && SectionTypes.TryGetValue(name.GetString()!, out var type))
                return (MonitorSection)(data.Deserialize(type, options) ?? throw new JsonException("A section is null."));
            var common = data.Deserialize<Common>(options) ?? throw new JsonException("A section is null.");
            return new ForeignSection(common.Check ?? throw new JsonException("A section does not name its check."), data) { Summary = common.Summary ?? string.Empty, Alarms = common.Alarms ?? [] };
        }

        public override void Write(Utf8JsonWriter writer, MonitorSection value, JsonSerializerOptions options) => ToNode(value).WriteTo(writer, options);
    }

    private sealed record Common(string? Check, string? Summary, IReadOnlyList<Alarm>? Alarms);
}
