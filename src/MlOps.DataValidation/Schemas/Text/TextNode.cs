using System.Diagnostics.CodeAnalysis;

namespace MlOps.DataValidation;

/// <summary>A piece of a schema's text: a map, a list or a scalar, and the line where it stands. JSON and YAML are read to it and written from it.</summary>
internal sealed class TextNode
{
    private readonly List<(string Key, TextNode Value)> _entries = [];

    private TextNode(string? text, bool isText, List<TextNode>? items, bool isMap, int line) => (Text, IsText, Items, IsMap, Line) = (text, isText, items, isMap, line);

    /// <summary>Gets the text of a scalar; null for null, maps and lists.</summary>
    public string? Text { get; }

    /// <summary>Gets a value indicating whether a scalar is a text rather than a number, true or false.</summary>
    public bool IsText { get; }

    public List<TextNode>? Items { get; }

    [MemberNotNullWhen(true, nameof(Items))]
    public bool IsList => Items is not null;

    public bool IsMap { get; }

    public bool IsScalar => !IsMap && !IsList;

    public int Line { get; }

    public IReadOnlyList<(string Key, TextNode Value)> Entries => _entries;

    public IEnumerable<string> Keys => _entries.Select(e => e.Key);

    public TextNode? this[string key] => _entries.Find(e => e.Key == key).Value;

    public static TextNode Scalar(string? text, bool isText, int line = 0) => new(text, isText, null, false, line);

    public static TextNode List(IEnumerable<TextNode> items, int line = 0) => new(null, false, [.. items], false, line);

    public static TextNode Map(int line = 0) => new(null, false, null, true, line);

    /// <summary>Puts an entry at the end of a map; nothing happens without a value.</summary>
    public TextNode Put(string key, TextNode? value)
    {
        if (value is not null) _entries.Add((key, value));
        return this;
    }

    /// <summary>Gives the node in one line.</summary>
    public override string ToString() => IsMap ? $"{{{string.Join(", ", _entries.Select(e => $"{e.Key}: {e.Value}"))}}}"
        : IsList ? $"[{string.Join(", ", Items)}]"
        : Text ?? "null";
}
