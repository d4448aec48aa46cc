using MlOps.Postgres.Tests;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

if (args is [Worker.Verb, .. var work]) return await Worker.RunAsync(work);
return args.Any(arg => arg is "-automated" or "@@")
    ? await ConsoleRunner.Run(args)
    : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
