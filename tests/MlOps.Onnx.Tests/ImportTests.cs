using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using static MlOps.Onnx.Tests.OnnxFile;

namespace MlOps.Onnx.Tests;

/// <summary>Models come in as files and go out as registered versions that a host can serve.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly ServiceProvider _services;

    public ImportTests()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMlOpsCore().UseInMemoryStores().AddModelRegistry().AddOnnx();
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task A_file_becomes_a_version_that_can_be_loaded_and_predicts()
    {
        var version = await ImportAsync(Linear(), new("linear") { Columns = new Dictionary<string, IReadOnlyList<string>> { ["x"] = ["a", "b"] }, Outputs = ["y"] });

        using var model = await LoadAsync(version);
        model.Predict([Tensor.Of("b", [10.0, 20.0]), Tensor.Of("a", [1.0, 2.0])]).Should().ContainSingle()
            .Which.Should().BeOfType<Tensor<float>>().Which.Values.Should().Equal(33f, 65f);
    }

    [Fact]
    public async Task The_signature_names_the_columns_of_a_vector_after_it()
    {
        var version = await ImportAsync(Linear(), new("linear"));

        version.Bundle!.Manifest.Signature.InputSchema.Should().Equal(new Column("x_0", ColumnType.Float64), new Column("x_1", ColumnType.Float64));
        version.Bundle!.Manifest.Signature.Outputs.Should().Equal(new TensorSpec("y", TensorType.Float32));
    }

    [Fact]
    public async Task The_same_file_twice_is_one_version() =>
        (await ImportAsync(Linear(), new("linear"))).Version.Should().Be((await ImportAsync(Linear(), new("linear"))).Version);

    [Fact]
    public async Task A_model_that_takes_one_row_at_a_time_predicts_many()
    {
        using var model = await LoadAsync(await ImportAsync(Linear(rows: "1"), new("linear")));

        model.Predict([Tensor.Of("x_0", [1.0, 2.0, 3.0]), Tensor.Of("x_1", [0.0, 0.0, 1.0])])[0].Should().BeOfType<Tensor<float>>().Which.Values.Should().Equal(3f, 5f, 10f);
    }

    [Fact]
    public async Task No_rows_give_no_predictions()
    {
        using var model = await LoadAsync(await ImportAsync(Linear(), new("linear")));

        model.Predict([Tensor.Of("x_0", Array.Empty<double>()), Tensor.Of("x_1", Array.Empty<double>())])[0].Rows.Should().Be(0);
    }

    [Fact]
    public async Task A_missing_fraction_is_NaN()
    {
        using var model = await LoadAsync(await ImportAsync(Linear(), new("linear")));

        model.Predict([Tensor.Of("x_0", [double.NaN]), Tensor.Of("x_1", [1.0])])[0].IsMissing(0).Should().BeTrue();
    }

    [Fact]
    public async Task Classes_bind_to_the_model_by_the_names_of_their_properties()
    {
        using var model = await LoadAsync(await ImportAsync(Linear(), new("linear") { Columns = new Dictionary<string, IReadOnlyList<string>> { ["x"] = ["a", "b"] } }));

        model.Bind<Pair, Sum>()(new() { A = 4, B = 5 }).Y.Should().Be(24f);
    }

    [Fact]
    public async Task Integers_texts_and_truth_values_go_through_in_their_own_types()
    {
        var file = Model(
            [Node("Identity", ["i"], ["oi"]), Node("Identity", ["s"], ["os"]), Node("Not", ["t"], ["ot"])],
            [],
            [Value("i", Integer, "N"), Value("s", Text, "N", "1"), Value("t", Truth, "N")],
            [Value("oi", Integer, "N"), Value("os", Text, "N", "1"), Value("ot", Truth, "N")]);
        using var model = await LoadAsync(await ImportAsync(file, new("mixed")));

        var outputs = model.Predict([Tensor.Of("i", [7L]), Tensor.Of("s", (string?[])["Zürich"]), Tensor.Of("t", [true])]);

        outputs.Select(o => o.GetValue(0)).Should().Equal(7L, "Zürich", false);
    }

    [Fact]
    public async Task An_integer_out_of_range_or_a_missing_one_is_refused()
    {
        using var model = await LoadAsync(await ImportAsync(Model([Node("Identity", ["i"], ["o"])], [], [Value("i", Integer, "N")], [Value("o", Integer, "N")]), new("small")));

        model.Invoking(m => m.Predict([Tensor.Of("i", [long.MaxValue])])).Should().Throw<ModelInputException>().WithMessage("*'i', element 0,*out of the range*");
        model.Invoking(m => m.Predict([Tensor.Of("i", [0L], [true])])).Should().Throw<ModelInputException>().WithMessage("*is missing*");
    }

    [Fact]
    public async Task What_a_file_does_not_say_of_its_outputs_is_found_by_asking_the_model()
    {
        var file = Model([Node("MatMul", ["x", "w"], ["y"])], [Weights("w", [2, 3], 1, 2, 3, 4, 5, 6)], [Value("x", Float, "N", "2")], [Value("y", Float)]);

        (await ImportAsync(file, new("open"))).Bundle!.Manifest.Signature.Outputs.Should().Equal(new TensorSpec("y", TensorType.Float32, 3));
    }

    [Fact]
    public async Task A_vector_of_unknown_width_needs_names_for_its_columns()
    {
        var file = Model([Node("Identity", ["x"], ["y"])], [], [Value("x", Float, "N", "K")], [Value("y", Float, "N", "K")]);
        var columns = new Dictionary<string, IReadOnlyList<string>> { ["x"] = ["a", "b", "c"] };

        await FluentActions.Awaiting(() => ImportAsync(file, new("open"))).Should().ThrowAsync<DataException>().WithMessage("*does not say how many elements*");
        (await ImportAsync(file, new("open") { Columns = columns })).Bundle!.Manifest.Features.Should().Equal("a", "b", "c");
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a,b,c")]
    [InlineData("a,a")]
    public async Task Names_that_do_not_fit_the_vector_are_refused(string names) =>
        await FluentActions.Awaiting(() => ImportAsync(Linear(), new("linear") { Columns = new Dictionary<string, IReadOnlyList<string>> { ["x"] = names.Split(',') } }))
            .Should().ThrowAsync<DataException>().WithMessage("The model 'linear' *Columns*");

    [Fact]
    public async Task An_output_that_is_no_tensor_is_passed_over_unless_it_is_asked_for()
    {
        var file = Model(
            [Node("Identity", ["x"], ["y"]), Node("SequenceConstruct", ["x"], ["q"])], [], [Value("x", Float, "N", "1")], [Value("y", Float, "N", "1"), SequenceValue("q", Float)]);

        (await ImportAsync(file, new("zip"))).Bundle!.Manifest.Signature.Outputs.Should().ContainSingle().Which.Name.Should().Be("y");
        await FluentActions.Awaiting(() => ImportAsync(file, new("zip") { Outputs = ["q"] })).Should().ThrowAsync<DataException>().WithMessage("*zipmap*");
        await FluentActions.Awaiting(() => ImportAsync(file, new("zip") { Outputs = ["z"] })).Should().ThrowAsync<DataException>().WithMessage("*no output 'z'; it gives y, q*");
    }

    [Fact]
    public async Task A_model_that_would_read_another_file_is_refused()
    {
        var file = Model([Node("Add", ["x", "w"], ["y"])], [WeightsInAnotherFile("w", [1], "../../etc/passwd")], [Value("x", Float, "N", "1")], [Value("y", Float, "N", "1")]);

        await FluentActions.Awaiting(() => ImportAsync(file, new("outside"))).Should().ThrowAsync<DataException>().WithMessage("*in other files, which are never read*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(40)]
    public async Task A_damaged_file_is_refused_and_nothing_is_registered(int length)
    {
        await FluentActions.Awaiting(() => ImportAsync(Linear()[..length], new("cut"))).Should().ThrowAsync<DataException>();

        (await _services.GetRequiredService<IModelRegistry>().FindAsync("cut", 1, Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task A_file_of_no_known_format_is_refused() =>
        await FluentActions.Awaiting(() => ImportAsync("#!/bin/sh"u8.ToArray(), new("script"))).Should().ThrowAsync<DataException>().WithMessage("*no format*onnx_onnxv1*");

    [Fact]
    public async Task A_model_that_does_not_give_one_row_for_each_row_is_refused() =>
        await FluentActions.Awaiting(() => ImportAsync(Model([Node("ReduceSum", ["x"], ["y"])], [], [Value("x", Float, "N", "1")], [Value("y", Float)]), new("sum")))
            .Should().ThrowAsync<DataException>().WithMessage("*another number of elements*");

    [Fact]
    public async Task Samples_that_the_model_cannot_predict_are_refused() =>
        await FluentActions.Awaiting(() => ImportAsync(Linear(), new("linear") { Samples = [Tensor.Of("x_0", [1.0])] }))
            .Should().ThrowAsync<DataException>().WithMessage("*does not predict its samples*x_1*");

    [Fact]
    public async Task Many_threads_predict_with_one_model()
    {
        using var model = await LoadAsync(await ImportAsync(Linear(), new("linear")));

        var sums = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => (float)model.Predict([Tensor.Of("x_0", [(double)i]), Tensor.Of("x_1", [0.0])])[0].GetValue(0)!, Cancel)));

        sums.Should().Equal(Enumerable.Range(0, 64).Select(i => (2f * i) + 1));
    }

    private async Task<ModelVersion> ImportAsync(byte[] file, ModelImport import)
    {
        using var stream = new MemoryStream(file);
        return await _services.GetRequiredService<IModelImporter>().ImportAsync(stream, import, Cancel);
    }

    private Task<ILoadedModel> LoadAsync(ModelVersion version) => _services.GetRequiredService<IModelLoader>().LoadAsync(version, Cancel);

    private sealed class Pair
    {
        public double A { get; init; }

        public double B { get; init; }
    }

    private sealed class Sum
    {
        public float Y { get; set; }
    }
}
