using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Testing;
using MlOps.Tests;

namespace MlOps.ModelRegistry.Tests;

public sealed class ModelLoaderTests
{
    private static readonly Tensor[] Inputs = [Tensor.Of("distance", [100d, 200d, double.NaN])];
    private static readonly Tensor[] Outputs = [Tensor.Of("Score", [1f, -2f, float.NaN]), Tensor.Of("Label", ["late", null, "ä"])];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_that_predicts_its_samples_is_handed_out()
    {
        using var host = await HostOf(new FakeRuntime("fake", _ => Outputs));
        using var model = await host.Loader.LoadAsync(host.Version, Cancel);
        model.Manifest.Label.Should().Be("delay");
        host.Runtime.Loaded.Should().ContainSingle().Which.IsDisposed.Should().BeFalse();
    }

    [Fact]
    public async Task A_version_that_has_only_a_source_cannot_be_loaded_and_says_so()
    {
        using var host = await HostOf(new FakeRuntime("fake", _ => Outputs));
        var load = () => host.Loader.LoadAsync(host.Version with { Bundle = null, Source = "s3://elsewhere/model" }, Cancel);
        (await load.Should().ThrowAsync<DataException>()).Which.Message.Should().Contain("no bundle").And.Contain("s3://elsewhere/model");
    }

    [Fact]
    public async Task The_samples_go_into_the_model_as_they_were()
    {
        IReadOnlyList<Tensor>? seen = null;
        using var host = await HostOf(new FakeRuntime("fake", inputs => { seen = inputs; return Outputs; }));
        using var model = await host.Loader.LoadAsync(host.Version, Cancel);
        seen.Should().ContainSingle().Which.Should().BeOfType<Tensor<double>>().Which.Values.Should().Equal(100d, 200d, double.NaN);
    }

    [Theory]
    [InlineData("ok")]
    [InlineData("failed")]
    public async Task Loading_is_measured_and_traced(string status)
    {
        using var trace = new TraceCollector(Telemetry.ModelRegistry);
        using var durations = new MetricCollector<double>(null, Telemetry.ModelRegistry, Telemetry.ModelLoadDuration);
        using var host = await HostOf(new FakeRuntime("fake", _ => status == "ok" ? Outputs : []));
        var version = host.Version with { Model = "measured-" + status };

        if (status == "ok") (await host.Loader.LoadAsync(version, Cancel)).Dispose();
        else await FluentActions.Awaiting(() => host.Loader.LoadAsync(version, Cancel)).Should().ThrowAsync<DataException>();

        durations.GetMeasurementSnapshot().Where(m => Equals(m.Tags["model"], version.Model)).Should().ContainSingle(m => m.Value > 0 && Equals(m.Tags["version"], "1") && Equals(m.Tags["status"], status));
        var activity = trace.Activities.Should().ContainSingle(a => a.OperationName == "load").Which;
        activity.Status.Should().Be(status == "ok" ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
        activity.GetTagItem("model").Should().Be(version.Model);
    }

    public static TheoryData<string, Tensor[]> Misses() => new()
    {
        { "sample row 1 is 1.01, recorded is 1", [Tensor.Of("Score", [1.01f, -2f, float.NaN]), Outputs[1]] },
        { "sample row 2 is missing, recorded is -2", [Tensor.Of("Score", [1f, float.NaN, float.NaN]), Outputs[1]] },
        { "sample row 3 is 0, recorded is missing", [Tensor.Of("Score", [1f, -2f, 0f]), Outputs[1]] },
        { "sample row 1 is early, recorded is late", [Outputs[0], Tensor.Of("Label", ["early", null, "ä"])] },
        { "sample row 2 is , recorded is missing", [Outputs[0], Tensor.Of("Label", ["late", "", "ä"])] },
        { "1 outputs", [Outputs[0]] },
        { "output 'Other'", [Tensor.Of("Other", [1f, -2f, float.NaN]), Outputs[1]] },
        { "FP64", [Tensor.Of("Score", [1d, -2d, double.NaN]), Outputs[1]] },
        { "2 rows", [Tensor.Of("Score", [1f, -2f]), Outputs[1]] },
    };

    [Theory]
    [MemberData(nameof(Misses))]
    public async Task A_model_that_predicts_something_else_is_not_used(string what, Tensor[] predicted)
    {
        using var host = await HostOf(new FakeRuntime("fake", _ => predicted));
        var load = () => host.Loader.LoadAsync(host.Version, Cancel);
        (await load.Should().ThrowAsync<DataException>()).Which.Message.Should().Contain(what).And.Contain("flight-delay/1");
        host.Runtime.Loaded.Should().OnlyContain(m => m.IsDisposed);
    }

    [Theory]
    [InlineData(1e-6, 2.000001f, true)]
    [InlineData(1e-6, 2.00001f, false)]
    [InlineData(0, 2f, true)]
    [InlineData(0, 2.0000002f, false)]
    [InlineData(0.1, 2.1f, true)]
    public async Task Fractions_may_differ_by_the_tolerance(double tolerance, float actual, bool loads)
    {
        using var host = await HostOf(new FakeRuntime("fake", _ => [Tensor.Of("Score", [actual, 0f])]), [Tensor.Of("Score", [2f, 0f])], tolerance: tolerance);
        var load = () => host.Loader.LoadAsync(host.Version, Cancel);
        if (loads) (await load()).Dispose();
        else await load.Should().ThrowAsync<DataException>();
    }

    [Fact]
    public async Task Infinite_predictions_are_recorded_as_missing_ones()
    {
        Tensor[] infinite = [Tensor.Of("Score", [double.PositiveInfinity, 1d])];
        using var host = await HostOf(new FakeRuntime("fake", _ => infinite), infinite);
        using var model = await host.Loader.LoadAsync(host.Version, Cancel);
    }

    [Fact]
    public async Task Truth_values_and_integers_must_be_the_same()
    {
        Tensor[] recorded = [Tensor.Of("IsLate", [true, false], [false, true]), Tensor.Of("Minutes", [long.MaxValue, 0], [false, true])];
        using (var host = await HostOf(new FakeRuntime("fake", _ => recorded), recorded))
        {
            using var model = await host.Loader.LoadAsync(host.Version, Cancel);
        }

        using (var host = await HostOf(new FakeRuntime("fake", _ => [recorded[0], Tensor.Of("Minutes", [long.MaxValue - 1, 0], [false, true])]), recorded))
        {
            await FluentActions.Awaiting(() => host.Loader.LoadAsync(host.Version, Cancel)).Should().ThrowAsync<DataException>();
        }
    }

    [Fact]
    public async Task A_model_that_refuses_its_own_samples_is_not_used()
    {
        using var host = await HostOf(new FakeRuntime("fake", _ => throw new ModelInputException("column 'origin' is missing")));
        var load = () => host.Loader.LoadAsync(host.Version, Cancel);
        (await load.Should().ThrowAsync<DataException>()).Which.Message.Should().Contain("origin");
        host.Runtime.Loaded.Should().OnlyContain(m => m.IsDisposed);
    }

    [Fact]
    public async Task A_model_that_fails_is_disposed()
    {
        using var host = await HostOf(new FakeRuntime("fake", _ => throw new InvalidOperationException("broken")));
        await FluentActions.Awaiting(() => host.Loader.LoadAsync(host.Version, Cancel)).Should().ThrowAsync<InvalidOperationException>();
        host.Runtime.Loaded.Should().OnlyContain(m => m.IsDisposed);
    }

    [Theory]
    [InlineData(null, "lacks the part samples.json")]
    [InlineData("{", "its own samples are refused")]
    [InlineData("{\"inputs\":[],\"outputs\":[]}", "no predictions")]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"Score\",\"datatype\":\"FP32\",\"shape\":[0,1],\"data\":[]}]}", "no predictions")]
    [InlineData("{\"inputs\":[],\"outputs\":[{\"name\":\"Score\"}]}", "its own samples are refused")]
    public async Task A_bundle_without_usable_samples_is_not_used(string? samples, string what)
    {
        using var host = await HostOf(new FakeRuntime("fake", _ => []), samples: samples is null ? [] : System.Text.Encoding.UTF8.GetBytes(samples));
        var load = () => host.Loader.LoadAsync(host.Version, Cancel);
        (await load.Should().ThrowAsync<DataException>()).Which.Message.Should().Contain(what);
    }

    [Fact]
    public async Task A_platform_without_a_runtime_is_named()
    {
        using var host = await HostOf(new FakeRuntime("onnx_onnxv1", _ => Outputs));
        var load = () => host.Loader.LoadAsync(host.Version, Cancel);
        (await load.Should().ThrowAsync<DataException>()).Which.Message.Should().Contain("'fake'").And.Contain("onnx_onnxv1");
    }

    [Fact]
    public async Task One_flipped_byte_keeps_a_model_from_being_loaded()
    {
        using var host = await HostOf(new FakeRuntime("fake", _ => Outputs));
        ((InMemoryArtifactStore)host.Artifacts).Damage(host.Version.Bundle!.Artifact.Digest, 200);
        await FluentActions.Awaiting(() => host.Loader.LoadAsync(host.Version, Cancel)).Should().ThrowAsync<ArtifactCorruptException>();
        await FluentActions.Awaiting(() => host.Loader.ReadAsync(host.Version.Bundle!.Artifact, Cancel)).Should().ThrowAsync<ArtifactCorruptException>();
        host.Runtime.Loaded.Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_that_is_no_bundle_is_named()
    {
        using var host = await HostOf(new FakeRuntime("fake", _ => Outputs));
        var stored = await host.Artifacts.PutAsync(new MemoryStream("no zip at all"u8.ToArray()), Cancel);
        var load = () => host.Loader.LoadAsync(host.Version with { Bundle = host.Version.Bundle! with { Artifact = stored } }, Cancel);
        (await load.Should().ThrowAsync<DataException>()).Which.DataSource.Should().Be("flight-delay/1");
        await FluentActions.Awaiting(() => host.Loader.ReadAsync(new ArtifactRef(Sha256.Hex("nowhere"), 1), Cancel)).Should().ThrowAsync<NotFoundException>();
    }

    [Fact]
    public async Task A_cancelled_load_disposes_the_model()
    {
        using var stop = new CancellationTokenSource();
        using var host = await HostOf(new FakeRuntime("fake", _ => { stop.Cancel(); return Outputs; }));
        await FluentActions.Awaiting(() => host.Loader.LoadAsync(host.Version, stop.Token)).Should().ThrowAsync<OperationCanceledException>();
        host.Runtime.Loaded.Should().OnlyContain(m => m.IsDisposed);
    }

    [Theory]
    [InlineData("-0.1")]
    [InlineData("0.5")]
    [InlineData("NaN")]
    public async Task A_tolerance_that_makes_no_sense_is_refused_when_the_host_starts(string tolerance)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("MlOps:ModelRegistry:SampleTolerance", tolerance)]);
        builder.Services.AddMlOpsCore().UseInMemoryStores().AddModelRegistry();
        using var host = builder.Build();
        await FluentActions.Awaiting(() => host.StartAsync(Cancel)).Should().ThrowAsync<OptionsValidationException>();
    }

    private static async Task<TestHost> HostOf(FakeRuntime runtime, Tensor[]? outputs = null, byte[]? samples = null, double tolerance = 1e-6)
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().UseInMemoryStores().AddModelRegistry();
        services.AddSingleton<IModelRuntime>(runtime);
        services.Configure<ModelRegistryOptions>(o => o.SampleTolerance = tolerance);
        var provider = services.BuildServiceProvider();
        var parts = new Dictionary<string, byte[]> { [BundleFile.ModelPart] = new byte[100] };
        if (samples is not []) parts[BundleFile.SamplesPart] = samples ?? new BundleSamples(Inputs, outputs ?? Outputs).ToBytes();
        var file = new MemoryStream();
        var manifest = BundleFile.Write(file, Make.Manifest(), parts);
        var artifacts = provider.GetRequiredService<IArtifactStore>();
        var stored = await artifacts.PutAsync(new MemoryStream(file.ToArray()), Cancel);
        return new(provider, runtime, new("flight-delay", 1, new("flight-delay", stored, manifest), null, Make.Noon, null, null, []));
    }

    private sealed record TestHost(ServiceProvider Services, FakeRuntime Runtime, ModelVersion Version) : IDisposable
    {
        public IModelLoader Loader => Services.GetRequiredService<IModelLoader>();

        public IArtifactStore Artifacts => Services.GetRequiredService<IArtifactStore>();

        public void Dispose() => Services.Dispose();
    }
}
