using System.Diagnostics;
using System.Globalization;

namespace MlOps.Benchmarks;

/// <summary>One question, answered by running two sides in processes of their own, in turn: ours, baseline, ours, baseline …</summary>
/// <remarks>A side prints one line, <c>result value unit</c>. Machines are noisy, so medians and the ratio count, never a single absolute value.</remarks>
internal sealed record Comparison(string Name, string Question, Side Ours, Side Baseline, Target Target)
{
    /// <summary>Says why the comparison cannot be made on this machine; null when it can.</summary>
    public Func<string?> LeftOut { get; init; } = () => null;

    public async Task<string> RunAsync(int rounds)
    {
        if (LeftOut() is { } why) return $"| {Question} | left out: {why} | | | {Target.Description} | |";
        List<Sample> ours = [], baseline = [];
        for (var round = -1; round < rounds; round++)
        {
            var (first, second) = (await RunSideAsync(Ours), await RunSideAsync(Baseline));
            if (round < 0) continue; // one round to warm the disk
            ours.Add(first);
            baseline.Add(second);
        }

        var ratios = ours.Zip(baseline, (a, b) => a.Value / b.Value).Order().ToList();
        var verdict = Target.IsMet(Median(ours), ratios[ratios.Count / 2]) ? "met" : "MISSED";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {Question} | {Ours.Description}: {Median(ours):0.###} {ours[0].Unit} | {Baseline.Description}: {Median(baseline):0.###} {baseline[0].Unit} | {ratios[ratios.Count / 2]:0.###} ({ratios[0]:0.###} to {ratios[^1]:0.###}) | {Target.Description} | {verdict} |");
    }

    private async Task<Sample> RunSideAsync(Side side)
    {
        var start = Itself.Start(["side", Name, side == Ours ? "ours" : "baseline"]);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var line = output.Split('\n').LastOrDefault(l => l.StartsWith("result ", StringComparison.Ordinal))?.Split(' ')
            ?? throw new InvalidOperationException($"{Name} ended with {process.ExitCode} and no result:\n{output}");
        return new(double.Parse(line[1], CultureInfo.InvariantCulture), line[2].Trim());
    }

    private static double Median(List<Sample> samples) => samples.Select(s => s.Value).Order().ElementAt(samples.Count / 2);

    private sealed record Sample(double Value, string Unit);
}

/// <summary>What a comparison should come out at.</summary>
/// <param name="Description">The target in words.</param>
/// <param name="IsMet">Says of our median and the median ratio whether it is met.</param>
internal sealed record Target(string Description, Func<double, double, bool> IsMet);

/// <summary>What runs on one side of a comparison.</summary>
internal sealed record Side(string Description, Func<Task<Measured>> RunAsync);

/// <summary>What a side has measured.</summary>
internal sealed record Measured(double Value, string Unit)
{
    /// <summary>Gives the share of one of several things that were measured together.</summary>
    public Measured Per(int count) => this with { Value = Value / count };

    /// <summary>Measures the processor time that this process has used for some work.</summary>
    public static async Task<Measured> CpuAsync(Func<Task> work)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        await work();
        process.Refresh();
        return new((process.TotalProcessorTime - before).TotalMilliseconds, "ms_cpu");
    }

    /// <summary>Measures the processor time of a pass, as the median of five after two seconds in which the code is compiled for good and the memory is filled.</summary>
    public static async Task<Measured> WarmPassAsync(Func<Task> pass)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2);) await pass();
        var passes = new Measured[5];
        for (var i = 0; i < passes.Length; i++) passes[i] = await CpuAsync(pass);
        return passes.OrderBy(p => p.Value).ElementAt(passes.Length / 2);
    }

    /// <summary>Measures the processor time of the second of two passes, where each leaves something behind: the first one compiles.</summary>
    public static async Task<Measured> SecondPassAsync(Func<Task> pass)
    {
        await pass();
        return await CpuAsync(pass);
    }

    /// <summary>Measures the most memory that this process has held in all its life.</summary>
    public static Measured PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return new(process.PeakWorkingSet64 / 1e6, "MB");
    }

    /// <summary>Measures the time of one value in a pass over many, as the best of several passes, after a second in which the code is compiled for good.</summary>
    public static async Task<Measured> PerValueAsync(int values, Action pass)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1);) pass();
        return new((await PerCallAsync(1, pass)).Value * 1000 / values, "ns");
    }

    /// <summary>Measures the time of one call, after a warm-up, as the best of several batches.</summary>
    public static async Task<Measured> PerCallAsync(int calls, Func<Task> call)
    {
        var best = double.MaxValue;
        for (var batch = 0; batch < 6; batch++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < calls; i++) await call();
            if (batch > 0) best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls);
        }

        return new(best, "us");
    }

    /// <summary>Measures the time of one call as the median of single calls within a second, after three seconds in which the code is compiled for good.</summary>
    public static async Task<Measured> MedianCallAsync(Func<int, Task> call)
    {
        var n = 0;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(3);) await call(n++);
        var times = new List<long>(1_000_000);
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1);)
        {
            var before = Stopwatch.GetTimestamp();
            await call(n++);
            times.Add(Stopwatch.GetTimestamp() - before);
        }

        times.Sort();
        return new(times[times.Count / 2] * 1e6 / Stopwatch.Frequency, "us");
    }

    /// <summary>Measures how many calls a second several callers make at once, each after the other, after a second of warm-up.</summary>
    public static async Task<Measured> PerSecondAsync(int callers, Func<int, Task> call)
    {
        var made = 0L;
        using var stop = new CancellationTokenSource();
        var calling = Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var n = caller; !stop.IsCancellationRequested; n += callers)
            {
                await call(n);
                Interlocked.Increment(ref made);
            }
        })).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(1));
        var (before, start) = (Interlocked.Read(ref made), Stopwatch.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(2));
        var perSecond = (Interlocked.Read(ref made) - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await stop.CancelAsync();
        await Task.WhenAll(calling);
        return new(perSecond, "reads_a_second");
    }

    /// <summary>Measures the time of one synchronous call, after a warm-up, as the best of several batches.</summary>
    public static Task<Measured> PerCallAsync(int calls, Action call)
    {
        var best = double.MaxValue;
        for (var batch = 0; batch < 6; batch++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < calls; i++) call();
            if (batch > 0) best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls);
        }

        return Task.FromResult(new Measured(best, "us"));
    }
}
