using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Single values of a schema's text, read strictly.</summary>
internal static class TextValue
{
    private static readonly string[] MomentFormats = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    public static TextNode? Text(string? text) => text is null ? null : TextNode.Scalar(text, true);

    public static TextNode? Texts(IReadOnlyList<string> texts) => texts.Count == 0 ? null : TextNode.List(texts.Select(t => TextNode.Scalar(t, true)));

    public static TextNode? Number(double? number) => number is { } value ? TextNode.Scalar(value.ToString("R", CultureInfo.InvariantCulture), false) : null;

    public static TextNode? Number(long? number) => number is { } value ? TextNode.Scalar(value.ToString(CultureInfo.InvariantCulture), false) : null;

    public static TextNode? Unless(double number, double usual) => number.Equals(usual) ? null : Number(number);

    public static TextNode? Unless(long number, long usual) => number == usual ? null : Number(number);

    public static TextNode Flag(bool flag) => TextNode.Scalar(flag ? "true" : "false", false);

    public static TextNode Choice<T>(T choice)
        where T : struct, Enum => TextNode.Scalar(choice.ToString().ToLowerInvariant(), true);

    public static TextNode? Moment(DateTime? moment) => moment is { } value
        ? TextNode.Scalar(value.ToString(value.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture), true)
        : null;

    public static TextNode? Range(NumericRange? range) => range is null ? null : TextNode.Map().Put("min", Number(range.Min)).Put("max", Number(range.Max));

    public static string Text(TextNode node, string key) => node is { IsScalar: true, Text: { } text } ? text : throw Wrong(key, node, "a text");

    public static IReadOnlyList<TextNode> List(TextNode node, string key) => node.IsList ? node.Items : throw Wrong(key, node, "a list");

    public static string[] Texts(TextNode node, string key) => [.. List(node, key).Select(n => Text(n, key))];

    public static bool Flag(TextNode node, string key) => node switch
    {
        { IsScalar: true, IsText: false, Text: "true" } => true,
        { IsScalar: true, IsText: false, Text: "false" } => false,
        _ => throw Wrong(key, node, "true or false"),
    };

    public static double Number(TextNode node, string key) =>
        node is { IsScalar: true, IsText: false, Text: { } text } && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number : throw Wrong(key, node, "a number");

    public static long Count(TextNode node, string key) =>
        node is { IsScalar: true, IsText: false, Text: { } text } && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number : throw Wrong(key, node, "a whole number");

    public static T Choice<T>(TextNode node, string key)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Where(n => n != "Unknown").Select(n => n.ToLowerInvariant()).ToArray();
        return node is { IsScalar: true, Text: { } text } && names.Contains(text.ToLowerInvariant()) ? Enum.Parse<T>(text, ignoreCase: true) : throw Wrong(key, node, "one of " + string.Join(", ", names));
    }

    public static DateTime Moment(TextNode node, string key) =>
        node is { IsScalar: true, Text: { } text } && DateTime.TryParseExact(text, MomentFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment : throw Wrong(key, node, "a day or time as 2026-01-31 or 2026-01-31T12:00:00Z");

    /// <summary>Reads a range. Ends that are to be exact are integers, and are refused when a double cannot hold them.</summary>
    public static NumericRange Range(TextNode node, string? column, List<SchemaProblem> problems, bool isExact = false)
    {
        var range = new NumericRange();
        Entries(node, column, problems, (key, value) => range = key switch
        {
            "min" => range with { Min = End(value, key) },
            "max" => range with { Max = End(value, key) },
            _ => throw Unknown(key, column, value.Line, ["min", "max"]),
        });
        return range;

        double End(TextNode value, string key)
        {
            var number = Number(value, key);
            return isExact && Int128.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && whole != (Int128)number
                ? throw Wrong(key, value, "an integer within 2^53, or one that a double holds exactly") : number;
        }
    }

    /// <summary>Reads a map, and collects what is wrong with its entries.</summary>
    public static void Entries(TextNode node, string? column, List<SchemaProblem> problems, Action<string, TextNode> read)
    {
        if (!node.IsMap)
        {
            problems.Add(new(AnomalyKind.InvalidSchema, column, $"{(column is null ? "A map is expected here" : $"Column '{column}' needs a map here")}, as in 'type: real'.", node.Line));
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.Entries)
        {
            if (!seen.Add(key)) problems.Add(new(AnomalyKind.InvalidSchema, column, $"'{key}' stands twice. Remove one of the two.", value.Line));
            else Try(problems, column, () => read(key, value));
        }
    }

    public static void Try(List<SchemaProblem> problems, string? column, Action read)
    {
        try
        {
            read();
        }
        catch (SchemaException e)
        {
            problems.AddRange(e.Problems.Select(p => p with { Column = p.Column ?? column }));
        }
    }

    public static SchemaException Wrong(string key, TextNode node, string expected) => new([new(AnomalyKind.InvalidSchema, null, $"'{key}' is {node}, but must be {expected}.", node.Line)]);

    public static SchemaException Unknown(string key, string? column, int line, IReadOnlyList<string> known) =>
        new([new(AnomalyKind.InvalidSchema, column, $"A {(column is null ? "schema" : "column")} has no '{key}' here. Known are: {string.Join(", ", known)}.", line)]);
}
