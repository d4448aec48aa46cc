using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.DuckDb;
using MlOps.DuckDb.Tests;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

if (args is ["read", var file, var temporary, var end])
{
    var engine = new DuckDbEngine(Options.Create(new DuckDbOptions { TempFolder = temporary }));
    await engine.ReadAsync(new CsvFile(file)).ReadAll();
    Console.WriteLine("read");
    if (end == "wait") await Task.Delay(Timeout.Infinite);
    return 0; // as a host that nobody disposes
}

return args.Any(arg => arg is "-automated" or "@@")
    ? await ConsoleRunner.Run(args)
    : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
