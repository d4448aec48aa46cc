using MlOps.Core;
using MlOps.MetadataStore.Tests;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

if (args is ["put", var folder, var size])
{
    try
    {
        await TestStore.Open(folder).PutAsync(new Zeros(long.Parse(size, System.Globalization.CultureInfo.InvariantCulture)));
        return 0;
    }
    catch (StoreException e)
    {
        Console.WriteLine(e.Message);
        return 3;
    }
}

return args.Any(arg => arg is "-automated" or "@@")
    ? await ConsoleRunner.Run(args)
    : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
