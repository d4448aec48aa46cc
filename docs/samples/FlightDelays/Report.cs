using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.FeatureStore;
using MlOps.ModelRegistry;
using MlOps.Monitoring;
using Spectre.Console;

namespace FlightDelays;

/// <summary>What a person sees on the terminal.</summary>
internal static class Report
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static void Title(string text)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLineInterpolated($"[bold]{text}[/]");
    }

    public static void Stages(PipelineRun run)
    {
        var table = Table("stage", "result", "seconds", "why");
        foreach (var stage in run.Stages)
            table.AddRow(stage.Name, stage.Status.ToString().ToLowerInvariant(), stage.Duration.TotalSeconds.ToString("0.00", Culture), Markup.Escape(stage.Cache.Reason));
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLineInterpolated(Culture, $"run {run.RunId}{(run.IsResumed ? ", resumed" : "")}: {run.Stages.Count(s => s.Status == StageStatus.Cached)} of {run.Stages.Count} stages cached, {run.Duration.TotalSeconds:0.0} s");
    }

    public static void Model(PipelineRun run)
    {
        var candidate = run.Output<EvaluatedCandidate>();
        var table = Table("metric", "baseline", "validation (March)", "holdout (April)");
        foreach (var (name, value) in candidate.Evaluation.Metrics)
        {
            table.AddRow(
                name,
                Number(candidate.Evaluation.Baseline.GetValueOrDefault(name, double.NaN)),
                Number(value),
                Number(candidate.Acceptance?.Metrics.GetValueOrDefault(name, double.NaN) ?? double.NaN));
        }

        AnsiConsole.Write(table);
        var slices = Table("slice", "flights", "auc (March)");
        foreach (var slice in candidate.Evaluation.Slices) slices.AddRow(slice.Slice, slice.Rows.ToString(Culture), Number(slice.Metrics["auc"]));
        AnsiConsole.Write(slices);
        foreach (var check in candidate.Evaluation.Checks.Concat(candidate.Acceptance?.Checks ?? []))
            AnsiConsole.MarkupLine($"{(check.Holds ? "[green]holds[/]" : "[red]fails[/]")}  {Markup.Escape(check.Description)}: {Number(check.Observed)}");
        AnsiConsole.MarkupLineInterpolated($"{Outcome(run)}");
    }

    public static void Day(Day day) => AnsiConsole.MarkupLineInterpolated(
        Culture, $"{day.Date:yyyy-MM-dd}  [red]{string.Join(", ", day.Result.Report.Drift!.Drifted)}: alarm[/]  {Sentence(day.Result.Report.Drift!)}");

    public static void Triggers(DateTimeOffset when, MonitorResult result)
    {
        foreach (var trigger in result.Triggers.Where(t => t.Status is TriggerStatus.Ran or TriggerStatus.Failed))
        {
            AnsiConsole.MarkupLineInterpolated(Culture, $"{when:yyyy-MM-dd}  [yellow]{trigger.Reason}[/]");
            if (trigger.Run is not { } run) continue;
            AnsiConsole.MarkupLineInterpolated(Culture, $"            {run.Duration.TotalSeconds:0.0} s, {run.Stages.Count(s => s.Status == StageStatus.Cached)} of {run.Stages.Count} stages cached");
            if (run.Output<EvaluatedCandidate>().Evaluation is { Incumbent: { } incumbent } evaluation)
                AnsiConsole.MarkupLineInterpolated($"            auc {Number(evaluation.Metrics["auc"])}, champion {evaluation.IncumbentVersion} auc {Number(incumbent["auc"])} on the same flights");
            AnsiConsole.MarkupLineInterpolated($"            {Outcome(run)}");
        }
    }

    public static void PutAside(DateTimeOffset day, IReadOnlyList<PutAside> flights) => AnsiConsole.MarkupLineInterpolated(
        Culture, $"{day:yyyy-MM-dd}  [yellow]{flights.Count} flights put aside[/]  expected that {string.Join("; ", flights.Select(f => f.Because).Distinct())}");

    public static void Weeks(IReadOnlyList<Week> weeks)
    {
        var columns = weeks[0].Result.Report.Drift!.Columns.Where(c => c.Status != DriftStatus.NotCompared).Select(c => c.Column).ToList();
        var table = Table(["week from", "flights", .. columns.Select(c => $"PSI {c}"), "late in training", "late", "trigger"]);
        foreach (var week in weeks)
        {
            var report = week.Result.Report.Drift!;
            table.AddRow([
                week.Start.ToString("yyyy-MM-dd", Culture),
                report.Rows.ToString(Culture),
                .. columns.Select(name => report.Columns.Single(c => c.Column == name)).Select(c => Marked(double.IsNaN(c.Psi) ? "-" : c.Psi.ToString("0.000", Culture), c.IsDrifted)),
                report.Label is null ? "-" : report.Label.Reference.ToString("P1", Culture),
                report.Label is null ? "-" : Marked(report.Label.Current.ToString("P1", Culture), report.Label.IsDrifted),
                week.Result.Triggers.Single().Status switch
                {
                    TriggerStatus.NotNeeded => "",
                    TriggerStatus.Ran => "[yellow]pipeline ran[/]",
                    TriggerStatus.Held => "held",
                    TriggerStatus.Stopped => "stopped",
                    _ => "[red]failed[/]",
                },
            ]);
        }

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine("[dim]Each week's inputs and share of late flights against the training data of the champion of that day. Marked is what is both large and beyond chance.[/]");
    }

    /// <summary>Shows what was estimated on the evenings beside what the labels said three days later.</summary>
    public static void Performance(Lived lived)
    {
        var table = Table("week from", "labels on the evening", "auc estimated", "labels 3 days later", "auc realized", "off by", "days with an alarm");
        foreach (var week in lived.Weeks)
        {
            bool IsIn(MonitorReport report) => report.From >= week.Start && report.From < week.End;
            var (evenings, settled) = (lived.Evenings.Where(IsIn).ToList(), lived.Settled.Where(IsIn).ToList());
            var (estimated, realized) = (Mean(evenings, point => point.Estimated), Mean(settled, point => point.Realized));
            var alarms = settled.Count(r => r.Section<PerformanceReport>()!.Alarms.Count > 0);
            table.AddRow(
                week.Start.ToString("yyyy-MM-dd", Culture), Labelled(evenings), Number(estimated), Labelled(settled), Number(realized), (realized - estimated).ToString("+0.0000;-0.0000", Culture), Marked(alarms.ToString(Culture), alarms > 0));
        }

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine("[dim]The mean of the days of each week: estimated without labels on the evening of a day, realized when its labels have come.[/]");
    }

    public static void Consistency(ConsistencyReport report)
    {
        var differing = report.Features.Where(f => f.DifferingShare > 0).Select(f => string.Create(Culture, $"{f.Feature} in {f.DifferingShare:P2}"));
        AnsiConsole.WriteLine(string.Create(
            Culture, $"The features of {report.Compared} predictions, computed again as of their time: {(differing.Any() ? $"{string.Join(", ", differing)} differ" : "the same as were served")}."));
    }

    public static async Task VersionsAsync(IModelRegistry registry, string model)
    {
        Title("3. The registry");
        foreach (var version in (await registry.ListVersionsAsync(model)).Reverse())
            AnsiConsole.MarkupLineInterpolated($"{version.Model}/{version.Version}  {string.Join(", ", version.Aliases)}  auc {Number(version.Evaluation?.Metrics.GetValueOrDefault("auc", double.NaN) ?? double.NaN)}  sha256 {version.Bundle?.Artifact.Digest[..12]}");
    }

    public static void Places(IServiceProvider services, string page, TimeSpan elapsed)
    {
        var options = services.GetRequiredService<IOptions<MlOpsOptions>>().Value;
        AnsiConsole.WriteLine();
        var text = new StringBuilder()
            .AppendLine(Culture, $"runs, checkpoints, models  {options.PathOf("mlops.db")}")
            .AppendLine(Culture, $"artifacts                  {options.PathOf("artifacts")}")
            .AppendLine(Culture, $"prediction log             {options.PathOf("predictions")}")
            .AppendLine(Culture, $"report of all days         {page}")
            .Append(Culture, $"done in {elapsed.TotalSeconds:0.0} s with {Environment.WorkingSet >> 20} MB");
        Console.WriteLine(text);
    }

    public static void Curl(string url)
    {
        Console.WriteLine();
        Console.WriteLine("Ask for a flight from Chicago to New York on a Friday evening (Ctrl+C ends):");
        var request = Encoding.UTF8.GetString(Replay.Request("my-first", [new(new(2001, 7, 6, 18, 30, 0, TimeSpan.Zero), 0, 733, "ORD", "LGA")]));
        Console.WriteLine($"curl -s {url}/v2/models/{FlightDelayPipeline.Name}/infer -H 'Content-Type: application/json' -d '{request}'");
    }

    private static string Outcome(PipelineRun run)
    {
        var (registration, promotion) = (run.Output<Registration>(), run.Output<Promotion>());
        var version = registration.Version is { } found ? $"{found.Model}/{found.Version}{(registration.IsNew ? "" : " (the same bundle as before)")}" : "";
        return promotion.IsPromoted ? $"registered as {version}, serves as {ModelNames.Champion}" : $"not promoted. {string.Join(" ", promotion.Refusals)}";
    }

    private static string Sentence(DriftReport report) => string.Join(" ", report.Columns.Where(c => c.IsDrifted).Select(c => c.Sentence));

    private static double Mean(IEnumerable<MonitorReport> reports, Func<PerformancePoint, PerformanceValue?> value) => reports
        .Select(r => r.Section<PerformanceReport>()?.Series.FirstOrDefault(s => s is { Metric: "auc", Segment: null }))
        .Select(s => s is null ? null : value(s.Points[0])?.Value).OfType<double>().DefaultIfEmpty(double.NaN).Average();

    private static string Labelled(IEnumerable<MonitorReport> reports)
    {
        var days = reports.Select(r => r.Section<PerformanceReport>()!).ToList();
        return (days.Sum(d => d.Labels) / Math.Max(1.0, days.Sum(d => d.Rows))).ToString("P0", Culture);
    }

    private static string Marked(string text, bool alarm) => alarm ? $"[red]{text} ![/]" : text;

    private static string Number(double value) => double.IsNaN(value) ? "-" : value.ToString("0.0000", Culture);

    private static Table Table(params string[] columns) => new Table { Border = TableBorder.Simple }.AddColumns(columns);
}
