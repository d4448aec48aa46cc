using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlScalar = YamlDotNet.Core.Events.Scalar;

namespace MlOps.DataValidation;

/// <summary>YAML as text of a schema: maps, lists and scalars, no anchors, no tags, one document.</summary>
internal static class SchemaYaml
{
    private const int MaxDepth = 16;

    /// <exception cref="SchemaException">The text is no YAML, or uses what a schema does not need.</exception>
    public static TextNode Parse(string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        try
        {
            var parser = new Parser(new StringReader(yaml));
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _)) throw Refused("The text is empty.", 1);
            var root = Read(parser, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.TryConsume<StreamEnd>(out _)) throw Refused("The text has a second document.", (int)parser.Current!.Start.Line);
            return root;
        }
        catch (YamlException e)
        {
            throw new SchemaException([new(AnomalyKind.InvalidSchema, null, "The text is no YAML: " + e.Message, (int)e.Start.Line)], e);
        }
    }

    public static string Write(TextNode node)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(node, emitter, 0);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    // What a column says stands in lines of its own, what stands below it in one line.
    private static void Write(TextNode node, Emitter emitter, int depth)
    {
        if (node.IsMap)
        {
            emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, depth < 3 && node.Entries.Any() ? MappingStyle.Block : MappingStyle.Flow));
            foreach (var (key, value) in node.Entries)
            {
                emitter.Emit(ScalarOf(key, isText: true));
                Write(value, emitter, depth + (depth == 0 && key != "columns" ? 3 : 1));
            }

            emitter.Emit(new MappingEnd());
        }
        else if (node.IsList)
        {
            emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Flow));
            foreach (var item in node.Items) Write(item, emitter, MaxDepth);
            emitter.Emit(new SequenceEnd());
        }
        else emitter.Emit(ScalarOf(node.Text ?? "null", node.IsText));
    }

    // A text that would be read as something else is quoted.
    private static YamlScalar ScalarOf(string text, bool isText) => new(
        AnchorName.Empty, TagName.Empty, text, isText && (text.Length == 0 || !IsPlainText(text)) ? ScalarStyle.DoubleQuoted : ScalarStyle.Any, isPlainImplicit: true, isQuotedImplicit: true);

    private static bool IsPlainText(string text) =>
        text.ToLowerInvariant() is not ("null" or "~" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n") && !char.IsAsciiDigit(text[0]) && text[0] is not ('-' or '+' or '.')
        && !text.Any(char.IsControl);

    private static TextNode Read(Parser parser, int depth)
    {
        var line = (int)parser.Current!.Start.Line;
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias) throw Refused("Anchors and aliases are not taken here.", line);
        if (parser.Current is NodeEvent { Tag.IsEmpty: false }) throw Refused("Tags are not taken here.", line);
        if (depth > MaxDepth) throw Refused("The text is nested too deeply.", line);
        if (parser.TryConsume<YamlScalar>(out var scalar))
        {
            var isText = scalar.Style is not ScalarStyle.Plain;
            return TextNode.Scalar(!isText && scalar.Value is "" or "null" or "~" ? null : scalar.Value, isText, line);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<TextNode>();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Read(parser, depth + 1));
            return TextNode.List(items, line);
        }

        parser.Consume<MappingStart>();
        var map = TextNode.Map(line);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = Read(parser, MaxDepth);
            if (!key.IsScalar) throw Refused("A key is a text.", key.Line);
            map.Put(key.Text ?? "null", Read(parser, depth + 1));
        }

        return map;
    }

    private static SchemaException Refused(string message, int line) => new([new(AnomalyKind.InvalidSchema, null, message, line)]);
}
