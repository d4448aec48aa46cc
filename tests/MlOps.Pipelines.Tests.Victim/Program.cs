using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Pipelines.Tests.Victim;

// MlOps.Pipelines.Tests.Victim <folder> [write:<n> | stage:<name> | wait]
// Runs one pipeline on SQLite and files in the folder, and dies where it is told to: after the n-th write to a store, or in the middle of a stage.
// "wait" makes each stage take a little, so that somebody else can kill it at any moment.
var folder = args[0];
var death = new Death(folder, args.ElementAtOrDefault(1) ?? string.Empty);

var services = new ServiceCollection();
services.AddSingleton(death);
services.AddMlOpsCore(o => o.Folder = folder)
    .UseSqlite()
    .UseFileArtifacts()
    .AddPipeline<Chain>("chain", o => o.MaxParallelStages = 2);
services.KillAround<ICheckpointStore>((inner, d) => new MortalCheckpoints(inner, d));
services.KillAround<IMetadataStore>((inner, d) => new MortalMetadata(inner, d));
await using var provider = services.BuildServiceProvider();

var run = await provider.GetRequiredService<IPipelineRunner>().RunAsync("chain");
var result = new Outcome(run.RunId, run.IsResumed, [.. run.Stages.Select(s => new StageOutcome(s.Name, s.Status, s.Cache.Reason, s.OutputFingerprint!))]);
Console.WriteLine(JsonSerializer.Serialize(result, MlOpsJson.Options));
return 0;
