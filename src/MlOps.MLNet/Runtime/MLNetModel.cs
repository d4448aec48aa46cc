using Microsoft.ML;
using MlOps.Core;

namespace MlOps.MLNet;

/// <summary>An ML.NET model in memory.</summary>
internal sealed class MLNetModel : ILoadedModel
{
    private readonly ITransformer _transformer;
    private readonly PreparedInput? _preparation;
    private readonly EngineBlueprint _blueprint;
    private readonly bool[] _wanted;
    private readonly InputCheck _check;
    private readonly EnginePool _engines;
    private readonly EnginePool _typedEngines;

    public MLNetModel(BundleManifest manifest, ITransformer transformer, DataViewSchema inputSchema, Preparation preparation)
    {
        Manifest = manifest;
        _transformer = transformer;
        var request = manifest.Signature.InputSchema;
        _preparation = preparation.IsEmpty ? null : new(preparation, request);
        var columns = _preparation?.Schema ?? request;
        _blueprint = new(transformer, inputSchema, columns, manifest);
        _wanted = [.. columns.Select(c => _blueprint.Used.Contains(c.Name))];
        var required = request.Where(c => _preparation is null ? _blueprint.Used.Contains(c.Name) : !_preparation.CanDoWithout(c.Name, _blueprint.Used));
        _check = new(request, required.Select(c => c.Name).ToHashSet(StringComparer.Ordinal));
        _engines = new(_blueprint, reuse: false);
        _typedEngines = new(_blueprint, reuse: true);
        _engines.Return(_engines.Rent()); // what is wrong with the outputs is found now
    }

    public BundleManifest Manifest { get; }

    public IReadOnlyList<Tensor> Predict(IReadOnlyList<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var columns = new Tensor?[Manifest.Signature.InputSchema.Count];
        var rows = _check.Arrange(inputs, columns);
        if (_preparation is not null) columns = _preparation.Apply(columns, rows, _wanted);
        var engine = _engines.Rent();
        Tensor[] results;
        try
        {
            results = engine.Predict(columns, rows);
        }
        catch
        {
            engine.Dispose();
            throw;
        }

        _engines.Return(engine);
        return results;
    }

    public Func<TInput, TOutput> Bind<TInput, TOutput>()
        where TInput : class
        where TOutput : class, new()
    {
        var columns = Manifest.Signature.InputSchema;
        for (var i = 0; i < columns.Count; i++)
        {
            if (_check.IsRequired(i) && TensorRow.FindProperty(typeof(TInput), columns[i].Name) is not { CanRead: true })
                throw new ModelInputException($"{typeof(TInput).Name} has no property for the input '{columns[i].Name}' ({columns[i].Type}), which the model needs. Add one of that name.", columns[i].Name);
        }

        var read = TensorRow.Reader<TInput>(_blueprint.RequestSpecs);
        var write = TensorRow.Writer<TOutput>(Manifest.Signature.Outputs);
        return input =>
        {
            ArgumentNullException.ThrowIfNull(input);
            var engine = _typedEngines.Rent();
            var output = new TOutput();
            try
            {
                read(input, engine.Row);
                _check.ArrangeRow(engine.Row, engine.Arranged);
                write(engine.Predict(_preparation?.Apply(engine.Arranged, 1, _wanted) ?? engine.Arranged, 1), output);
            }
            catch
            {
                engine.Dispose();
                throw;
            }

            _typedEngines.Return(engine);
            return output;
        };
    }

    public void Dispose()
    {
        _engines.Dispose();
        _typedEngines.Dispose();
        (_transformer as IDisposable)?.Dispose();
    }
}
