using System.Globalization;

namespace MlOps.Monitoring;

/// <summary>The alarms of what stands beside the metrics: fairness, age, sound numbers.</summary>
internal static class PerformanceAlarms
{
    public static IEnumerable<Alarm> Of(FairnessResult result)
    {
        foreach (var measure in result.Measures.Where(m => m.IsAlarm))
        {
            var groups = measure.Worst.Count == 2 ? $"'{measure.Worst[0]}' and '{measure.Worst[1]}'" : "groups";
            var sentence = string.Create(CultureInfo.InvariantCulture, $"{groups} lie apart: {measure.Value:0.###}, the whole interval {measure.Lower:0.###} to {measure.Upper:0.###} beyond {measure.Limit:0.###}.");
            yield return new(PerformanceCheck.CheckName, AlarmKind.Performance, AlarmSeverity.Warning, $"{measure.Name} of {result.Column}", sentence)
            {
                Statistic = measure.Name,
                Value = measure.Value,
                Threshold = measure.Limit,
                Contributors = [.. result.Groups.Where(g => measure.Worst.Contains(g.Group)).Select(g => new AlarmContributor(g.Group, double.NaN, g.Selected, double.NaN))],
            };
        }
    }

    public static IEnumerable<Alarm> OfTask(PerformanceTask task)
    {
        if (task.Options.FairnessColumns.Count == 0 || task.Name == PerformanceMetric.Binary) yield break;
        yield return Quality("fairness", $"Groups are compared by how often they are predicted positive, which a model of the task {task.Name} does not say: nothing is judged. Empty FairnessColumns, and see how groups fare by SliceBy.", double.NaN, double.NaN);
    }

    public static IEnumerable<Alarm> Of(Staleness staleness, PerformanceOptions options)
    {
        if (staleness.VersionAge > options.MaxVersionAge) yield return Old("version_age", "The version was registered", staleness.VersionAge, options.MaxVersionAge.Value);
        if (staleness.DataAge > options.MaxDataAge) yield return Old("data_age", "The newest row that the version was trained on is of", staleness.DataAge.Value, options.MaxDataAge.Value);
        if (staleness.LabelAge > options.MaxLabelAge) yield return Old("label_age", "The last label came", staleness.LabelAge.Value, options.MaxLabelAge.Value);
        if (staleness.MissingLabels > options.MaxMissingLabels)
        {
            yield return Quality("missing_labels", string.Create(CultureInfo.InvariantCulture, $"{staleness.MissingLabels:P1} of the predictions have no label; at most {options.MaxMissingLabels:P1} may."), staleness.MissingLabels, options.MaxMissingLabels.Value);
        }
    }

    public static IEnumerable<Alarm> Of(NumericalStability stability, string? problem, PerformanceOptions options)
    {
        if (stability.NotANumber > 0) yield return Quality("missing_outputs", string.Create(CultureInfo.InvariantCulture, $"{stability.NotANumber:N0} of {stability.Rows:N0} predictions have no output."), stability.NotANumber, 0);
        if (stability.Infinite > 0) yield return Quality("infinite_outputs", string.Create(CultureInfo.InvariantCulture, $"{stability.Infinite:N0} of {stability.Rows:N0} predictions are infinite."), stability.Infinite, 0);
        if (stability.OutOfRange > 0) yield return Quality("impossible_probabilities", string.Create(CultureInfo.InvariantCulture, $"{stability.OutOfRange:N0} of {stability.Rows:N0} probabilities are below 0 or above 1."), stability.OutOfRange, 0);
        if (stability.IsReproduced == false) yield return Quality("samples", problem ?? string.Create(CultureInfo.InvariantCulture, $"The model no longer predicts the samples of its bundle: the largest relative difference is {stability.SampleDifference:0.###}."), stability.SampleDifference, double.NaN);
        if (stability.Perturbation > options.MaxPerturbation)
        {
            yield return Quality("perturbation", string.Create(CultureInfo.InvariantCulture, $"Inputs that change by a millionth change an output by {stability.Perturbation:P2}; at most {options.MaxPerturbation:P2} is allowed."), stability.Perturbation, options.MaxPerturbation.Value);
        }
    }

    private static Alarm Old(string subject, string what, TimeSpan age, TimeSpan limit) =>
        Quality(subject, string.Create(CultureInfo.InvariantCulture, $"{what} {age.TotalDays:0.#} days ago; at most {limit.TotalDays:0.#} are allowed."), age.TotalDays, limit.TotalDays);

    private static Alarm Quality(string subject, string sentence, double value, double limit) =>
        new(PerformanceCheck.CheckName, AlarmKind.Quality, AlarmSeverity.Warning, subject, sentence) { Direction = "up", Value = value, Threshold = limit };
}
