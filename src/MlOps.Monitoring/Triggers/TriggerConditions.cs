using System.Globalization;
using Apache.Arrow;
using Cronos;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>When pipelines are started.</summary>
internal static class TriggerConditions
{
    public static TriggerCondition Drift() => Alarms(TriggerKinds.Drift, "drift", "There is no alarm of kind Drift.", a => a.Kind == AlarmKind.Drift && a.Severity > AlarmSeverity.Information);

    public static TriggerCondition Performance() =>
        Alarms(TriggerKinds.Performance, "a drop of performance", "Performance has not dropped.", a => a.Kind == AlarmKind.Performance && a.Severity > AlarmSeverity.Information);

    public static TriggerCondition Alarm(Func<Alarm, bool> predicate) => Alarms(TriggerKinds.Alarm, "alarms", "There is no such alarm.", a => a.Kind != AlarmKind.Failure && predicate(a));

    public static TriggerCondition Data(long count) => new(TriggerKinds.Data, string.Create(CultureInfo.InvariantCulture, $"There are less than {count} new predictions."), async (question, cancellationToken) =>
    {
        var found = await CountAsync(question, question.Since, IsPrediction, cancellationToken).ConfigureAwait(false);
        return found < count ? null : new(TriggerKinds.Data, string.Create(CultureInfo.InvariantCulture, $"{found} new predictions"), []);
    });

    /// <summary>Asks whether the latest version of a dataset is one that no version of the model and no run of the pipeline has learned from.</summary>
    public static TriggerCondition Dataset(string name) => new(TriggerKinds.Data, $"There is no new version of dataset '{name}'.", async (question, cancellationToken) =>
    {
        var lineage = question.Lineage ?? throw new InvalidOperationException($"The host has no ILineageStore, so that the versions of dataset '{name}' are not known. Add one, as with UseSqlite.");
        var versions = await lineage.ListNodesAsync(LineageKind.Dataset, LineageChecks.Shorten(name, name), 1, cancellationToken).ConfigureAwait(false);
        if (versions.Count == 0 || question.Datasets.Contains(versions[0].Id)) return null;
        var learned = await lineage.FindModelsLearnedFromAsync(versions[0], cancellationToken).ConfigureAwait(false);
        return learned.Nodes.Any(n => n.Node.Id.StartsWith(question.Report.Model + "/", StringComparison.Ordinal))
            ? null
            : new(TriggerKinds.Data, $"dataset {name} ({versions[0].Id[..Math.Min(12, versions[0].Id.Length)]}), newer than the data", []) { Dataset = versions[0].Id };
    })
    {
        Subject = name,
    };

    public static TriggerCondition Labels(long count) => new(TriggerKinds.Labels, string.Create(CultureInfo.InvariantCulture, $"There are less than {count} new labels."), async (question, cancellationToken) =>
    {
        var from = question.Since < question.Report.From ? question.Since : question.Report.From;
        var found = await CountAsync(question, from, IsNewLabel(question), cancellationToken).ConfigureAwait(false);
        return found < count ? null : new(TriggerKinds.Labels, string.Create(CultureInfo.InvariantCulture, $"{found} new labels"), []);
    });

    public static TriggerCondition Schedule(CronExpression cron) => new(TriggerKinds.Schedule, "It is not time.", (question, _) =>
    {
        var due = cron.GetNextOccurrence(question.Since.UtcDateTime, inclusive: question.IsFirst);
        return ValueTask.FromResult(due is null || due >= question.Report.To.UtcDateTime ? null : new TriggerCause(TriggerKinds.Schedule, string.Create(CultureInfo.InvariantCulture, $"the schedule, due at {due:u}"), []));
    });

    private static TriggerCondition Alarms(string kind, string what, string nothing, Func<Alarm, bool> predicate) =>
        new(kind, nothing, (question, _) => ValueTask.FromResult(TriggerCause.Of(kind, what, question.Report.Alarms.Where(predicate))));

    private static async Task<long> CountAsync(TriggerQuestion question, DateTimeOffset from, Func<RecordBatch, Func<int, bool>> counts, CancellationToken cancellationToken)
    {
        if (from >= question.Report.To) return 0;
        long found = 0;
        await foreach (var batch in question.Log.ReadWatchedAsync(question.Report.Model, from, question.Report.To, question.Options, cancellationToken).ConfigureAwait(false))
        {
            var isCounted = counts(batch);
            for (var row = 0; row < batch.Length; row++)
            {
                if (isCounted(row)) found++;
            }
        }

        return found;
    }

    private static Func<int, bool> IsPrediction(RecordBatch batch)
    {
        var errors = ColumnReader.Find(batch, PredictionColumns.Error);
        return row => errors is null || errors.IsNull(row);
    }

    private static Func<RecordBatch, Func<int, bool>> IsNewLabel(TriggerQuestion question) => batch =>
    {
        var times = ColumnReader.Find(batch, PredictionColumns.TruthTime) as TimestampArray;
        return row => times?.GetTimestamp(row) is { } at && (at > question.Since || (question.IsFirst && at == question.Since)) && at <= question.Report.To;
    };
}

/// <summary>When a pipeline is started.</summary>
/// <param name="Kind">The kind, as records of runs name it.</param>
/// <param name="Nothing">What is said when there is no cause.</param>
/// <param name="FindAsync">Finds a cause; null when there is none.</param>
internal sealed record TriggerCondition(string Kind, string Nothing, Func<TriggerQuestion, CancellationToken, ValueTask<TriggerCause?>> FindAsync)
{
    /// <summary>Gets what it looks at, where a monitor can look at several for one pipeline: a dataset. Null for the predictions of the model.</summary>
    public string? Subject { get; init; }
}

/// <summary>What a condition is asked with.</summary>
/// <param name="Report">What the checks found.</param>
/// <param name="Since">The end of the window for which the pipeline was started last, or the beginning of this one.</param>
/// <param name="IsFirst">Whether it was never started.</param>
/// <param name="Log">The predictions.</param>
/// <param name="Options">Which of them the monitor watches.</param>
/// <param name="Lineage">Where datasets come from and what they went into; null when the host records none.</param>
/// <param name="Datasets">The datasets that runs of the pipeline have used.</param>
internal sealed record TriggerQuestion(MonitorReport Report, DateTimeOffset Since, bool IsFirst, IPredictionLog Log, MonitorOptions Options, ILineageStore? Lineage, IReadOnlyList<string> Datasets);
