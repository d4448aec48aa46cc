using MlOps.Sqlite.Tests;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

if (args is [Worker.Verb, var work, var file, .. var numbers])
{
    using var store = new Store(file);
    return await Worker.RunAsync(work, numbers, store.Metadata, store.Registry);
}

return args.Any(arg => arg is "-automated" or "@@")
    ? await ConsoleRunner.Run(args)
    : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
