using MlOps.Sqlite.Tests;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

if (args is [Worker.Verb, var work, var file, .. var numbers])
{
    using var store = new Store(file);
    return await Worker.RunAsync(work, numbers, store.Metadata, store.Registry);
}

if (args is ["online", var features, var process, var rows]) return await SqliteOnlineStoreTests.RunAsync(features, int.Parse(process, System.Globalization.CultureInfo.InvariantCulture), int.Parse(rows, System.Globalization.CultureInfo.InvariantCulture));

return args.Any(arg => arg is "-automated" or "@@")
    ? await ConsoleRunner.Run(args)
    : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
