using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>What a column may say in text, in the order in which it is written.</summary>
internal static class ColumnFields
{
    private static readonly (string Key, Func<ColumnSchema, TextNode?> Write, Func<ColumnSchema, TextNode, List<SchemaProblem>, ColumnSchema> Read)[] All =
    [
        ("type", c => TextValue.Choice(c.Type), (c, n, _) => c with { Type = TextValue.Choice<ValueKind>(n, "type") }),
        ("description", c => TextValue.Text(c.Description), (c, n, _) => c with { Description = TextValue.Text(n, "description") }),
        ("presence", WritePresence, (c, n, problems) => c with { Presence = ReadPresence(n, c.Name, problems) }),
        ("lists", WriteLists, (c, n, problems) => c with { Lists = ReadLists(n, c.Name, problems) }),
        ("shape", c => c.Shape is null ? null : TextNode.List(c.Shape.Select(d => TextValue.Number(d)!)), (c, n, _) => c with { Shape = [.. TextValue.List(n, "shape").Select(d => (int)Math.Min(int.MaxValue, TextValue.Count(d, "shape")))] }),
        ("readsAs", c => c.ReadsAs is { } kind ? TextValue.Choice(kind) : null, (c, n, _) => c with { ReadsAs = TextValue.Choice<ValueKind>(n, "readsAs") }),
        ("trueText", c => TextValue.Text(c.TrueText), (c, n, _) => c with { TrueText = TextValue.Text(n, "trueText") }),
        ("falseText", c => TextValue.Text(c.FalseText), (c, n, _) => c with { FalseText = TextValue.Text(n, "falseText") }),
        ("range", c => TextValue.Range(c.Range), (c, n, problems) => c with { Range = TextValue.Range(n, c.Name, problems, isExact: (c.ReadsAs ?? c.Type) == ValueKind.Integer) }),
        ("times", WriteTimes, (c, n, problems) => c with { Times = ReadTimes(n, c.Name, problems) }),
        ("domain", c => c.Domain is null ? null : TextNode.List(c.Domain.Select(v => TextNode.Scalar(v, true))), (c, n, _) => c with { Domain = TextValue.Texts(n, "domain") }),
        ("minDomainMass", c => TextValue.Number(c.MinDomainMass), (c, n, _) => c with { MinDomainMass = TextValue.Number(n, "minDomainMass") }),
        ("allowsNaN", c => c.AllowsNaN ? null : TextValue.Flag(false), (c, n, _) => c with { AllowsNaN = TextValue.Flag(n, "allowsNaN") }),
        ("allowsInfinity", c => c.AllowsInfinity ? null : TextValue.Flag(false), (c, n, _) => c with { AllowsInfinity = TextValue.Flag(n, "allowsInfinity") }),
        ("isUnique", c => c.IsUnique ? TextValue.Flag(true) : null, (c, n, _) => c with { IsUnique = TextValue.Flag(n, "isUnique") }),
        ("distinct", c => WriteCounts(c.Distinct), (c, n, problems) => c with { Distinct = ReadCounts(n, c.Name, problems) }),
        ("isCategorical", c => c.IsCategorical ? TextValue.Flag(true) : null, (c, n, _) => c with { IsCategorical = TextValue.Flag(n, "isCategorical") }),
        ("lifecycle", c => c.Lifecycle == LifecycleStage.Production ? null : TextValue.Choice(c.Lifecycle), (c, n, _) => c with { Lifecycle = TextValue.Choice<LifecycleStage>(n, "lifecycle") }),
        ("inEnvironments", c => TextValue.Texts(c.InEnvironments), (c, n, _) => c with { InEnvironments = TextValue.Texts(n, "inEnvironments") }),
        ("notInEnvironments", c => TextValue.Texts(c.NotInEnvironments), (c, n, _) => c with { NotInEnvironments = TextValue.Texts(n, "notInEnvironments") }),
        ("drift", c => WriteComparator(c.Drift), (c, n, problems) => c with { Drift = ReadComparator(n, c.Name, problems) }),
        ("skew", c => WriteComparator(c.Skew), (c, n, problems) => c with { Skew = ReadComparator(n, c.Name, problems) }),
    ];

    public static TextNode Write(ColumnSchema column)
    {
        var map = TextNode.Map();
        foreach (var (key, write, _) in All) map.Put(key, write(column));
        return map;
    }

    public static ColumnSchema Read(string name, TextNode node, List<SchemaProblem> problems)
    {
        var column = new ColumnSchema(name, ValueKind.Unknown);
        if (node is { IsMap: true } && node["type"] is { } type) TextValue.Try(problems, name, () => column = column with { Type = TextValue.Choice<ValueKind>(type, "type") });
        TextValue.Entries(node, name, problems, (key, value) =>
        {
            var field = Array.Find(All, f => f.Key == key);
            if (key == "type") return;
            column = field.Read is null ? throw TextValue.Unknown(key, name, value.Line, [.. All.Select(f => f.Key)]) : field.Read(column, value, problems);
        });
        return column;
    }

    private static TextNode? WritePresence(ColumnSchema column) => column.Presence == Presence.Optional ? null
        : column.Presence == Presence.Required ? TextNode.Scalar("required", true)
        : column.Presence == Presence.Somewhere ? TextNode.Scalar("somewhere", true)
        : TextNode.Map().Put("minFraction", TextValue.Unless(column.Presence.MinFraction, 0)).Put("minCount", TextValue.Unless(column.Presence.MinCount, 0));

    private static Presence ReadPresence(TextNode node, string column, List<SchemaProblem> problems)
    {
        if (node.IsScalar)
        {
            return node.Text switch
            {
                "required" => Presence.Required,
                "somewhere" => Presence.Somewhere,
                "optional" => Presence.Optional,
                _ => throw TextValue.Wrong("presence", node, "required, somewhere, optional, or a map of minFraction and minCount"),
            };
        }

        var presence = Presence.Optional;
        TextValue.Entries(node, column, problems, (key, value) => presence = key switch
        {
            "minFraction" => presence with { MinFraction = TextValue.Number(value, key) },
            "minCount" => presence with { MinCount = TextValue.Count(value, key) },
            _ => throw TextValue.Unknown(key, column, value.Line, ["minFraction", "minCount"]),
        });
        return presence;
    }

    private static TextNode? WriteLists(ColumnSchema column) =>
        column.Lists is null ? TextNode.Scalar("any", true) : column.Lists.Count == 0 ? null : TextNode.List(column.Lists.Select(l => WriteCounts(l)!));

    private static IReadOnlyList<CountRange>? ReadLists(TextNode node, string column, List<SchemaProblem> problems) =>
        node is { IsScalar: true, Text: "any" } ? null : [.. TextValue.List(node, "lists").Select(n => ReadCounts(n, column, problems))];

    private static TextNode? WriteCounts(CountRange? counts) => counts is null ? null : TextNode.Map().Put("min", TextValue.Unless(counts.Min, 0)).Put("max", TextValue.Number(counts.Max));

    private static CountRange ReadCounts(TextNode node, string column, List<SchemaProblem> problems)
    {
        var counts = new CountRange();
        TextValue.Entries(node, column, problems, (key, value) => counts = key switch
        {
            "min" => counts with { Min = TextValue.Count(value, key) },
            "max" => counts with { Max = TextValue.Count(value, key) },
            _ => throw TextValue.Unknown(key, column, value.Line, ["min", "max"]),
        });
        return counts;
    }

    private static TextNode? WriteTimes(ColumnSchema column) =>
        column.Times is null ? null : TextNode.Map().Put("earliest", TextValue.Moment(column.Times.Earliest)).Put("latest", TextValue.Moment(column.Times.Latest));

    private static TimeRange ReadTimes(TextNode node, string column, List<SchemaProblem> problems)
    {
        var times = new TimeRange();
        TextValue.Entries(node, column, problems, (key, value) => times = key switch
        {
            "earliest" => times with { Earliest = TextValue.Moment(value, key) },
            "latest" => times with { Latest = TextValue.Moment(value, key) },
            _ => throw TextValue.Unknown(key, column, value.Line, ["earliest", "latest"]),
        });
        return times;
    }

    private static TextNode? WriteComparator(Comparator? comparator) => comparator is null ? null : TextNode.Map()
        .Put("lInfinity", TextValue.Number(comparator.LInfinity))
        .Put("jensenShannon", TextValue.Number(comparator.JensenShannon))
        .Put("normalizedDifference", TextValue.Number(comparator.NormalizedDifference));

    private static Comparator ReadComparator(TextNode node, string column, List<SchemaProblem> problems)
    {
        var comparator = new Comparator();
        TextValue.Entries(node, column, problems, (key, value) => comparator = key switch
        {
            "lInfinity" => comparator with { LInfinity = TextValue.Number(value, key) },
            "jensenShannon" => comparator with { JensenShannon = TextValue.Number(value, key) },
            "normalizedDifference" => comparator with { NormalizedDifference = TextValue.Number(value, key) },
            _ => throw TextValue.Unknown(key, column, value.Line, ["lInfinity", "jensenShannon", "normalizedDifference"]),
        });
        return comparator;
    }
}
