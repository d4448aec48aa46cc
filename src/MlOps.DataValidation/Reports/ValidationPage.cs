using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Says what came of a suite of expectations.</summary>
internal static class ValidationPage
{
    /// <summary>The failures of which rows are shown.</summary>
    private const int MaxSamples = 50;

    /// <summary>The rows of each that are shown.</summary>
    private const int MaxRows = 10;

    public static ReportDocument Of(ValidationResult result)
    {
        var failures = result.Failures.ToArray();
        var (errors, warnings) = (failures.Count(f => f.Severity == Severity.Error), failures.Count(f => f.Severity == Severity.Warning));
        var words = (errors, warnings) switch
        {
            (0, 0) => $"All {Readable.Count(result.Results.Count)} expectations were met on {Readable.Count(result.RowCount)} rows.",
            (0, _) => $"The data passes with {Readable.Count(warnings)} warnings among {Readable.Count(result.Results.Count)} expectations on {Readable.Count(result.RowCount)} rows.",
            _ => $"{Readable.Count(errors)} of {Readable.Count(result.Results.Count)} expectations failed on {Readable.Count(result.RowCount)} rows. {Readable.Cut(failures[0].Message)}",
        };
        return new("validation", result.Suite, words, errors > 0 ? ReportTone.Bad : warnings > 0 ? ReportTone.Warning : ReportTone.Good,
            [
                ReportFact.Count("Rows", result.RowCount), ReportFact.Count("Rejected rows", result.RejectedCount), ReportFact.Count("Expectations", result.Results.Count),
                ReportFact.Count("Failed", errors), ReportFact.Count("Warnings", warnings),
            ],
            [
                new("Expectations") { Table = Table([.. failures, .. result.Results.Where(r => r.Success)]) },
                .. failures.Take(MaxSamples).Select((f, i) => (Failure: f, Index: i)).Where(f => HasSample(f.Failure)).Select(f => Sample(f.Failure, f.Index)),
            ])
        {
            Checks = [.. result.Results.Select(r => new ReportCheck(GroupOf(result, r), r.Expected, Tone(r), r.Message))],
        };
    }

    private static ReportTable Table(IReadOnlyList<ExpectationResult> results) => new(
        [
            new("status", "Status"), new("finding", "Expectation") { IsWide = true }, new("columns", "Columns"), new("failing", "Failing rows", true), new("share", "Share", true), new("missing", "Missing", true),
            new("observed", "Observed", true),
        ],
        [.. results.Select((r, i) => (IReadOnlyList<ReportCell>)
        [
            ReportCell.Chip(r.Success ? "met" : r.Error is not null ? "not checked" : r.Severity == Severity.Error ? "failed" : "warning", Tone(r)),
            new(Readable.Cut(r.Success ? r.Expected : r.Message)) { Link = i < MaxSamples && HasSample(r) ? $"e{i}" : null }, ReportCell.Data(Readable.Cut(string.Join(", ", r.Columns))),
            ReportCell.Count(r.UnexpectedCount), ReportCell.Share(r.UnexpectedPercent / 100) with { Bar = r.UnexpectedCount > 0 ? r.UnexpectedPercent / 100 : null }, ReportCell.Count(r.MissingCount),
            r.Observed.IsMissing ? new(Readable.Nothing) : Observed(r.Observed),
        ])]);

    private static ReportCell Observed(Scalar value) => value.Value switch
    {
        long whole => ReportCell.Count(whole),
        double number => ReportCell.Number(number),
        decimal exact => ReportCell.Number((double)exact),
        _ => ReportCell.Data(Readable.Cut(value.ToString())),
    };

    private static bool HasSample(ExpectationResult result) => !result.Success && result.Sample.Count > 0;

    private static ReportSection Sample(ExpectationResult result, int index)
    {
        string[] keys = [.. result.Sample.SelectMany(r => r.Keys.Keys).Distinct(StringComparer.Ordinal)];
        string[] values = [.. result.Sample.SelectMany(r => r.Values.Keys).Distinct(StringComparer.Ordinal).Except(keys)];
        return new(Readable.Cut(result.Expected))
        {
            IsCard = true,
            Anchor = $"e{index}",
            Chips = [new(result.Severity == Severity.Error ? "failed" : "warning", Tone(result))],
            Note = Readable.Cut(result.Message),
            Table = new(
                [new("row", "Row", true), .. keys.Concat(values).Select(n => new ReportColumn(n, Readable.Cut(n)))],
                [.. result.Sample.Take(MaxRows).Select(r => (IReadOnlyList<ReportCell>)[ReportCell.Count(r.Row), .. keys.Select(k => Cell(r.Keys, k)), .. values.Select(v => Cell(r.Values, v))])]),
        };
    }

    private static ReportCell Cell(IReadOnlyDictionary<string, Scalar> values, string name) =>
        values.TryGetValue(name, out var value) && !value.IsMissing ? ReportCell.Data(Readable.Cut(value.ToString())) : new(Readable.Nothing);

    private static string GroupOf(ValidationResult result, ExpectationResult one) => one.Columns.Count == 0 ? result.Suite : $"{result.Suite}.{string.Join(", ", one.Columns)}";

    private static ReportTone Tone(ExpectationResult result) => result.Success ? ReportTone.Good : result.Severity == Severity.Error ? ReportTone.Bad : ReportTone.Warning;
}
