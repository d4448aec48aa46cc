using System.Globalization;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Reads judgements: whether they speak for a model, and whether they still hold.</summary>
internal static class Verdict
{
    private const string Validation = "the validation split";
    private const string Holdout = "the holdout";

    /// <summary>Says what speaks against a model.</summary>
    /// <returns>A sentence for each objection; none for a blessed model.</returns>
    public static IReadOnlyList<string> Objections(EvaluationReport evaluation, EvaluationReport? acceptance) =>
        [.. Objections(evaluation, Validation), .. acceptance is null ? [] : Objections(acceptance, Holdout)];

    /// <summary>Says why judgements no longer hold: the version that they compared with no longer has the alias.</summary>
    /// <param name="version">The version, with its judgements.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="current">The version that has it now; null for none.</param>
    /// <returns>A sentence for each such judgement.</returns>
    public static IReadOnlyList<string> Stale(ModelVersion version, string alias, int? current) =>
        [.. Stale(version.Evaluation, Validation, version.Model, alias, current), .. Stale(version.Acceptance, Holdout, version.Model, alias, current)];

    /// <summary>Says in a sentence what speaks for a blessed model, for the record.</summary>
    public static string Reason(EvaluationReport? evaluation, EvaluationReport? acceptance) =>
        string.Join("; ", (evaluation?.Checks ?? []).Concat(acceptance?.Checks ?? []).Select(Describe));

    private static IEnumerable<string> Objections(EvaluationReport report, string where) => report.Checks.Count == 0
        ? [$"Nothing was asked of it on {where}, and a model without a standard is not blessed. Add one to the gate."]
        : report.Checks.Where(check => !check.Holds).Select(check => $"On {where} it does not hold that {Describe(check)}.");

    private static IEnumerable<string> Stale(EvaluationReport? report, string where, string model, string alias, int? current)
    {
        if (report is null) yield break;
        var now = current is { } number ? string.Create(CultureInfo.InvariantCulture, $"{model}/{number}") : null;
        if (report.IncumbentVersion is { } compared && compared != now)
            yield return $"On {where} it was compared with {compared}, but {alias} is {now ?? "no version"} now. Run the pipeline again, so that it is compared with that.";

        // A comparison that had nothing to compare with has no bound.
        if (report.IncumbentVersion is null && now is not null && report.Checks.Any(check => check.Holds && double.IsNaN(check.Bound)))
            yield return $"On {where} there was nothing to compare it with, but {alias} is {now} now. Run the pipeline again, so that it is compared with that.";
    }

    private static string Describe(GateCheck check) => string.Create(CultureInfo.InvariantCulture, $"{check.Description} (observed {check.Observed:G6})");
}
