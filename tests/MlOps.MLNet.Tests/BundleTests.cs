using System.Diagnostics;
using System.Globalization;
using MlOps.Core;

namespace MlOps.MLNet.Tests;

public sealed class BundleTests
{
    private const string Handover = "MLOPS_TEST_BUNDLE";

    private static byte[] DelayBundle()
    {
        var inputs = Models.Inputs(Models.Flights(25));
        var expected = Models.Expected(Models.Flights(25));
        var samples = new BundleSamples(inputs,
        [
            Tensor.Of("PredictedLabel", [.. expected.Select(e => e.PredictedLabel)]), Tensor.Of("Probability", [.. expected.Select(e => e.Probability)]), Tensor.Of("Score", [.. expected.Select(e => e.Score)]),
        ]);
        return Models.Bundle(Models.Manifest(Models.FlightColumns, Models.DelayOutputs, "Delayed"), Models.Save(Models.Delay.Model, Models.Delay.Schema), samples);
    }

    // The same test runs in this process and, started by it, in a fresh one that only has the file.
    [Fact]
    public async Task A_bundle_reproduces_its_sample_predictions_in_a_fresh_process()
    {
        var handedOver = Environment.GetEnvironmentVariable(Handover);
        if (handedOver is not null)
        {
            await ReplayAsync(await File.ReadAllBytesAsync(handedOver, TestContext.Current.CancellationToken));
            await File.WriteAllTextAsync(handedOver + ".replayed", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), TestContext.Current.CancellationToken);
            return;
        }

        var bundle = DelayBundle();
        await ReplayAsync(bundle);
        var folder = Directory.CreateTempSubdirectory("mlops-mlnet-");
        try
        {
            var path = Path.Combine(folder.FullName, "flight-delay.zip");
            await File.WriteAllBytesAsync(path, bundle, TestContext.Current.CancellationToken);
            var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "MlOps.MLNet.Tests" + (OperatingSystem.IsWindows() ? ".exe" : string.Empty)))
            {
                ArgumentList = { "--filter-method", $"*.{nameof(A_bundle_reproduces_its_sample_predictions_in_a_fresh_process)}", "--results-directory", folder.FullName },
                Environment = { [Handover] = path },
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            process.ExitCode.Should().Be(0, output);
            (await File.ReadAllTextAsync(path + ".replayed", TestContext.Current.CancellationToken)).Should().Be(process.Id.ToString(CultureInfo.InvariantCulture));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_flipped_byte_is_refused_by_a_typed_error_or_changes_no_prediction()
    {
        var bundle = DelayBundle();
        var expected = ((Tensor<float>)(await PredictAsync(bundle))[2]).Values;
        var manifest = FindManifest(bundle);
        var random = new Random(11);
        var positions = Enumerable.Range(0, 150).Select(_ => random.Next(bundle.Length))
            .Concat(Enumerable.Range(0, 60)) // the first header
            .Concat(Enumerable.Range(bundle.Length - 250, 250)) // the directory of the zip
            .Where(p => !manifest.Contains(p)); // the manifest is covered by the digest of the file, which the registry keeps
        var refused = 0;
        foreach (var position in positions)
        {
            var damaged = bundle.ToArray();
            damaged[position] ^= (byte)(1 << random.Next(8));
            try
            {
                ((Tensor<float>)(await PredictAsync(damaged))[2]).Values.Should().Equal(expected, "byte {0} was flipped", position);
            }
            catch (MlOpsException)
            {
                refused++;
            }
        }

        refused.Should().BeGreaterThan(150);
    }

    private static HashSet<int> FindManifest(byte[] bundle)
    {
        // The first entry: a local header of 30 bytes and the name, then the compressed bytes up to the next header.
        var start = 30 + "manifest.json".Length;
        var end = bundle.AsSpan(start).IndexOf((ReadOnlySpan<byte>)[(byte)'P', (byte)'K', 3, 4]) + start;
        return [.. Enumerable.Range(start, end - start)];
    }

    private static async Task<IReadOnlyList<Tensor>> PredictAsync(byte[] bundle)
    {
        using var model = await Models.LoadAsync(bundle);
        return model.Predict(Models.Inputs(Models.Flights(25)));
    }

    private static async Task ReplayAsync(byte[] bundle)
    {
        using var stream = new MemoryStream(bundle);
        var samples = BundleSamples.Read(BundleFile.Read(stream, "test").Parts[BundleFile.SamplesPart]);
        using var model = await Models.LoadAsync(bundle);
        var outputs = model.Predict(samples.Inputs);
        outputs.Select(o => o.Name).Should().Equal(samples.Outputs.Select(o => o.Name));
        for (var i = 0; i < outputs.Count; i++)
        {
            Enumerable.Range(0, outputs[i].Rows).Select(outputs[i].GetValue).Should().Equal(Enumerable.Range(0, 25).Select(samples.Outputs[i].GetValue));
        }
    }
}
