using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Monitoring.Tests.Victim;

// MlOps.Monitoring.Tests.Victim <folder> <rows per file> [die] <name>
// Logs predictions to the folder without an end, and prints the number of each as soon as the log has taken it. With "die" it kills itself between the moment in which a file of the store is there and the one
// in which the log knows. With "disk" and a capacity for a name it does what it is told on its input.
var services = new ServiceCollection();
services.AddLogging().AddMlOpsCore(o => o.Folder = args[0]).UseDuckDb().AddMonitoring(o =>
{
    o.MaxRowsPerFile = int.Parse(args[1], CultureInfo.InvariantCulture);
    o.FlushInterval = TimeSpan.FromMilliseconds(20);
    if (args.Contains("disk")) o.Capacity = int.Parse(args[^1], CultureInfo.InvariantCulture);
});
if (args.Contains("die")) MortalStore.Put(services);
await using var provider = services.BuildServiceProvider();
if (args.Contains("disk"))
{
    await FullDisk.RunAsync(provider);
    return;
}

var log = provider.GetRequiredService<IPredictionLog>();
var output = Console.OpenStandardOutput();
for (var i = 0; ; i++)
{
    await log.WriteAsync(new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{args[^1]}-{i}"),
        Model = i % 3 == 0 ? "other" : "flight-delay",
        Version = 1 + (i % 2),
        Time = new DateTimeOffset(2001, 5, 1, 23, 0, 0, TimeSpan.Zero).AddMinutes(i % 120),
        Inputs = i % 5 == 0 ? [Tensor.Of("distance", [(double)i]), Tensor.Of("origin", ["ORD"])] : [Tensor.Of("distance", [(double)i])],
        Outputs = [Tensor.Of("Score", [0.5f])],
        Caller = "test",
    });
    output.Write(BitConverter.GetBytes(i));
    output.Flush();
}
