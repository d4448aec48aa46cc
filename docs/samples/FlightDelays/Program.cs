using System.Diagnostics;
using FlightDelays;
using MlOps.Core;
using MlOps.DataValidation;
using MlOps.Monitoring;
using Spectre.Console;
using Report = FlightDelays.Report;

if (Arguments.Parse(args) is not { } arguments)
{
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

var watch = Stopwatch.StartNew();
if (arguments.Fresh && Directory.Exists(".mlops")) Directory.Delete(".mlops", recursive: true);

// Where the output goes to a file, there is no screen to be as narrow as.
if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 160;

var clock = new ReplayClock(Replay.Start);
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
builder.Logging.ClearProviders(); // the report says what happened
builder.WebHost.UseUrls($"http://127.0.0.1:{(arguments.Serve ? 5080 : 0)}");
builder.Services.AddSingleton<TimeProvider>(clock);
builder.Services.AddSingleton(new FlightFeed(
    Files.Flights,
    arguments.Kilometres ? new DateTimeOffset(2001, 6, 15, 0, 0, 0, TimeSpan.Zero) : null,
    arguments.BrokenDay ? new DateTimeOffset(2001, 6, 20, 0, 0, 0, TimeSpan.Zero) : null));
var schema = DataSchema.FromYaml(File.ReadAllText(Files.Schema)); // what training data, the feed and requests are held to
builder.Services.AddSingleton(schema);
builder.Services.AddSingleton<Arrivals>();
builder.Services.AddMlOps()
    .AddFeatures<FlightFeatures>()
    .UseInProcessOnlineStore() // the replay starts anew each time; a service keeps its features in SQLite, PostgreSQL or Redis
    .AddTransformer<AddCalendarFeatures>()
    .AddTransformer<AskAtFullHour>()
    .AddTransformer<AirportCoordinates>()
    .AddPipeline<FlightDelayPipeline>(FlightDelayPipeline.Name)
    .AddModelGate(FlightDelayPipeline.Name, ModelNames.Champion, gate => gate.AtLeast("auc", 0.55, slice: "origin=ORD")) // of use at the busiest airport, too
    .AddInputGuard(FlightDelayPipeline.Name, schema.ToSuite("serving"))
    .AddMonitor(Replay.Daily, monitor =>
    {
        // A single day tells whether the feed has changed, on its evening: performance is estimated, as no label has come.
        monitor.Configure(options => (options.Model, options.CoolDown) = (FlightDelayPipeline.Name, Replay.CoolDown));
        monitor.Configure(Replay.IgnoreHistory);
        monitor.OnDrift(drift => drift.Run(FlightDelayPipeline.Name, report => Replay.KnownBy(report.To - Replay.LabelsAfter)));
    })
    .AddMonitor(Replay.Settled, monitor =>
    {
        // The same day again when its labels have come, against the version that served it. How many flights are late moves with every storm: that is for the week.
        monitor.Configure(options => (options.Model, options.Alias, options.LabelShareChange, options.KeepReports) = (FlightDelayPipeline.Name, Replay.Settled, 1000, 7));
        monitor.Configure(Replay.IgnoreHistory);
    })
    .AddMonitor(Replay.Weekly, monitor =>
    {
        monitor.Configure(options => (options.Model, options.CoolDown) = (FlightDelayPipeline.Name, Replay.CoolDown));
        monitor.Configure(options => options.SkippedChecks.Add("performance"));
        monitor.Configure(Replay.IgnoreHistory);
        monitor.OnDrift(drift => drift.Run(FlightDelayPipeline.Name, report => Replay.KnownBy(report.To)));
    });
builder.Services.AddSingleton<Replay>();

await using var app = builder.Build();
app.MapModels();
await app.StartAsync();
var replay = app.Services.GetRequiredService<Replay>();

try
{
    await replay.ForgetLastReplayAsync();
    Report.Title("1. The pipeline: learn from January and February, choose with March, hold April out");
    var run = await PipelineScreen.RunAsync(progress => app.Services.GetRequiredService<IPipelineRunner>().RunAsync(FlightDelayPipeline.Name, new() { Progress = progress }));
    Report.Stages(run);
    Report.Model(run);
    if (arguments.Again) Console.WriteLine(await app.Services.GetRequiredService<IPipelineRunner>().ReplayAsync(run.RunId));

    Report.Title($"2. May and June, day by day through {app.Urls.First()}/v2/models/{FlightDelayPipeline.Name}/infer");
    var lived = await replay.RunAsync(new Uri(app.Urls.First()), Report.Day, Report.Triggers, Report.PutAside);
    Report.Weeks(lived.Weeks);
    Report.Performance(lived);
    Report.Consistency(await replay.CheckFeaturesAsync());
    await Report.VersionsAsync(app.Services.GetRequiredService<IModelRegistry>(), FlightDelayPipeline.Name);
    Report.Places(app.Services, await replay.WritePageAsync(MonitorPage.Of(lived.Settled)), watch.Elapsed);
}
catch (MlOpsException e)
{
    AnsiConsole.MarkupLineInterpolated($"[red]{e.Message}[/]");
    return 1;
}

if (arguments.Serve)
{
    Report.Curl(app.Urls.First());
    await app.WaitForShutdownAsync();
}
else
{
    await app.StopAsync();
}

return 0;
