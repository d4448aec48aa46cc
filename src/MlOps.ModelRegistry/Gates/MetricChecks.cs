using System.Globalization;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Reads metrics out of judgements.</summary>
internal static class Judgements
{
    internal static EvaluationReport? Of(ModelVersion version, JudgedOn on) => on is JudgedOn.Validation ? version.Evaluation : version.Acceptance;

    internal static string Name(JudgedOn on) => on is JudgedOn.Validation ? "the validation split" : "the holdout";

    internal static string Name(string metric, JudgedOn on, string? slice) => slice is null ? $"{metric} on {Name(on)}" : $"{metric} of slice '{slice}' on {Name(on)}";

    /// <summary>Gives a metric, or says why there is none.</summary>
    internal static (double Value, string? Missing) Find(ModelVersion version, string metric, JudgedOn on, string? slice)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"version {version.Version}");
        if (Of(version, on) is not { } report) return (double.NaN, $"{name} was never judged on {Name(on)}");
        var metrics = slice is null ? report.Metrics : report.Slices.FirstOrDefault(s => s.Slice == slice)?.Metrics;
        if (metrics is null) return (double.NaN, $"the judgement of {name} on {Name(on)} has no slice '{slice}'");
        return metrics.TryGetValue(metric, out var value) ? (value, null) : (double.NaN, $"the judgement of {name} has no {Name(metric, on, slice)}");
    }
}

/// <summary>A metric within a bound. One that could not be computed is never within it.</summary>
internal sealed record BoundCheck(string Metric, double Bound, bool IsLeast, JudgedOn On, string? Slice) : IModelCheck
{
    public ValueTask<string?> ObjectionAsync(ModelQuestion question, CancellationToken cancellationToken)
    {
        var asked = $"{Judgements.Name(Metric, On, Slice)} must be {(IsLeast ? "at least" : "at most")}";
        var (value, missing) = Judgements.Find(question.Candidate, Metric, On, Slice);
        if (missing is not null) return new(string.Create(CultureInfo.InvariantCulture, $"{asked} {Bound:G6}, but {missing}."));
        var holds = IsLeast ? value >= Bound : value <= Bound;
        return new(holds ? null : string.Create(CultureInfo.InvariantCulture, $"{asked} {Bound:G6}, but it is {value:G6}."));
    }
}

/// <summary>A metric no worse than that of the version that has the alias, on the same rows.</summary>
internal sealed record IncumbentCheck(string Metric, double Tolerance, bool IsLeast, JudgedOn On, string? Slice) : IModelCheck
{
    public ValueTask<string?> ObjectionAsync(ModelQuestion question, CancellationToken cancellationToken)
    {
        if (question.Incumbent is not { } incumbent) return new((string?)null);
        var asked = string.Create(CultureInfo.InvariantCulture, $"{Judgements.Name(Metric, On, Slice)} must be no {(IsLeast ? "lower" : "higher")} than that of version {incumbent.Version}");
        var (value, missing) = Judgements.Find(question.Candidate, Metric, On, Slice);
        if (missing is not null) return new($"{asked}, but {missing}.");
        if (FindBound(question.Candidate, incumbent) is not { } bound)
            return new($"{asked}, but the two were never judged on the same rows. Run the pipeline again with a comparison with {question.Change.Alias}.");
        var holds = IsLeast ? value >= bound - Tolerance : value <= bound + Tolerance;
        return new(holds ? null : string.Create(CultureInfo.InvariantCulture, $"{asked}, which is {bound:G6}, within {Tolerance:G6}, but it is {value:G6}."));
    }

    // Either the judgement of the candidate judged the incumbent beside it, or both were judged on the same data.
    private double? FindBound(ModelVersion candidate, ModelVersion incumbent)
    {
        var report = Judgements.Of(candidate, On)!;
        var name = string.Create(CultureInfo.InvariantCulture, $"{incumbent.Model}/{incumbent.Version}");
        var besides = Slice is null ? report.Incumbent : report.Slices.First(s => s.Slice == Slice).Incumbent;
        if (report.IncumbentVersion == name && besides?.TryGetValue(Metric, out var beside) == true) return beside;
        if (Judgements.Of(incumbent, On)?.Data.Fingerprint != report.Data.Fingerprint) return null;
        return Judgements.Find(incumbent, Metric, On, Slice) is (var value, null) ? value : null;
    }
}
