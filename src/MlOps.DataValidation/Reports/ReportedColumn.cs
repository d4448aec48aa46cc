using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>What a report says of one column: its figures, remarks, histogram and most frequent values.</summary>
internal static class ReportedColumn
{
    public const int HistogramBins = 20;
    private const int TopValues = 10;

    public static double MissingShare(ColumnProfile column) => column.Rows == 0 ? double.NaN : (double)column.Missing / column.Rows;

    public static string Kind(ValueKind kind) => kind == ValueKind.Unknown ? "no values" : kind.ToString().ToLowerInvariant();

    public static string Distinct(DistinctCount distinct) => distinct.IsExact ? Readable.Count(distinct.Value) : $"≈ {Readable.Count(distinct.Value)}";

    /// <summary>The numbers that a histogram can be made of: the values, or the lengths of texts and lists.</summary>
    public static NumberStatistics? Numbers(ColumnProfile column) => column.Numbers ?? column.Times?.Ticks ?? column.Texts?.Lengths ?? column.Lists?.Lengths;

    public static string HistogramTitle(string name, ColumnProfile column) => column.Texts is not null || column.Lists is not null ? $"Histogram of the lengths of {name}" : $"Histogram of {name}";

    public static ReportAxis Axis(ColumnProfile column) => column.Kind switch
    {
        ValueKind.Date or ValueKind.Timestamp => ReportAxis.Times,
        ValueKind.Duration => ReportAxis.Spans,
        _ => ReportAxis.Numbers,
    };

    public static ReportChart? Chart(string name, ColumnProfile column)
    {
        if (Numbers(column) is not { FiniteCount: > 0 } numbers || !(numbers.FiniteMin < numbers.FiniteMax) || ShowsValues(column)) return null;
        var bins = numbers.EqualWidthHistogram(HistogramBins);
        return new(HistogramTitle(name, column), [.. bins.Select(b => new ReportBin(b.Low, b.High, b.Count))]) { Axis = Axis(column) };
    }

    /// <summary>Whether a text has so few values that they say more than their lengths.</summary>
    public static bool ShowsValues(ColumnProfile column) => column is { Texts: not null, Options.KeepValues: true, Distinct: { IsExact: true, Value: <= 20 } };

    public static IReadOnlyList<ReportFact> Of(ColumnProfile column)
    {
        var facts = new List<ReportFact> { new("Missing", $"{Readable.Count(column.Missing)} ({Readable.Share(MissingShare(column))})", column.Missing), new("Distinct", Distinct(column.Distinct), column.Distinct.Value) };
        if (column.Numbers is { Count: > 0 } numbers) Add(facts, numbers);
        if (column.Booleans is { } booleans) facts.AddRange([ReportFact.Count("True", booleans.True), ReportFact.Count("False", booleans.False)]);
        if (column.Texts is { Count: > 0 } texts) Add(facts, texts);
        if (column.Times is { Ticks.Count: > 0 } times) Add(facts, times);
        if (column.Lists is { Lengths.Count: > 0 } lists) facts.AddRange([ReportFact.Number("Shortest", lists.Lengths.Min), ReportFact.Number("Mean length", lists.Lengths.Mean), ReportFact.Number("Longest", lists.Lengths.Max)]);
        return facts;
    }

    public static IReadOnlyList<ReportChip> Remarks(ColumnProfile column)
    {
        var chips = new List<ReportChip> { new(Kind(column.Kind)) };
        if (column.Rows == 0) chips.Add(new("no rows", ReportTone.Warning));
        else if (column.Count == 0) chips.Add(new("all missing", ReportTone.Bad));
        else if (column.Missing * 2 > column.Rows) chips.Add(new("mostly missing", ReportTone.Warning));
        if (column.IsConstant) chips.Add(new("constant", ReportTone.Warning));
        else if (column.Count > 1 && column.Distinct is { IsExact: true } distinct && distinct.Value == column.Count) chips.Add(new("all different"));
        if (column.Order is ValueOrder.StrictlyAscending or ValueOrder.Ascending) chips.Add(new("ascending"));
        if (column.Order is ValueOrder.StrictlyDescending or ValueOrder.Descending) chips.Add(new("descending"));
        if (column.Numbers is { NaN: > 0 } nan) chips.Add(new($"{Readable.Count(nan.NaN)} NaN", ReportTone.Warning));
        if (column.Numbers is { } n && n.PositiveInfinities + n.NegativeInfinities is > 0 and var infinities) chips.Add(new($"{Readable.Count(infinities)} infinite", ReportTone.Warning));
        if (column.Texts is { InvalidUtf8: > 0 } texts) chips.Add(new($"{Readable.Count(texts.InvalidUtf8)} broken texts", ReportTone.Warning));
        if (column.Texts is { Count: > 0 } like && Looks(like) is { } looks) chips.Add(new($"looks like {looks}", ReportTone.Warning));
        if (column.Times is { WithOffset: > 0 } times && times.WithOffset < column.Count) chips.Add(new("mixed time zones", ReportTone.Warning));
        return chips;
    }

    public static ReportTable? Values(ColumnProfile column)
    {
        if (column.Numbers is { } && column.Distinct.Value > 50) return null;
        var top = column.TopValues(TopValues);
        if (top.Count == 0 || top[0].Count <= 1 || top[0].Count * 200 < column.Count) return null;
        return new(
            [new("value", "Most frequent"), new("count", "Count", IsNumeric: true), new("share", "Share", IsNumeric: true)],
            [.. top.Select(v => (IReadOnlyList<ReportCell>)
            [
                ReportCell.Data(Readable.Cut(v.Value)), new(v.Missed > 0 ? $"≥ {Readable.Count(v.Count)}" : Readable.Count(v.Count)) { Value = v.Count },
                ReportCell.Share((double)v.Count / column.Count) with { Bar = (double)v.Count / column.Count },
            ])]);
    }

    private static string? Looks(TextStatistics texts) => texts switch
    {
        _ when texts.LikeIntegers == texts.Count => "integers",
        _ when texts.LikeReals == texts.Count => "numbers",
        _ when texts.LikeBooleans == texts.Count => "booleans",
        _ when texts.LikeDates == texts.Count => "dates",
        _ when texts.LikeTimestamps == texts.Count => "times",
        _ => null,
    };

    private static void Add(List<ReportFact> facts, NumberStatistics numbers)
    {
        facts.AddRange(
        [
            ReportFact.Number("Min", numbers.Min), ReportFact.Number("Max", numbers.Max), ReportFact.Number("Mean", numbers.Mean), ReportFact.Number("Std deviation", numbers.SampleStandardDeviation),
            ReportFact.Number("5 %", numbers.Quantile(0.05)), ReportFact.Number("Median", numbers.Quantile(0.5)), ReportFact.Number("95 %", numbers.Quantile(0.95)), ReportFact.Number("Skewness", numbers.Skewness),
            ReportFact.Count("Zeros", numbers.Zeros), ReportFact.Count("Negatives", numbers.Negatives),
        ]);
    }

    private static void Add(List<ReportFact> facts, TextStatistics texts)
    {
        facts.AddRange(
        [
            ReportFact.Number("Shortest", texts.Lengths.Min), ReportFact.Number("Longest", texts.Lengths.Max), ReportFact.Number("Mean length", texts.Lengths.Mean), ReportFact.Count("Empty", texts.Empty),
        ]);
        if (texts is not { Min: { } min, Max: { } max }) return;
        facts.AddRange([new("First", Readable.Cut(min)), new("Last", Readable.Cut(max))]);
    }

    private static void Add(List<ReportFact> facts, TimeStatistics times)
    {
        if (times is { Earliest: { } earliest, Latest: { } latest })
        {
            facts.AddRange([new("Earliest", TimeText.Point(earliest)), new("Latest", TimeText.Point(latest))]);
            if (times.Quantile(0.5) is { } median) facts.Add(new("Median", TimeText.Point(median)));
        }
        else if (times is { Shortest: { } shortest, Longest: { } longest })
        {
            facts.AddRange([new("Shortest", TimeText.Span(shortest.Ticks), shortest.TotalSeconds), new("Longest", TimeText.Span(longest.Ticks), longest.TotalSeconds)]);
        }
    }
}
