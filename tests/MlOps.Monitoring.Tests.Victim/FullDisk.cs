using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Monitoring.Tests.Victim;

/// <summary>Logs what it is told to on its input, on a disk that can have no room: then no file of this process takes a byte more (RLIMIT_FSIZE), as if the disk were full.</summary>
internal static class FullDisk
{
    private const int FileSize = 1; // RLIMIT_FSIZE
    private const int TooLarge = 25; // SIGXFSZ
    private const nint Ignore = 1; // SIG_IGN

    /// <summary>Reads lines and answers each with one: log n, full, room, flush, dropped, unprotected.</summary>
    public static async Task RunAsync(IServiceProvider services)
    {
        Signal(TooLarge, Ignore);
        using var counts = new Counts();
        var log = services.GetRequiredService<IPredictionLog>();
        for (var logged = 0; await Console.In.ReadLineAsync() is { } line;)
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "log":
                    for (var end = logged + int.Parse(words[1], CultureInfo.InvariantCulture); logged < end; logged++) await log.WriteAsync(Entry(logged));
                    Console.WriteLine(logged);
                    break;
                case "full" or "room":
                    SetRoom(words[0] == "room");
                    Console.WriteLine(words[0]);
                    break;
                case "flush":
                    Console.WriteLine(await FlushAsync(log));
                    break;
                default:
                    Console.WriteLine(counts.Of(words[0]));
                    break;
            }
        }
    }

    private static PredictionEntry Entry(int i) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{i}"),
        Model = "flight-delay",
        Version = 1,
        Time = new DateTimeOffset(2001, 5, 1, 12, 0, 0, TimeSpan.Zero),
        Inputs = [Tensor.Of("distance", [(double)i])],
        Outputs = [Tensor.Of("Score", [0.5f])],
        Caller = "test",
    };

    private static async Task<string> FlushAsync(IPredictionLog log)
    {
        try
        {
            await log.FlushAsync();
            return "stored";
        }
        catch (Exception e) when (e is MlOpsException or IOException)
        {
            return "refused";
        }
    }

    private static void SetRoom(bool hasRoom)
    {
        _ = GetLimit(FileSize, out var limit);
        limit.Current = hasRoom ? limit.Most : 0;
        if (SetLimit(FileSize, limit) != 0) throw new InvalidOperationException(Marshal.GetLastPInvokeErrorMessage());
    }

    [DllImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static extern int GetLimit(int what, out Limit limit);

    [DllImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static extern int SetLimit(int what, in Limit limit);

    [DllImport("libc", EntryPoint = "signal", SetLastError = true)]
    private static extern nint Signal(int number, nint handler);

    private struct Limit
    {
        public ulong Current;
        public ulong Most;
    }

    private sealed class Counts : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, long> _counts = [];

        public Counts()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == Telemetry.Monitoring) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
            {
                lock (_counts) _counts[instrument.Name] = _counts.GetValueOrDefault(instrument.Name) + value;
            });
            _listener.Start();
        }

        public long Of(string name)
        {
            lock (_counts) return _counts.GetValueOrDefault(name);
        }

        public void Dispose() => _listener.Dispose();
    }
}
