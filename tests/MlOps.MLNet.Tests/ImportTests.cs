using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;

namespace MlOps.MLNet.Tests;

/// <summary>Zips that ML.NET saved anywhere become versions that a host can serve.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly ServiceProvider _services;

    public ImportTests()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMlOpsCore().UseInMemoryStores().AddModelRegistry().AddMLNet();
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task A_zip_with_columns_predicts_as_it_did_in_ML_NET()
    {
        var version = await ImportAsync(Models.Save(Models.Delay.Model, Models.Delay.Schema), new("delay") { Task = "binary-classification", Label = "Delayed" });

        using var model = await _services.GetRequiredService<IModelLoader>().LoadAsync(version, Cancel);
        var inputs = Models.Inputs(Models.Flights(25)).Where(t => version.Bundle!.Manifest.Signature.InputSchema.Contains(t.Name)).ToList();
        var scores = (Tensor<float>)model.Predict(inputs).Single(t => t.Name == "Score");
        scores.Values.Should().Equal(Models.Expected(Models.Flights(25)).Select(e => e.Score));
    }

    [Fact]
    public async Task The_label_is_no_input() =>
        (await ImportAsync(Models.Save(Models.Delay.Model, Models.Delay.Schema), new("delay") { Label = "Delayed" })).Bundle!.Manifest.Features.Should().NotContain("Delayed").And.Contain("Distance");

    [Fact]
    public async Task A_zip_that_takes_a_vector_takes_its_elements_as_columns()
    {
        var columns = new Dictionary<string, IReadOnlyList<string>> { ["Features"] = ["width", "height"] };
        var version = await ImportAsync(Area(), new("area") { Columns = columns });

        using var model = await _services.GetRequiredService<IModelLoader>().LoadAsync(version, Cancel);
        model.Predict([Tensor.Of("width", [3.0]), Tensor.Of("height", [4.0])])[0].GetValue(0).Should().BeOfType<float>().Which.Should().BeApproximately(10f, 1f);
    }

    [Fact]
    public async Task The_same_zip_twice_is_one_version()
    {
        var zip = Area();

        (await ImportAsync(zip, new("area"))).Version.Should().Be((await ImportAsync(zip, new("area"))).Version);
    }

    [Fact]
    public async Task A_damaged_zip_is_refused() =>
        await FluentActions.Awaiting(() => ImportAsync(Area()[..200], new("area"))).Should().ThrowAsync<DataException>().WithMessage("The model 'area' cannot be loaded by ML.NET*");

    [Fact]
    public async Task An_output_that_is_not_there_is_refused_with_those_that_are() =>
        await FluentActions.Awaiting(() => ImportAsync(Area(), new("area") { Outputs = ["Sum"] })).Should().ThrowAsync<DataException>().WithMessage("*no output 'Sum'*Score*");

    [Fact]
    public async Task Samples_of_the_caller_are_kept_with_their_predictions()
    {
        var version = await ImportAsync(Area(), new("area") { Samples = [Tensor.Of("Features_0", [1.0, 2.0]), Tensor.Of("Features_1", [1.0, 2.0])] });

        var content = await _services.GetRequiredService<IModelLoader>().ReadAsync(version.Bundle!.Artifact, Cancel);
        BundleSamples.Read(content.Parts[BundleFile.SamplesPart]).Outputs[0].Rows.Should().Be(2);
    }

    // Learns width + 2 height - 1 of a vector, not exactly.
    private static byte[] Area()
    {
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(from w in Enumerable.Range(0, 10) from h in Enumerable.Range(0, 10) select new Rectangle { Features = [w, h], Label = w + (2 * h) - 1 });
        var model = ml.Regression.Trainers.Sdca().Fit(rows);
        return Models.Save(model, rows.Schema);
    }

    private async Task<ModelVersion> ImportAsync(byte[] file, ModelImport import)
    {
        using var stream = new MemoryStream(file);
        return await _services.GetRequiredService<IModelImporter>().ImportAsync(stream, import, Cancel);
    }

    private sealed class Rectangle
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }
}
