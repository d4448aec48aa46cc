using System.Globalization;
using MlOps.Benchmarks;

Comparison[] all =
[
    PipelineOverhead.Comparison, ReadingRows.Comparison, TrainingFromRows.Comparison, .. PredictingInProcess.Comparisons, .. ServingHttp.Comparisons,
    ProfilingFlights.Comparison, .. ProfilingNumbers.Comparisons, ProfilingMemory.Comparison, .. ProfilingValues.Comparisons,
    CheckingFlights.Comparison, .. CheckingRecords.Comparisons, .. QuarantiningRows.Comparisons, .. MlflowHttp.Comparisons,
    .. StoringRuns.Comparisons, .. SearchingRuns.Comparisons, .. RegisteringVersions.Comparisons,
    .. LoggingToRuns.Comparisons, .. WalkingLineage.Comparisons,
    .. RecordingInPostgres.Comparisons, WritingToPostgres.Comparison, .. SearchingInPostgres.Comparisons,
    .. JoiningFeatures.Comparisons, .. JoiningInPostgres.Comparisons, .. WindowingEvents.Comparisons, .. ReadingOnline.Comparisons, .. ReadingWindowsOnline.Comparisons,
    .. MaterializingFeatures.Comparisons, .. ServingFeatures.Comparisons,
    .. LoggingPredictions.Comparisons, .. ComparingRows.Comparisons, .. ReportingDrift.Comparisons, .. EstimatingPerformance.Comparisons,
];

if (args is ["side", var name, var side])
{
    var comparison = all.Single(c => c.Name == name);
    var measured = await (side == "ours" ? comparison.Ours : comparison.Baseline).RunAsync();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result {measured.Value} {measured.Unit}"));
    return 0;
}

if (args is ["study-false-alarms", .. var sizes] && sizes.Length <= 1)
{
    if (sizes is [var most]) FalseAlarmStudy.MostRows = int.Parse(most, CultureInfo.InvariantCulture);
    FalseAlarmStudy.Run();
    RowsOnNothing.Run();
    PeersOnNothing.Run();
    PowerStudy.Run();
    return 0;
}

if (args is ["study-rows"])
{
    RowsOnNothing.Run();
    return 0;
}

if (args is ["write-postgres", var connectionString, var writer])
{
    await WritingToPostgres.WriteAsync(connectionString, writer);
    return 0;
}

if (args is ["serve", var kind, .. var rest])
{
    await (MlflowHttp.Serves(kind) ? MlflowHttp.ServeAsync(kind, rest.FirstOrDefault()) : ServingFeatures.Serves(kind) ? ServingFeatures.ServeAsync(kind) : ServingHttp.ServeAsync(kind));
    return 0;
}

if (args is ["write", var file, var number])
{
    await StoringRuns.WriteAsync(file, int.Parse(number, CultureInfo.InvariantCulture));
    return 0;
}

var wanted = all.Where(c => args.Length == 0 || args.Any(a => c.Name.Contains(a, StringComparison.OrdinalIgnoreCase))).ToList();
if (wanted.Count == 0)
{
    Console.Error.WriteLine($"Nothing is called {string.Join(", ", args)}. There is: {string.Join(", ", all.Select(c => c.Name))}.");
    return 1;
}

Console.WriteLine("| question | ours, median | baseline, median | ratio, median (lowest to highest) | target | |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach (var comparison in wanted) Console.WriteLine(await comparison.RunAsync(rounds: 5));
return 0;
