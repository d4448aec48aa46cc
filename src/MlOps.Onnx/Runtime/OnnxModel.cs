using Microsoft.ML.OnnxRuntime;
using MlOps.Core;

namespace MlOps.Onnx;

/// <summary>An ONNX model in memory. ONNX Runtime lets any number of threads use one session.</summary>
internal sealed class OnnxModel : ILoadedModel
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly PreparedInput? _preparation;
    private readonly bool[] _wanted;
    private readonly InputCheck _check;
    private readonly OnnxInput[] _inputs;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly IReadOnlyList<TensorSpec> _specs;

    /// <summary>Creates the model.</summary>
    /// <param name="manifest">What the bundle says about itself.</param>
    /// <param name="session">The model, which this one owns.</param>
    /// <param name="preparation">The fitted steps.</param>
    /// <param name="layout">Which prepared columns each input is made of.</param>
    /// <exception cref="InvalidDataException">The model and the manifest do not fit each other; the message is the end of a sentence.</exception>
    public OnnxModel(BundleManifest manifest, InferenceSession session, Preparation preparation, IReadOnlyList<OnnxLayout> layout)
    {
        Manifest = manifest;
        _session = session;
        var request = manifest.Signature.InputSchema;
        _preparation = preparation.IsEmpty ? null : new(preparation, request);
        var columns = _preparation?.Schema ?? request;
        _wanted = [.. columns.Select(_ => true)];
        _check = new(request, request.Select(c => c.Name).ToHashSet(StringComparer.Ordinal));
        _specs = manifest.Signature.GetInputs();
        if (layout.Count != session.InputMetadata.Count) throw new InvalidDataException($"it takes {session.InputMetadata.Count} inputs, but its bundle knows {layout.Count}");
        _inputs = [.. layout.Select(input => new OnnxInput(
            input.Name,
            session.InputMetadata.GetValueOrDefault(input.Name) ?? throw new InvalidDataException($"it has no input '{input.Name}', which its bundle knows"),
            [.. input.Columns.Select(name => columns.Contains(name) ? columns.IndexOf(name) : throw new InvalidDataException($"there is no column '{name}' for its input '{input.Name}'"))]))];
        _inputNames = [.. _inputs.Select(input => input.Name)];
        foreach (var output in manifest.Signature.Outputs)
        {
            if (!session.OutputMetadata.TryGetValue(output.Name, out var metadata) || OnnxOutput.TypeOf(metadata) != output.Type)
                throw new InvalidDataException($"it has no output '{output.Name}' of type {output.Type}, which its signature names");
        }

        _outputNames = [.. manifest.Signature.Outputs.Select(output => output.Name)];
    }

    public BundleManifest Manifest { get; }

    public IReadOnlyList<Tensor> Predict(IReadOnlyList<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var columns = new Tensor?[Manifest.Signature.InputSchema.Count];
        var rows = _check.Arrange(inputs, columns);
        return Run(columns, rows);
    }

    public Func<TInput, TOutput> Bind<TInput, TOutput>()
        where TInput : class
        where TOutput : class, new()
    {
        foreach (var column in Manifest.Signature.InputSchema)
        {
            if (TensorRow.FindProperty(typeof(TInput), column.Name) is not { CanRead: true })
                throw new ModelInputException($"{typeof(TInput).Name} has no property for the input '{column.Name}' ({column.Type}), which the model needs. Add one of that name.", column.Name);
        }

        var read = TensorRow.Reader<TInput>(_specs);
        var write = TensorRow.Writer<TOutput>(Manifest.Signature.Outputs);
        return input =>
        {
            ArgumentNullException.ThrowIfNull(input);
            var row = TensorRow.Create(_specs);
            read(input, row);
            Tensor?[] arranged = [.. row];
            _check.ArrangeRow(row, arranged);
            var output = new TOutput();
            write(Run(arranged, 1), output);
            return output;
        };
    }

    public void Dispose()
    {
        _session.Dispose();
        _options.Dispose();
    }

    private Tensor[] Run(Tensor?[] columns, int rows)
    {
        if (_preparation is not null) columns = _preparation.Apply(columns, rows, _wanted);
        var atOnce = Array.Exists(_inputs, input => input.TakesOneRow) ? 1 : Math.Max(rows, 1);
        var parts = new List<IDisposableReadOnlyCollection<OrtValue>>();
        try
        {
            for (var first = 0; first < rows; first += atOnce) parts.Add(RunPart(columns, first, atOnce));
            return [.. Manifest.Signature.Outputs.Select((spec, i) => OnnxOutput.Read(spec, [.. parts.Select(part => part[i])], rows))];
        }
        finally
        {
            foreach (var part in parts) part.Dispose();
        }
    }

    private IDisposableReadOnlyCollection<OrtValue> RunPart(Tensor?[] columns, int first, int rows)
    {
        var values = new List<OrtValue>(_inputs.Length);
        try
        {
            foreach (var input in _inputs) values.Add(input.Gather(columns, first, rows));
            return _session.Run(_options, _inputNames, values, _outputNames);
        }
        catch (OnnxRuntimeException e)
        {
            // The model took its samples when it was loaded, so what it refuses now is a value of this request.
            throw new ModelInputException($"The model '{Manifest.Model}' cannot predict these rows: {e.Message}", null, e);
        }
        finally
        {
            foreach (var value in values) value.Dispose();
        }
    }
}
