using MlOps.Postgres.Tests;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

if (args is [Worker.Verb, var work, var connectionString, var schema, .. var numbers])
{
    using var store = new Store(connectionString, schema);
    return await Worker.RunAsync(work, numbers, store.Metadata, store.Registry);
}

return args.Any(arg => arg is "-automated" or "@@")
    ? await ConsoleRunner.Run(args)
    : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
